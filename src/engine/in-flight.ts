/** Orders of the registry whose outcome is not known. */
import { isInFlight, type Order } from '../domain/order.ts';
import type { Bot } from './bot.ts';

export function inFlight(bot: Bot): Order[] {
  return [...bot.journal.registry().orders.values()].filter((order) => isInFlight(order.state));
}
