/**
 * What a reference means in our own journal: a market, a position, a signal, an order, a trade, a correlation
 * or a number. Every look-up uses an index; nothing here scans the journal.
 */
import type { Db } from '../../core/database.ts';
import { readInstruments } from '../../core/instrument-store.ts';
import { TradectlError } from '../../domain/errors.ts';
import { aliasTable, isUnknownAlias, resolveSymbol } from '../../domain/symbol.ts';

export type RefKind =
  | 'symbol'
  | 'position'
  | 'signal'
  | 'order'
  | 'venue order'
  | 'trade'
  | 'correlation'
  | 'event'
  /** Nothing in the evidence has this name. */
  | 'nothing';

export interface Subject {
  readonly ref: string;
  readonly kind: RefKind;
  readonly symbol: string | null;
  /** Newest first; a market may have had more, see `older`. */
  readonly positionIds: readonly string[];
  readonly signalIds: readonly string[];
  readonly orderIds: readonly string[];
  /** A number that the journal once gave out and has no event for; null for whatever is there. */
  readonly missingSeq: number | null;
  /** Positions of the same market before those, newest first. */
  readonly older: readonly string[];
}

interface Named {
  readonly symbol: string | null;
  readonly position_id: string | null;
  readonly signal_id: string | null;
  readonly client_order_id: string | null;
}

const NAMED = 'symbol, position_id, signal_id, client_order_id';
/** Where each kind of name is looked for, in this order; a number is the last thing it may be. */
const LOOK_UPS: readonly (readonly [RefKind, string])[] = [
  ['position', `SELECT ${NAMED} FROM events WHERE position_id = @ref ORDER BY seq LIMIT 1`],
  ['signal', `SELECT ${NAMED} FROM events WHERE signal_id = @ref ORDER BY seq DESC LIMIT 1`],
  ['order', `SELECT ${NAMED} FROM events WHERE client_order_id = @ref ORDER BY seq LIMIT 1`],
  ['venue order', `SELECT ${NAMED} FROM orders WHERE venue_order_id = @ref`],
  [
    'trade',
    `SELECT symbol, position_id, NULL AS signal_id, client_order_id FROM fills WHERE trade_id = @ref`,
  ],
];

/** What a prefix says that the name is; a correlation is one of a signal, or of a position that had none. */
const PREFIXES: Readonly<Record<string, readonly RefKind[]>> = {
  position: ['position'],
  signal: ['signal'],
  order: ['order', 'venue order'],
  trade: ['trade'],
  correlation: ['signal', 'position'],
};

function prefixed(ref: string): { name: string; kinds: readonly RefKind[] | null } {
  const [, prefix = '', name = ''] = /^([a-z]+):(.+)$/.exec(ref) ?? [];
  const kinds = PREFIXES[prefix];
  return kinds === undefined ? { name: ref, kinds: null } : { name, kinds };
}

/** `markedSeq`: the last number that was committed. Throws NOT_FOUND when nothing of that name is in the journal. */
export function ownSubject(
  db: Db,
  { ref, all }: { ref: string; all: boolean },
  markedSeq: number,
): Subject {
  const asSymbol = resolveSymbol(ref, aliasTable(readInstruments(db)));
  const symbol = isUnknownAlias(asSymbol) ? knownSymbol(db, ref) : asSymbol;
  if (symbol !== null) return symbolSubject(db, { ref, symbol, all });
  const { name, kinds } = prefixed(ref);
  for (const [kind, sql] of LOOK_UPS) {
    if (kinds !== null && !kinds.includes(kind)) continue;
    const row = db.prepare<[{ ref: string }], Named>(sql).get({ ref: name });
    if (row !== undefined) return named(db, { ref, kind }, row);
  }
  const numbered = /^(?:seq:)?(\d+)$/.exec(ref)?.[1];
  const row =
    numbered === undefined
      ? undefined
      : db
          .prepare<[number], Named>(`SELECT ${NAMED} FROM events WHERE seq = ?`)
          .get(Number(numbered));
  if (row !== undefined) return named(db, { ref, kind: 'event' }, row);
  const number = Number(numbered ?? Number.NaN);
  if (number >= 1 && number <= Math.max(markedSeq, lastSeq(db))) return missing(ref, number);
  const alike = isUnknownAlias(asSymbol) ? asSymbol.near : [];
  const near = [...alike, ...beginning(db, name)];
  throw new TradectlError('NOT_FOUND', `nothing in this journal is called ${JSON.stringify(ref)}`, {
    hint:
      near.length > 0
        ? `did you mean ${near.slice(0, 5).join(', ')}?`
        : Number.isNaN(number)
          ? 'a market, position, signal, order, trade or event number is expected; tradectl positions lists some'
          : `the events are numbered to ${lastSeq(db)}; no position, signal, order or trade is called so`,
  });
}

