/**
 * What the venue says now and says happened since a moment, for the forensic commands: a reading, never
 * an action. Each part is complete or unknown on its own. While a bot runs it asks: two processes on one
 * key would spend the budget twice.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import type { Json } from '../../domain/canonical-json.ts';
import type { Snapshot } from '../../domain/venue.ts';
import type { Bot } from '../bot.ts';
import { withObserver } from '../own-bot.ts';
import type { Operator } from './operator.ts';
import { askRunningBot } from './request.ts';
import { fromJson, toJson } from './snapshot-json.ts';

export type VenueAnswer = Required<Pick<Snapshot, 'orderHistory'>> & Snapshot;

/** A reading is nobody's decision: it is not journaled. */
const UNNAMED: Operator = { uid: process.getuid?.() ?? null, terminal: null, user: null };

/** Throws STORE_MISSING for a home in which no bot ever ran, LOCK_HELD beside another command. */
export async function readVenue(home: string, since: Ms, by = UNNAMED): Promise<VenueAnswer> {
  const told = await askRunningBot(home, 'venue', { arguments: { since }, by });
  if (told !== null) return fromJson(told as Json) as VenueAnswer;
  return withObserver(home, (bot) => askVenue(bot, since), 'read-venue');
}

/** As the running bot answers it. */
export async function venueForCommand(bot: Bot, since: unknown): Promise<Json> {
  return toJson(await askVenue(bot, ms(typeof since === 'number' ? since : 0)));
}

async function askVenue({ venue: { reader }, clock }: Bot, since: Ms): Promise<VenueAnswer> {
  return {
    takenMs: clock.now(),
    account: await reader.account(),
    marks: await reader.marks(),
    positions: await reader.positions(),
    openOrders: await reader.openOrders(),
    orderHistory: await reader.orderHistory(since),
    fills: await reader.fills(since),
  };
}
