/**
 * What is alive at a restart, each read on its own: one position, order or row that cannot be read is
 * left out and named, and never keeps the others from being restored. The journal is asked first.
 */
import type { ClientOrderId } from '../domain/ids.ts';
import { isTerminal, ORDER_STATES, type Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { RowId, StagedRow } from '../domain/staged-row.ts';
import type { Symbol } from '../domain/symbol.ts';
import { messageOf } from '../domain/errors.ts';
import type { Db } from './database.ts';
import { ENDINGS, foldOrder, foldPosition, OPENINGS } from './fold-one.ts';
import { judgeOrder, judgePosition } from './judge-sources.ts';
import { stagedRowOf, type Row } from './registry-rows.ts';
import type { RestoreProblem } from './restore-problem.ts';

/** Orders that may still act, as an SQL list; the index over them has the very same condition. */
export const ALIVE_ORDER = `state IN (${ORDER_STATES.filter((state) => !isTerminal(state))
  .map((state) => `'${state}'`)
  .join(', ')})`;

/** Rows that are neither retired nor released; the index over them has the very same condition. */
export const WAITING_ROW = "state IN ('staged', 'quarantined')";

interface Part<K, T> {
  readonly alive: Map<K, T>;
  readonly problems: readonly RestoreProblem[];
}

/** Open positions by symbol, in the order they opened. */
export function restorePositions(db: Db): Part<Symbol, Position> {
  const alive = new Map<Symbol, Position>();
  const problems: RestoreProblem[] = [];
  const explained = explanation(db, 'position_id', OPENINGS);
  const isExplained = ({ id, row }: PositionSource): boolean =>
    row !== null && explained.get(row['opened_seq'], id, row['symbol']) !== undefined;
  for (const sources of positionSources(db)) {
    const { value, problem } = judgePosition({
      ...sources,
      folded: foldPosition(db, sources.id),
      explained: isExplained(sources),
    });
    const rival = value === null ? undefined : alive.get(value.symbol);
    if (value !== null && rival !== undefined) {
      problems.push(secondOf(value, rival, sources.row));
      continue;
    }
    if (problem !== null) problems.push(problem);
    if (value !== null) alive.set(value.symbol, value);
  }
  return { alive, problems };
}

/** Living orders by id, in the order of their intents. */
export function restoreOrders(db: Db): Part<ClientOrderId, Order> {
  const alive = new Map<ClientOrderId, Order>();
  const problems: RestoreProblem[] = [];
  const explained = explanation(db, 'client_order_id', INTENTS);
  const rows = db.prepare<[], Row>(`SELECT * FROM orders WHERE ${ALIVE_ORDER} ORDER BY intent_seq`);
  for (const row of rows.all()) {
    const id = String(row['client_order_id']);
    const { value, problem } = judgeOrder({
      id,
      symbol: null,
      row,
      folded: foldOrder(db, id),
      ended: false,
      explained: explained.get(row['intent_seq'], id, row['symbol']) !== undefined,
    });
    if (problem !== null) problems.push(problem);
    if (value !== null) alive.set(value.clientOrderId, value);
  }
  return { alive, problems };
}

/** Rows of others that wait, oldest first. */
export function restoreStaged(db: Db): Part<RowId, StagedRow> {
  const alive = new Map<RowId, StagedRow>();
  const problems: RestoreProblem[] = [];
  const rows = db.prepare<[], Row>(
    `SELECT * FROM staged_rows WHERE ${WAITING_ROW} ORDER BY staged_seq`,
  );
  for (const row of rows.all()) {
    try {
      const staged = stagedRowOf(row);
      alive.set(staged.rowId, staged);
    } catch (error) {
      const about = { table: 'staged_rows', id: String(row['row_id']), positionId: null } as const;
      const why = messageOf(error);
      problems.push({ ...about, symbol: null, kind: 'staged.unreadable', why, row });
    }
  }
  return { alive, problems };
}

const INTENTS = "type IN ('ORDER_INTENDED', 'ORDER_ADOPTED')";

/** What the schema asks of a row before it is written. */
function explanation(db: Db, key: string, type: string) {
  return db.prepare<unknown[], Row>(
    `SELECT 1 FROM events WHERE seq = ? AND ${key} = ? AND symbol = ? AND +${type}`,
  );
}

interface PositionSource {
  readonly id: string;
  readonly symbol: string | null;
  readonly row: Row | null;
  readonly ended: boolean;
}

/** What the journal says is open, then rows that say so against it. */
function positionSources(db: Db): PositionSource[] {
  const opened = db
    .prepare<[], { id: string; symbol: string | null }>(
      `SELECT position_id AS id, symbol FROM events
       WHERE ${OPENINGS} AND position_id IS NOT NULL AND position_id NOT IN (
         SELECT position_id FROM events WHERE ${ENDINGS} AND position_id IS NOT NULL)
       GROUP BY position_id ORDER BY min(seq)`,
    )
    .all();
  const stored = db.prepare<[string], Row>('SELECT * FROM positions WHERE position_id = ?');
  const journaled = opened.map(({ id, symbol }) => ({
    id,
    symbol,
    row: stored.get(id) ?? null,
    ended: false,
  }));
  const ids = new Set(opened.map(({ id }) => id));
  const open = db
    .prepare<[], Row>("SELECT * FROM positions WHERE status IS NOT 'closed' ORDER BY opened_seq")
    .all();
  const against = open
    .map((row) => ({ id: String(row['position_id']), symbol: null, row, ended: true }))
    .filter(({ id }) => !ids.has(id));
  return [...journaled, ...against];
}

/** No fold makes two of one symbol; an event that somebody wrote past the journal can. */
function secondOf(position: Position, rival: Position, row: Row | null): RestoreProblem {
  return {
    table: 'positions',
    kind: 'position.unreadable',
    id: position.positionId,
    positionId: position.positionId,
    symbol: position.symbol,
    why: `${rival.positionId} is open on ${position.symbol} already`,
    row,
    seq: position.openedSeq,
  };
}
