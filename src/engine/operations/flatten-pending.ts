/**
 * Names the exits that flatten leaves behind. An operator who is told no more than "in doubt" sends the close again;
 * told which order is alive, and when it acts, they wait.
 */
import type { Bot } from '../bot.ts';
import { actsAtBar, exitsOnTheirWay, isPending, pendingText } from './exit-on-its-way.ts';
import { keyOf, type Rows } from './flatten-rows.ts';

/** Only rows whose own outcome says no more than that something was sent. */
export function namePending(bot: Bot, rows: Rows): void {
  const { positions, orders } = bot.journal.registry();
  for (const position of positions.values()) {
    const key = keyOf(position);
    const row = rows.get(key);
    if (row === undefined || !/^(unknown|in doubt)$/.test(row.outcome)) continue;
    const exits = exitsOnTheirWay(orders.values(), position);
    if (exits.length === 0) continue;
    const names = exits.map(({ clientOrderId }) => clientOrderId).join(', ');
    const outcome = exits.every(isPending)
      ? pendingText(names, actsAtBar(bot))
      : `in doubt: ${names} has no answer yet`;
    rows.set(key, { ...row, outcome });
  }
}
