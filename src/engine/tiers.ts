/** Tiers once a day: what the market registry says now, and the events of what changed. */
import { DAY, type Ms } from '../domain/clock.ts';
import type { NewEvent } from '../domain/event.ts';
import type { VenueMark } from '../domain/venue.ts';
import type { Bot } from './bot.ts';
