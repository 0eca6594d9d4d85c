/**
 * The instruments of a live venue, read anew each day and when the venue refuses an order for its size or
 * price. The tables that the rooms hold are put right in place; what a shorter list lacks stays.
 */
import { readInstruments, writeInstruments } from '../core/instrument-store.ts';
import { isSqliteError, type Db } from '../core/database.ts';
import { DAY, ms, SECOND, type Clock, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Outcome } from '../domain/order.ts';
import { aliasTable, type Symbol } from '../domain/symbol.ts';
import type { Reading } from '../domain/venue.ts';
import type { LiveVenue } from '../venue/ccxt/live-venue.ts';
import type { Venue } from '../venue/port.ts';
import type { LogLevel } from './run-options.ts';

export interface InstrumentBook {
  readonly bySymbol: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: ReadonlyMap<string, Symbol>;
  /** The venue, listened to: refusals and rows that mean our list is out of date. */
  watching(venue: LiveVenue): Venue;
  /** Reads the list when it is due; returns the instruments that are new or have changed. */
  refreshIfDue(): Promise<readonly Instrument[]>;
}

export interface InstrumentBookOptions {
  readonly live: LiveVenue;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: (level: LogLevel, line: string) => void;
}

/** A venue may be restarting at the moment a bot does. */
const ATTEMPTS = 3;
const PAUSE = ms(2 * SECOND);
/** After a list that could not be read. */
const RETRY = ms(60 * SECOND);
/** After a row of a market that it lacks: the very next cycle asks. */
const SOON = SECOND;

/** Words with which a venue refuses an amount or a price that does not fit its steps. */
const OF_PRECISION = /size|amount|quantity|precision|price|tick|lot|notional/i;

/** Throws VENUE_UNREACHABLE when neither the venue nor the home knows any instrument. */
export async function createInstrumentBook(
  options: InstrumentBookOptions,
): Promise<InstrumentBook> {
  const { live, db, clock, log } = options;
  const bySymbol = new Map<Symbol, Instrument>();
  const aliases = new Map<string, Symbol>();
  let dueMs: Ms = ms(0);

  const take = (list: readonly Instrument[]): Instrument[] => {
    const news = list.filter((each) => !isSame(bySymbol.get(each.symbol), each));
    for (const each of news) bySymbol.set(each.symbol, each);
    for (const [alias, symbol] of aliasTable(bySymbol.values())) aliases.set(alias, symbol);
    return news;
  };
  const read = async (): Promise<Instrument[] | string> => {
    const reading = await live.reader.instruments();
    dueMs = ms(clock.now() + (reading.read === 'complete' ? DAY : RETRY));
    if (reading.read === 'unknown') return reading.reason;
    return take(reading.rows);
  };

  let why = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found = await read();
    if (typeof found !== 'string') break;
    why = found;
    if (attempt < ATTEMPTS) await clock.sleep(PAUSE);
  }
  if (bySymbol.size === 0) take(storedOrThrow(live, db, { why, log }));

  return {
    bySymbol,
    aliases,
    watching: (venue) => {
      const { trader, reader } = venue;
      return {
        ...venue,
        trader: {
          ...trader,
          place: async (intent, signal) => {
            const outcome = await trader.place(intent, signal);
            if (isOfPrecision(outcome)) dueMs = ms(0);
            return outcome;
          },
        },
        reader: {
          ...reader,
          positions: async () => {
            const reading = await reader.positions();
            if (hasUnknownMarket(reading)) dueMs = ms(Math.min(dueMs, clock.now() + SOON));
            return reading;
          },
        },
      };
    },
    async refreshIfDue() {
      if (clock.now() < dueMs) return [];
      const found = await read();
      if (typeof found === 'string') {
        log('warn', `the instruments could not be read again: ${found}`);
        return [];
      }
      if (found.length > 0) storeNews(db, found, log);
      return found;
    },
  };
}

/** What is known counts; the stored list is for a start without the venue, and must not end the bot. */
function storeNews(db: Db, news: readonly Instrument[], log: InstrumentBookOptions['log']): void {
  try {
    writeInstruments(db, news);
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    log('warn', `changed instruments cannot be stored: ${error.message}`);
  }
}

/** A bot that knows its markets starts without the venue: it stands DEGRADED until the venue answers. */
function storedOrThrow(
  live: LiveVenue,
  db: Db,
  { why, log }: { why: string; log: InstrumentBookOptions['log'] },
): Instrument[] {
  const stored = readInstruments(db);
  if (stored.length === 0) {
    throw new TradectlError('VENUE_UNREACHABLE', `${live.host} tells no instruments: ${why}`, {
      hint: 'check the network and the status page of the venue, then start again',
    });
  }
  log('warn', `${live.host} tells no instruments (${why}): those of the last start are used`);
  return stored;
}

/** A position in a market that our list does not hold: the list may be the one that is wrong. */
function hasUnknownMarket(reading: Reading<unknown>): boolean {
  return (
    reading.read === 'complete' && (reading.malformed ?? []).some((row) => row.symbol === null)
  );
}

function isOfPrecision(outcome: Outcome): boolean {
  return outcome.kind === 'rejected' && OF_PRECISION.test(outcome.reason);
}

function isSame(held: Instrument | undefined, told: Instrument): boolean {
  if (held === undefined) return false;
  return (
    held.venueId === told.venueId &&
    held.contractSize.eq(told.contractSize) &&
    held.lotStep.eq(told.lotStep) &&
    held.tickSize.eq(told.tickSize) &&
    held.minQuantity.eq(told.minQuantity) &&
    held.maxLeverage === told.maxLeverage &&
    (held.minNotional === null
      ? told.minNotional === null
      : told.minNotional !== null && held.minNotional.eq(told.minNotional))
  );
}
