/**
 * What a reference means in an imported incident. Another bot numbers what it likes: the same figure may be a
 * position here and an event there, and then it has to be said which is meant.
 */
import { nearest } from '../../config/nearest.ts';
import type { Db } from '../../core/database.ts';
import { TradectlError } from '../../domain/errors.ts';
import { listed } from '../verdict/words.ts';

export interface ForeignSubject {
  readonly symbols: readonly string[];
  /** Null: every position of the symbols. */
  readonly positionId: string | null;
  /** A single event that names no market. */
  readonly seq: number | null;
}

/** A kind of name: as it is written before a colon, its column, and what it is called in a sentence. */
const KINDS = [
  { word: 'position', column: 'position_id', called: 'a position' },
  { word: 'signal', column: 'signal_id', called: 'a signal' },
  { word: 'correlation', column: 'correlation_id', called: 'a correlation' },
  { word: 'order', column: 'client_order_id', called: 'an order' },
  { word: 'order', column: 'venue_order_id', called: 'an order at the venue' },
  { word: 'trade', column: 'trade_id', called: 'a trade' },
] as const;
const TABLES = ['events', 'positions', 'signals', 'log'] as const;

interface Meant {
  readonly word: string;
  readonly called: string;
  readonly subject: ForeignSubject;
}

/** A market by its name or the beginning of it; else what has that name. Throws NOT_FOUND for none and for many. */
export function foreignSubject(db: Db, ref: string): ForeignSubject {
  const [, word = null, name = ref] =
    /^(position|signal|correlation|order|trade|seq):(.+)$/.exec(ref) ?? [];
  const symbols = word === null ? symbolsLike(db, name) : [];
  if (symbols.length === 1) return { symbols, positionId: null, seq: null };
  if (symbols.length > 1) {
    throw several(ref, `begins ${listed(symbols)}`, `tradectl trace ${symbols[0]}`);
  }
  const meant = meanings(db, name).filter((each) => word === null || each.word === word);
  const [first] = meant;
  if (first === undefined) throw unknown(db, ref);
  const isOne = meant.every(({ subject }) => isSame(subject, first.subject));
  if (isOne) return first.subject;
  const told = meant.map(({ called, subject }) => `${called} of ${nameOf(subject)}`);
  const other = meant.find((each) => each.word !== first.word);
  const ways =
    other === undefined
      ? meant.flatMap(({ subject }) => subject.positionId ?? subject.symbols)
      : [...new Set(meant.map((each) => `${each.word}:${name}`))];
  throw several(ref, `is ${listed([...new Set(told)])}`, `tradectl trace ${ways.join(', or ')}`);
}

function nameOf({ symbols, positionId, seq }: ForeignSubject): string {
  const market = symbols.length === 0 ? 'no market' : symbols.join(', ');
  const event = seq === null ? '' : ` (event ${seq})`;
  return positionId === null ? `${market}${event}` : `${market}, position ${positionId}`;
}

/** The same market, and not two different positions of it. */
function isSame(a: ForeignSubject, b: ForeignSubject): boolean {
  const isOnePosition =
    a.positionId === b.positionId || a.positionId === null || b.positionId === null;
  return a.symbols.join() === b.symbols.join() && isOnePosition;
}

function meanings(db: Db, name: string): Meant[] {
  const byName = KINDS.flatMap((kind) =>
    subjectsNamed(db, kind.column, name).map((subject) => ({ ...kind, subject })),
  );
  const seq = /^\d+$/.test(name) && Number.isSafeInteger(Number(name)) ? Number(name) : -1;
  const event = db
    .prepare<[number], Row>('SELECT symbol, position_id FROM events WHERE seq = ?')
    .get(seq);
  if (event === undefined) return byName;
  const symbols = event.symbol === null ? [] : [event.symbol];
  const subject = { symbols, positionId: event.position_id, seq };
  return [...byName, { word: 'seq', called: 'an event', subject }];
}

interface Row {
  readonly symbol: string | null;
  readonly position_id: string | null;
}

