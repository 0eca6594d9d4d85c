/** What planning needs to know of a running bot. */
import { decimal } from '../domain/decimal.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { SwingPair } from '../protection/plan-protection.ts';
import type { Bot } from './bot.ts';
import type { PlanContext } from './make-plan.ts';

export function planContext(bot: Bot): PlanContext {
  const { clock, journal, book, view, instruments, aliases, protector } = bot;
  return {
    account: bot.config.account,
    clock,
    journal,
    book,
    view,
    instruments,
    aliases,
    protection: bot.settings.protection,
    protector,
    swingsOf: (symbol) => swingsOf(bot, symbol),
  };
}

function swingsOf({ scanner }: Bot, symbol: Symbol): SwingPair {
  const strategy = scanner.strategyOf(symbol);
  const low = strategy?.lastConfirmedSwing('long') ?? null;
  const high = strategy?.lastConfirmedSwing('short') ?? null;
  return {
    low: low === null ? null : decimal(String(low.price)),
    high: high === null ? null : decimal(String(high.price)),
  };
}