/** An id is long and copied by hand: what begins so, when it is more than a letter or two. */
const ENOUGH = 5;
const IDS = [
  'SELECT position_id FROM positions WHERE position_id >= @ref AND position_id < @end LIMIT 5',
  'SELECT DISTINCT signal_id FROM events WHERE signal_id >= @ref AND signal_id < @end LIMIT 5',
  'SELECT client_order_id FROM orders WHERE client_order_id >= @ref AND client_order_id < @end LIMIT 5',
  'SELECT venue_order_id FROM orders WHERE venue_order_id >= @ref AND venue_order_id < @end LIMIT 5',
  'SELECT trade_id FROM fills WHERE trade_id >= @ref AND trade_id < @end LIMIT 5',
];

function beginning(db: Db, ref: string): string[] {
  if (ref.length < ENOUGH) return [];
  const range = { ref, end: `${ref}\u{10ffff}` };
  return IDS.flatMap((sql) => db.prepare<[typeof range], string>(sql).pluck().all(range));
}

function lastSeq(db: Db): number {
  return db.prepare<[], number | null>('SELECT max(seq) FROM events').pluck().get() ?? 0;
}

function missing(ref: string, missingSeq: number): Subject {
  const nothing = { positionIds: [], signalIds: [], orderIds: [], older: [] };
  return { ref, kind: 'event', symbol: null, missingSeq, ...nothing };
}

/** A market that is in the journal though no instrument of today is called so. */
function knownSymbol(db: Db, ref: string): string | null {
  const sql = 'SELECT symbol FROM events WHERE symbol = ? LIMIT 1';
  return db.prepare<[string], { symbol: string }>(sql).get(ref.toUpperCase())?.symbol ?? null;
}

interface OfMarket {
  readonly position_id: string;
  readonly signal_id: string | null;
  readonly status: string;
  readonly opened_seq: number;
}

/** A position that an event made and of which the registry has no row; nothing says yet that it ended. */
const WITHOUT_ROW = `SELECT position_id, signal_id, 'open' AS status, max(seq) AS opened_seq
  FROM events e WHERE type IN ('POSITION_OPENED', 'POSITION_IMPORTED') AND +symbol = ?
    AND NOT EXISTS (SELECT 1 FROM positions p WHERE p.position_id = e.position_id)
  GROUP BY position_id`;

/** The newest position, or every one that is open or asked for; the others are named. */
function symbolSubject(
  db: Db,
  { ref, symbol, all }: { ref: string; symbol: string; all: boolean },
): Subject {
  const rows = [
    ...db
      .prepare<[string], OfMarket>(
        `SELECT position_id, signal_id, status, opened_seq FROM positions WHERE symbol = ?`,
      )
      .all(symbol),
    ...db.prepare<[string], OfMarket>(WITHOUT_ROW).all(symbol),
  ].sort((a, b) => b.opened_seq - a.opened_seq);
  const chosen = rows.filter(({ status }, index) => all || index === 0 || status === 'open');
  return {
    ref,
    kind: 'symbol',
    symbol,
    positionIds: chosen.map((row) => row.position_id),
    signalIds: chosen.flatMap((row) => row.signal_id ?? []),
    orderIds: [],
    missingSeq: null,
    older: rows.filter((row) => !chosen.includes(row)).map((row) => row.position_id),
  };
}

/** A correlation is the signal, or the position that had none: the same index finds both. */
function named(db: Db, { ref, kind }: { ref: string; kind: RefKind }, row: Named): Subject {
  const owner =
    row.position_id ??
    (row.signal_id === null
      ? null
      : db
          .prepare<[string], { position_id: string }>(
            'SELECT position_id FROM positions WHERE signal_id = ? ORDER BY opened_seq DESC LIMIT 1',
          )
          .get(row.signal_id)?.position_id) ??
    null;
  const signal =
    row.signal_id ??
    (owner === null
      ? null
      : db
          .prepare<[string], { signal_id: string | null }>(
            'SELECT signal_id FROM positions WHERE position_id = ?',
          )
          .get(owner)?.signal_id) ??
    null;
  return {
    ref,
    kind,
    symbol: row.symbol,
    positionIds: owner === null ? [] : [owner],
    signalIds: signal === null ? [] : [signal],
    orderIds: row.client_order_id === null ? [] : [row.client_order_id],
    missingSeq: null,
    older: [],
  };
}