/** Everything of that name; where one row tells its position and another does not, the one that does. */
function subjectsNamed(db: Db, column: string, name: string): ForeignSubject[] {
  const rows = TABLES.flatMap((table) =>
    db
      .prepare<[string], Row>(
        `SELECT DISTINCT symbol, position_id FROM ${table} WHERE ${column} = ? LIMIT 8`,
      )
      .all(name),
  ).filter(({ symbol }) => symbol !== null);
  const subjects = rows.map(({ symbol, position_id }): ForeignSubject => {
    const positionId = column === 'position_id' ? name : position_id;
    return { symbols: [symbol ?? ''], positionId, seq: null };
  });
  const told = subjects.filter(({ positionId }) => positionId !== null);
  const vague = subjects.filter(
    (each) => each.positionId === null && !told.some((other) => isSame(each, other)),
  );
  const all = [...told, ...vague];
  return all.filter((each, at) => all.findIndex((other) => isSame(each, other)) === at);
}

function symbolsLike(db: Db, ref: string): string[] {
  const named = (pattern: string): string[] =>
    db
      .prepare<{ pattern: string }, string>(
        `SELECT symbol FROM positions WHERE symbol LIKE @pattern ESCAPE '\\' UNION
         SELECT symbol FROM events WHERE symbol LIKE @pattern ESCAPE '\\' UNION
         SELECT symbol FROM signals WHERE symbol LIKE @pattern ESCAPE '\\' UNION
         SELECT symbol FROM log WHERE symbol LIKE @pattern ESCAPE '\\' LIMIT 8`,
      )
      .pluck()
      .all({ pattern });
  if (!/[a-z]/i.test(ref)) return [];
  const plain = ref.replaceAll(/[\\%_]/g, '\\$&');
  const exact = named(plain);
  if (exact.length > 0) return exact.slice(0, 1);
  return named(`${plain}%`);
}

function several(ref: string, what: string, hint: string): TradectlError {
  return new TradectlError('NOT_FOUND', `${JSON.stringify(ref)} ${what}: say which is meant`, {
    hint,
  });
}

const KNOWN_SYMBOLS = `SELECT symbol FROM positions WHERE symbol IS NOT NULL
  UNION SELECT symbol FROM events WHERE symbol IS NOT NULL
  UNION SELECT symbol FROM log WHERE symbol IS NOT NULL ORDER BY 1 LIMIT 500`;

function unknown(db: Db, ref: string): TradectlError {
  const known = db.prepare<[], string>(KNOWN_SYMBOLS).pluck().all();
  const hole = /^(?:seq:)?(\d+)$/.exec(ref)?.[1];
  const near = hole === undefined ? nearest(ref, known) : null;
  const ends = db
    .prepare<[], { first: number | null; last: number | null }>(
      'SELECT min(seq) AS first, max(seq) AS last FROM events',
    )
    .get();
  const parts = [
    near === null ? null : `did you mean ${near}?`,
    known.length === 0 ? null : `it knows ${listed(known)}`,
    hole === undefined ? null : besideNumber(db, Number(hole)),
    ends?.first == null ? null : `events ${ends.first} to ${ends.last}`,
  ].filter((part) => part !== null);
  return new TradectlError(
    'NOT_FOUND',
    `nothing that was imported is called ${JSON.stringify(ref)}`,
    {
      hint:
        parts.length === 0 ? 'import its files first: tradectl import-events' : parts.join('; '),
    },
  );
}

/** A number that no event has, between two that are there. */
function besideNumber(db: Db, seq: number): string | null {
  const beside = db
    .prepare<[number, number], { before: number | null; after: number | null }>(
      `SELECT (SELECT max(seq) FROM events WHERE seq < ?) AS before,
         (SELECT min(seq) FROM events WHERE seq > ?) AS after`,
    )
    .get(seq, seq);
  if (beside?.before == null || beside.after === null) return null;
  return `no event has that number: it lies in the hole between ${beside.before} and ${beside.after}`;
}
