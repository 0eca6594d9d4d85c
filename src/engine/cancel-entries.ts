/**
 * Cancels live entry orders, by id and one by one. Nothing here can name a stop, a target or an exit:
 * the kill switch once cancelled the stop-losses of every open position.
 */
import { ordersToCancelOnHalt } from '../risk/monitor.ts';
import type { CancelReason } from '../execution/gateway.ts';
import type { Bot } from './bot.ts';

/** `expired` takes only entries whose lifetime is over; every other reason takes all. */
export async function cancelEntries(bot: Bot, reason: CancelReason): Promise<number> {
  const live = ordersToCancelOnHalt([...bot.journal.registry().orders.values()]);
  const now = bot.clock.now();
  const wanted = live.filter(
    (order) => reason !== 'expired' || (order.expiresMs !== null && order.expiresMs <= now),
  );
  let cancelled = 0;
  for (const order of wanted) {
    const outcome = await bot.gateway.cancel(order.clientOrderId, reason);
    if (outcome.kind === 'accepted') cancelled += 1;
  }
  return cancelled;
}
