/**
 * Does an exit of a position still live, or is its outcome unknown? A second one beside it could close more
 * than was asked for, or meet a position that was opened since. The paper venue trades at the open of a bar, so
 * there an accepted exit is often alive when the command is done.
 */
import { isInFlight, isTerminal, type Order } from '../../domain/order.ts';
import type { Position } from '../../domain/position.ts';
import type { Bot } from '../bot.ts';

export function isExitOnItsWay({ journal }: Pick<Bot, 'journal'>, position: Position): boolean {
  return exitsOnTheirWay(journal.registry().orders.values(), position).length > 0;
}

/** Exits of the position that have not ended, as far as is known here. */
export function exitsOnTheirWay(
  orders: Iterable<Order>,
  { positionId }: Pick<Position, 'positionId'>,
): Order[] {
  return [...orders].filter(
    (order) => order.positionId === positionId && order.role === 'exit' && !isTerminal(order.state),
  );
}

/** Known to the venue and not ended; an order without an answer is in doubt instead. */
export function isPending({ state }: Pick<Order, 'state'>): boolean {
  return !isTerminal(state) && !isInFlight(state);
}

/** `pending: acts at the next bar (ID is still live)`; `name` is what the order is called. */
export function pendingText(name: string, actsAtBar: boolean): string {
  return actsAtBar
    ? `pending: acts at the next bar (${name} is still live)`
    : `pending: ${name} is still live`;
}

/** True for the simulated venue: a market order that meets no open bar waits for the next. */
export function actsAtBar({ config }: Pick<Bot, 'config'>): boolean {
  return config.venue === 'paper';
}
