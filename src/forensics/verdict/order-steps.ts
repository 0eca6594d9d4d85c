/** Where the stops and targets of a position stood, and from when to when: a stop that moved is no line through its life. */
import type { Ms } from '../../domain/clock.ts';
import type { PositionRow, TimelineEntry } from '../timeline.ts';
import type { Evidence } from './statement.ts';

export interface OrderStep {
  readonly price: string;
  /** `stop_loss`, `break_even`, `trailing_stop`, `target_1`, as its order says. */
  readonly purpose: string;
  readonly fromMs: Ms;
  /** Null while no event says that it ended. */
  readonly untilMs: Ms | null;
  /** The event with which it began to stand at the venue. */
  readonly began: TimelineEntry;
}

const NAMED = ['order_sent', 'order_accepted'];

/** Stops of our own journal that the venue accepted, in the order in which it did. */
export function stopSteps(evidence: Evidence, row: PositionRow): OrderStep[] {
  return orderSteps(evidence, row, 'stop');
}

/** The same of its targets. */
export function targetSteps(evidence: Evidence, row: PositionRow): OrderStep[] {
  return orderSteps(evidence, row, 'target');
}

function orderSteps(
  { entries }: Evidence,
  { positionId }: PositionRow,
  role: 'stop' | 'target',
): OrderStep[] {
  const isOurs = ({ facts, refs, means }: TimelineEntry): boolean =>
    NAMED.includes(means) && facts['role'] === role && refs.positionId === positionId;
  const named = new Map(
    entries.filter(isOurs).map((order) => [order.refs.clientOrderId, order] as const),
  );
  return [...named]
    .flatMap(([id, order]) =>
      stepsOf(
        order,
        entries.filter(({ refs }) => refs.clientOrderId === id),
      ),
    )
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** One order; a hand that moved it at the venue makes another step of it. */
function stepsOf(order: TimelineEntry, told: readonly TimelineEntry[]): OrderStep[] {
  const began = told.find(({ means }) => means === 'order_accepted');
  if (began === undefined) return [];
  const moved = told.filter(({ type }) => type === 'ORDER_AMENDED');
  const ended =
    told.find(({ means }) => means === 'order_ended') ??
    told.findLast(({ means }) => means === 'fill');
  return [began, ...moved].flatMap((from, at) => {
    const { stop_price: trigger, price: limit } = (from === began ? order : from).facts;
    const price = trigger ?? limit;
    if (typeof price !== 'string') return [];
    return {
      price,
      purpose: String(order.facts['purpose'] ?? order.facts['role']),
      fromMs: from.atMs,
      untilMs: (moved[at] ?? ended)?.atMs ?? null,
      began: from,
    };
  });
}
