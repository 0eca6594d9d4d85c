/**
 * Everything our own home knows of one subject, read through indices in one short transaction: its events, the
 * rows folded from them, the lives of the process around them, and what the high-water mark says is gone.
 */
import type { Db } from '../../core/database.ts';
import { GENESIS, type EventRow } from '../../core/event-row.ts';
import {
  compareWithHead,
  readHighWaterMark,
  type MarkReading,
} from '../../core/high-water-mark.ts';
import { foldPosition } from '../../core/fold-one.ts';
import { homePaths } from '../../core/home.ts';
import { withState } from '../../core/open-state.ts';
import { positionRow as storedRow } from '../../core/registry-rows.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import type { NumberGap, PositionRow, TimelineEntry } from '../timeline.ts';
import type { Evidence } from '../verdict/statement.ts';
import { OWN_COLUMNS, ownEntry } from './own-meaning.ts';
import { timeIn } from './moments.ts';
import { lifeAt, ownLives, type OwnLife } from './own-lives.ts';
import { readableEvents } from './readable-events.ts';
import { ownProof } from './own-proof.ts';
import { ownSubject, type Subject } from './own-subject.ts';

export interface TraceRequest {
  readonly ref: string;
  /** Every position of a market instead of the newest and the open ones. */
  readonly all: boolean;
  readonly asOfMs: Ms;
}

/** Events of one subject; a position of months has hundreds. */
const MOST_EVENTS = 2_000;
/** Of its market meanwhile, nearly all of them decisions that are only counted. */
const MOST_OF_MARKET = 400;
const HIGHEST = Number.MAX_SAFE_INTEGER;
/** What happens to the whole bot and is told beside its subjects. */
const AROUND = [
  'RUN_STARTED',
  'RUN_ENDED',
  'PREVIOUS_RUN_DIED',
  'JOURNAL_TAIL_LOST',
  'STATE_CHANGED',
  'HALT_SET',
  'HALT_CLEARED',
];

/** Beside a position they are somebody else's signals. */
const DECISIONS: ReadonlySet<string> = new Set(['REJECTION', 'AUCTION_LOST', 'ENTRY_DENIED']);

/** Throws STORE_MISSING, STORE_CORRUPT, or NOT_FOUND for a reference that names nothing. */
export function ownEvidence(home: string, request: TraceRequest): Evidence {
  const { state, highWaterMark } = homePaths(home);
  // Read before the snapshot: beside a writing bot a mark read after it is ahead of what was read.
  return evidenceOf(state, { home, mark: readHighWaterMark(highWaterMark), request });
}

/** Of a copy: nothing stands beside it that could say what came after it. Throws as {@link ownEvidence} does. */
export function copiedEvidence(file: string, request: TraceRequest): Evidence {
  return evidenceOf(file, { home: null, mark: { state: 'absent' }, request });
}

function evidenceOf(path: string, asked: Asked): Evidence {
  return withState(path, {}, (db) => {
    // One snapshot, ended with the connection: a commit would fail after a page that cannot be read.
    db.exec('BEGIN');
    return gather(db, asked);
  });
}

interface Asked {
  /** Null for a copy. */
  readonly home: string | null;
  readonly mark: MarkReading;
  readonly request: TraceRequest;
}

function gather(db: Db, { home, mark, request }: Asked): Evidence {
  const subject = ownSubject(db, request, markedSeq(mark));
  const lives = ownLives(db, home);
  const unread = new Set<number>();
  const { rows, leftOut, truncated } = eventsOf(db, subject, unread);
  const positions = subject.positionIds.flatMap((id) => positionRow(db, id));
  const beside = subject.missingSeq === null ? [] : besideOf(db, subject.missingSeq);
  const proven = ownProof(
    db,
    [...rows, ...beside].map(({ seq }) => seq),
    subject.positionIds,
  );
  const entries = [
    ...rows.map((row) => ownEntry(row, true, lifeAt(lives, row.seq))),
    ...beside.map((row) => ownEntry(row, false, lifeAt(lives, row.seq))),
    ...tiedOf(db, subject).map((row) => ownEntry(row, false, lifeAt(lives, row.seq))),
    ...aroundOf(db, rows, {
      lives,
      isOpen: positions.some(({ status }) => status === 'open'),
      unread,
    }),
    ...positions.filter(({ source }) => source.kind === 'registry').map(registryEntry),
  ];
  return {
    ref: request.ref,
    missingSeq: subject.missingSeq,
    kind: subject.kind,
    symbols: subject.symbol === null ? [] : [subject.symbol],
    older: subject.older,
    leftOut,
    truncated,
    entries,
    positions,
    lives,
    gaps: [...proven.gaps, ...tailOf(db, mark)],
    proof: proven.proof,
    unreadSeqs: [...unread].sort((a, b) => a - b),
    log: null,
    venue: null,
    foreign: false,
    isCopy: home === null,
    asOfMs: headMs(db) ?? request.asOfMs,
    zone: 0,
    time: timeIn(0),
  };
}

function markedSeq(mark: MarkReading): number {
  return mark.state === 'read' ? mark.mark.seq : 0;
}

