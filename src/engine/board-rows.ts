/** The decisions of the board, each with the tier and the 24 h volume that its market has now. */
import { textOrNull } from '../domain/decimal.ts';
import type { Decision } from '../domain/signal.ts';
import type { Bot } from './bot.ts';

/** The journal says a tier when it changes; the volume behind it changes every day. */
export function boardRows({ scanner, tiers }: Pick<Bot, 'scanner' | 'tiers'>): Decision[] {
  return scanner.latest().map((decision) => {
    const { tier, quoteVolume24h } = tiers.verdictOf(decision.symbol);
    const market = { tier, quote_volume_24h: textOrNull(quoteVolume24h) };
    return { ...decision, numbers: { ...decision.numbers, ...market } };
  });
}
