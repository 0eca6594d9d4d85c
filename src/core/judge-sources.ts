/**
 * Which of two sources a restart believes about one position or order: its events if they can be
 * folded, else its stored row if that is sound, else neither. Pure.
 */
import type { PositionId } from '../domain/ids.ts';
import { isTerminal, type Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import { isSymbol, type Symbol } from '../domain/symbol.ts';
import type { Folded } from './fold-one.ts';
import { orderOf, orderRow, positionOf, positionRow, type Row } from './registry-rows.ts';
import type { RestoreProblem } from './restore-problem.ts';
import { rowDifferences } from './row-difference.ts';
import { orderFault, positionFault } from './row-fault.ts';

export interface Sources<T> {
  readonly id: string;
  /** From the event that opened it, for when there is no row. */
  readonly symbol: string | null;
  readonly folded: Folded<T>;
  /** The journal holds its end, even if what came before cannot be read: it is not alive. */
  readonly ended: boolean;
  /** The event that the row names as its beginning is about it: else it cannot be written again. */
  readonly explained: boolean;
  readonly row: Row | null;
}

export interface Judged<T> {
  /** Null when it is not alive, or when nothing tells of it that can be believed. */
  readonly value: T | null;
  readonly problem: RestoreProblem | null;
}

export function judgePosition(sources: Sources<Position>): Judged<Position> {
  return judge(sources, {
    table: 'positions',
    unreadable: 'position.unreadable',
    positionId: () => sources.id,
    toRow: positionRow,
    ofRow: positionOf,
    fault: positionFault,
    isAlive: ({ status }) => status === 'open',
  });
}

export function judgeOrder(sources: Sources<Order>): Judged<Order> {
  return judge(sources, {
    table: 'orders',
    unreadable: 'order.unreadable',
    positionId: (row) => row?.['position_id'],
    toRow: orderRow,
    ofRow: orderOf,
    fault: orderFault,
    isAlive: ({ state }) => !isTerminal(state),
  });
}

interface Kind<T> {
  readonly table: 'positions' | 'orders';
  readonly unreadable: 'position.unreadable' | 'order.unreadable';
  readonly positionId: (row: Row | null) => unknown;
  readonly toRow: (value: T) => Row;
  readonly ofRow: (row: Row) => T;
  readonly fault: (row: Row) => string | null;
  readonly isAlive: (value: T) => boolean;
}

function judge<T>(sources: Sources<T>, kind: Kind<T>): Judged<T> {
  const { id, symbol, folded, row } = sources;
  const about = {
    table: kind.table,
    id,
    positionId: textOrNull(kind.positionId(row)) as PositionId | null,
    symbol: symbolOrNull(row?.['symbol']) ?? symbolOrNull(symbol),
  };
  if (folded.read === 'unreadable') {
    const { seq, why } = folded;
    const fault = row === null ? 'the row is missing' : faultOfLiving(row, kind, sources);
    if (row === null || fault !== null) {
      const both = `${why}; stored row: ${String(fault)}`;
      return { value: null, problem: { ...about, kind: kind.unreadable, why: both, row, seq } };
    }
    const problem: RestoreProblem = { ...about, kind: 'journal.unreadable', why, row, seq };
    return { value: kind.ofRow(row), problem };
  }
  const { value } = folded;
  if (value === null) {
    if (row === null) return { value: null, problem: null };
    const why = kind.fault(row) ?? 'no event explains it';
    return { value: null, problem: { ...about, kind: 'ghost', why, row } };
  }
  const why =
    row === null ? 'the row is missing' : rowDifferences(row, kind.toRow(value)).join('; ');
  return {
    value: kind.isAlive(value) ? value : null,
    problem: why === '' ? null : { ...about, kind: 'projection.differs', why, row },
  };
}

/** Asked only where the events cannot be folded. */
function faultOfLiving<T>(row: Row, kind: Kind<T>, sources: Sources<T>): string | null {
  const fault = kind.fault(row);
  if (fault !== null) return fault;
  if (!sources.explained) return 'the event it names as its beginning is of something else';
  if (sources.ended) return 'it is alive, and an event says that it ended';
  return kind.isAlive(kind.ofRow(row)) ? null : 'it ended, and no event says so';
}

function textOrNull(cell: unknown): string | null {
  return typeof cell === 'string' ? cell : null;
}

function symbolOrNull(cell: unknown): Symbol | null {
  return typeof cell === 'string' && isSymbol(cell) ? cell : null;
}