/** The events on both sides of a number that is not there. */
function besideOf(db: Db, seq: number): EventRow[] {
  const side = (comparison: string, order: string): EventRow[] =>
    db
      .prepare<[number], EventRow>(
        `SELECT ${OWN_COLUMNS} FROM events WHERE seq ${comparison} ? ORDER BY seq ${order} LIMIT 1`,
      )
      .all(seq);
  return [...side('<', 'DESC'), ...side('>', 'ASC')];
}

/** How far behind an event one that names it as its cause is looked for. */
const CAUSED_WITHIN = 1_000;

/** Of an event that is no position's: what it names as its cause, and what names it. */
function tiedOf(db: Db, { kind, ref, positionIds, missingSeq }: Subject): EventRow[] {
  if (kind !== 'event' || positionIds.length > 0 || missingSeq !== null) return [];
  const seq = numberOf(ref);
  return db
    .prepare<[{ seq: number; to: number }], EventRow>(
      `SELECT ${OWN_COLUMNS} FROM events
         WHERE seq = (SELECT causation_seq FROM events WHERE seq = @seq)
       UNION ALL SELECT ${OWN_COLUMNS} FROM events
         WHERE seq BETWEEN @seq + 1 AND @to AND causation_seq = @seq`,
    )
    .all({ seq, to: seq + CAUSED_WITHIN });
}

function numberOf(ref: string): number {
  return Number(ref.replace('seq:', ''));
}

interface Found {
  readonly rows: readonly EventRow[];
  readonly leftOut: number;
  readonly truncated: boolean;
}

function eventsOf(db: Db, subject: Subject, unread: Set<number>): Found {
  const { symbol, positionIds, signalIds, orderIds, kind } = subject;
  const found = new Map<number, EventRow>();
  const add = (column: string, value: string): boolean => {
    const wanted = { where: `${column} = ?`, values: [value], order: 'DESC' } as const;
    const rows = readableEvents(db, { ...wanted, limit: MOST_EVENTS }, unread);
    for (const row of rows) found.set(row.seq, row);
    return rows.length === MOST_EVENTS;
  };
  let truncated = false;
  for (const id of positionIds) truncated = add('position_id', id) || truncated;
  for (const id of signalIds) truncated = add('signal_id', id) || truncated;
  for (const id of orderIds) truncated = add('client_order_id', id) || truncated;
  if (kind === 'event') addEvent(db, subject, found);
  // What became of a name is told by the events that have it; a market without a position by its own.
  if (positionIds.length === 0 && kind !== 'symbol') {
    return { rows: [...found.values()].sort(inOrder), leftOut: 0, truncated };
  }
  const first = Math.min(...found.keys());
  const isOpen = isAnyOpen(db, positionIds);
  const to = isOpen || positionIds.length === 0 ? HIGHEST : Math.max(...found.keys());
  const from = Number.isFinite(first) ? first : 0;
  const unbound = symbol === null ? [] : ofMarket(db, symbol, { from, to, unread });
  const isOurs = ({ seq, signal_id, position_id }: EventRow): boolean =>
    found.has(seq) || (signal_id === null && position_id === null);
  const ownDecision = positionIds.length === 0;
  for (const row of unbound) {
    if (ownDecision || (isOurs(row) && !DECISIONS.has(row.type))) found.set(row.seq, row);
  }
  return {
    rows: [...found.values()].sort(inOrder),
    leftOut: unbound.length - unbound.filter(({ seq }) => found.has(seq)).length,
    truncated,
  };
}

function inOrder(a: EventRow, b: EventRow): number {
  return a.seq - b.seq;
}

function addEvent(db: Db, { ref }: Subject, found: Map<number, EventRow>): void {
  const seq = numberOf(ref);
  const row = db
    .prepare<[number], EventRow>(`SELECT ${OWN_COLUMNS} FROM events WHERE seq = ?`)
    .get(seq);
  if (row !== undefined) found.set(seq, row);
}

function isAnyOpen(db: Db, positionIds: readonly string[]): boolean {
  const open = db.prepare<[string]>(
    "SELECT 1 FROM positions WHERE position_id = ? AND status = 'open'",
  );
  return positionIds.some((id) => open.get(id) !== undefined);
}

/** The market's newest events in that range; with nothing to go from, the few newest. */
function ofMarket(
  db: Db,
  symbol: string,
  { from, to, unread }: { from: number; to: number; unread: Set<number> },
): EventRow[] {
  const wanted = { where: 'symbol = ? AND seq BETWEEN ? AND ?', values: [symbol, from, to] };
  const limit = from === 0 ? 50 : MOST_OF_MARKET;
  return readableEvents(db, { ...wanted, order: 'DESC', limit }, unread);
}

