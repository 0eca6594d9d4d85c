/** Tiers, once a day: what the market registry says of the volumes now, as events where it changed. */
import { DAY } from '../domain/clock.ts';
import { textOrNull } from '../domain/decimal.ts';
import type { VenueMark } from '../domain/venue.ts';
import type { NoteEvent } from '../execution/backlog-journal.ts';
import type { Bot } from './bot.ts';

/**
 * Reviews at the first cycle of a day, when a new 24 h volume is known, and when markets got their first
 * price: at a start some have none yet.
 */
export function reviewTiers(bot: Bot, marks: readonly VenueMark[]): NoteEvent[] {
  const now = bot.clock.now();
  const day = Math.floor(now / DAY);
  const { tiersReviewed } = bot.memory;
  if (tiersReviewed?.day === day && tiersReviewed.markets === marks.length) return [];
  bot.memory.tiersReviewed = { day, markets: marks.length };
  return bot.tiers.review(marks).flatMap((change): NoteEvent[] => {
    const { symbol, tier, quoteVolume24h, spread } = change;
    const payload = {
      tier,
      quote_volume_24h: textOrNull(quoteVolume24h),
      spread: textOrNull(spread?.toDecimalPlaces(8) ?? null),
    };
    const tierEvent: NoteEvent = { type: 'MARKET_TIER', symbol, payload };
    if (!change.firstPinned) return [tierEvent];
    const pinned = { tier, would_be: change.wouldBe };
    return [tierEvent, { type: 'MARKET_PINNED', symbol, payload: pinned }];
  });
}