/** What happened to the whole bot while the subject lived, and from then on when it is still open. */
function aroundOf(
  db: Db,
  rows: readonly EventRow[],
  { lives, isOpen, unread }: { lives: readonly OwnLife[]; isOpen: boolean; unread: Set<number> },
): TimelineEntry[] {
  if (rows.length === 0) return [];
  const first = rows[0]?.seq ?? 0;
  const last = isOpen ? Number.MAX_SAFE_INTEGER : (rows.at(-1)?.seq ?? 0);
  const began = lives.findLast(({ fromSeq }) => fromSeq <= first)?.fromSeq;
  const told = new Set(rows.map(({ seq }) => seq));
  const around = AROUND.flatMap((type) =>
    readableEvents(
      db,
      {
        where: 'type = ? AND seq BETWEEN ? AND ?',
        values: [type, began ?? first, last],
        order: 'ASC',
        limit: 200,
      },
      unread,
    ),
  );
  return around
    .filter(({ seq }) => !told.has(seq))
    .map((row) => ownEntry(row, false, lifeAt(lives, row.seq)));
}

interface RegistryRow {
  readonly position_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly status: string;
  readonly quantity: string;
  readonly entered_quantity: string;
  readonly entry_price: string | null;
  readonly plan: string | null;
  readonly signal_id: string | null;
  readonly origin: string;
  readonly opened_seq: number;
  readonly opened_ms: number;
  readonly closed_ms: number | null;
  readonly exit_reason: string | null;
  readonly realized_pnl: string;
  readonly fees: string;
}

function positionRow(db: Db, id: string): PositionRow[] {
  const stored = db
    .prepare<[string], RegistryRow>(
      `SELECT position_id, symbol, side, status, quantity, entered_quantity, entry_price, plan,
         signal_id, origin, opened_seq, opened_ms, closed_ms, exit_reason, realized_pnl, fees
       FROM positions WHERE position_id = ?`,
    )
    .get(id);
  const row = stored ?? foldedRow(db, id);
  if (row === null) return [];
  const isFolded = stored === undefined;
  const plan = planOf(row.plan);
  return [
    {
      positionId: row.position_id,
      symbol: row.symbol,
      side: row.side,
      status: row.status,
      quantity: row.status === 'open' ? row.quantity : row.entered_quantity,
      entryPrice: row.entry_price,
      stopPrice: plan.stop,
      targets: plan.targets,
      signalId: row.signal_id,
      openedMs: ms(row.opened_ms),
      closedMs: row.closed_ms === null ? null : ms(row.closed_ms),
      origin: row.origin,
      exitReason: row.exit_reason,
      realizedPnl: row.realized_pnl,
      fees: row.fees,
      source: isFolded
        ? { kind: 'journal', file: null, line: null, seq: row.opened_seq }
        : { kind: 'registry', file: null, line: null, seq: null },
      quote: `${isFolded ? 'its events come to: ' : ''}${row.status} ${row.side} ${sizeOf(row)} at ${row.entry_price ?? 'an unknown price'}, signal ${row.signal_id ?? 'NULL'}`,
      about: true,
    },
  ];
}

/** What its events come to, where no row of it is left. */
function foldedRow(db: Db, id: string): RegistryRow | null {
  const folded = foldPosition(db, id);
  if (folded.read === 'unreadable' || folded.value === null) return null;
  return storedRow(folded.value) as unknown as RegistryRow;
}

/** What is open now, of what was entered. */
function sizeOf({ status, quantity, entered_quantity: entered }: RegistryRow): string {
  return status !== 'open' || quantity === entered ? entered : `${quantity} of ${entered} entered`;
}

function planOf(plan: string | null): { stop: string | null; targets: string[] } {
  try {
    const read = JSON.parse(plan ?? '{}') as { stop?: string; targets?: { price: string }[] };
    return { stop: read.stop ?? null, targets: (read.targets ?? []).map(({ price }) => price) };
  } catch {
    return { stop: null, targets: [] };
  }
}

function registryEntry(row: PositionRow): TimelineEntry {
  return {
    atMs: row.openedMs,
    recordedMs: null,
    source: row.source,
    means: 'other',
    type: 'position row',
    quote: row.quote,
    refs: {
      symbol: row.symbol,
      positionId: row.positionId,
      signalId: row.signalId,
      clientOrderId: null,
      venueOrderId: null,
      tradeId: null,
      correlationId: null,
    },
    life: null,
    about: true,
    facts: {},
  };
}

/** On a recording now is where the recording stands: the newest event. */
function headMs(db: Db): Ms | null {
  const sql = 'SELECT recorded_ms FROM events ORDER BY seq DESC LIMIT 1';
  return db.prepare<[], Ms>(sql).pluck().get() ?? null;
}

/** The tail that the high-water mark says was committed and is gone. */
function tailOf(db: Db, mark: MarkReading): NumberGap[] {
  const last = db
    .prepare<[], EventRow>(`SELECT ${OWN_COLUMNS} FROM events ORDER BY seq DESC LIMIT 1`)
    .get();
  const head = last ?? GENESIS;
  const verdict = compareWithHead(mark, { seq: head.seq, hash: head.hash }, () => null);
  if (verdict.verdict !== 'behind') return [];
  const at = ms(last?.recorded_ms ?? 0);
  return [
    {
      after: head.seq,
      before: verdict.lostTo + 1,
      missing: verdict.lostTo - verdict.lostFrom + 1,
      afterMs: at,
      beforeMs: at,
      witness: `hwm: event ${verdict.lostTo} was committed`,
      link: null,
    },
  ];
}
