/**
 * Everything behind the endpoints: the simulated account on minute bars, its ledger and statement, funding,
 * leverage preferences and the dead man's switch. Time is taken once per request ({@link Book.advance}) and stands still
 * while it is answered. Nothing runs between requests: the next one judges what happened meanwhile.
 */
import { HOUR, MINUTE, ms, virtualClock, type Clock, type Ms } from '../../domain/clock.ts';
import { decimal, type Decimal, type Price } from '../../domain/decimal.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { VenueOrder } from '../../domain/venue.ts';
import { createPaperVenue, type PaperVenue } from '../paper/paper-venue.ts';
import { DEFAULT_PAPER, type PaperSettings } from '../paper/settings.ts';
import { payFunding } from './funding.ts';
import { createLedger, type KnownOrder, type Ledger } from './ledger.ts';
import { listingOf, type Listing } from './listing.ts';
import { createMinuteBars, minuteFloor, type MinuteBars } from './minute-bars.ts';
import { createStatement, type Statement } from './statement.ts';
import { shiftInto, type Tape } from './tape.ts';
import { moveTrailingStops, trailingOf } from './trailing.ts';

export interface BookOptions {
  readonly tape: Tape;
  readonly clock: Clock;
  /** Where the simulated account is kept. */
  readonly file: string;
  readonly seed: string;
}

export interface Book {
  readonly seed: string;
  readonly tape: Tape;
  /** What to add to recorded time. */
  readonly shift: Ms;
  readonly bars: MinuteBars;
  readonly listing: Listing;
  readonly venue: PaperVenue;
  readonly ledger: Ledger;
  readonly statement: Statement;
  readonly settings: PaperSettings;
  /** Maximum leverage by market; absent: cross. */
  readonly leverage: Map<Symbol, number>;
  /** What the key may do, as the venue tells it; a test or an operator changes it. */
  key: KeyPermissions;
  /** Relative rate per hour by market; absent: the usual one. */
  readonly funding: Map<Symbol, Decimal>;
  /** Set by a fault rule: orders that open or grow a position execute as two fills. */
  splitsFills: boolean;
  /** When everything is cancelled; null while disarmed. */
  deadManMs: Ms | null;
  /** The time of this request. */
  now(): Ms;
  /** Goes on to the time of the clock and judges what happened meanwhile. */
  advance(): Promise<void>;
  /** Brings the ledger up to date after an order. */
  sync(): Promise<void>;
  setPrice(symbol: Symbol, price: Price | null): Promise<void>;
  /** Deposits, or withdraws what is negative. */
  transfer(amount: Decimal): void;
  cancel(orders: readonly KnownOrder[]): Promise<void>;
  close(): void;
}

export interface KeyPermissions {
  readonly general: string;
  readonly transfer: string;
  readonly allowedCidrBlocks: readonly string[];
}

export const USUAL_KEY: KeyPermissions = {
  general: 'FULL_ACCESS',
  transfer: 'NO_ACCESS',
  allowedCidrBlocks: ['127.0.0.1/32'],
};

/** Bars are looked up a stretch at a time: each look goes through the whole stretch. */
const STRETCH = ms(15 * MINUTE);

export function createBook({ tape, clock, file, seed }: BookOptions): Book {
  const time = virtualClock(clock.now());
  const shift = shiftInto(tape, time.now());
  const bars = createMinuteBars(tape, shift, time);
  const listing = listingOf(tape);
  const settings = settingsOf(seed, () => book.splitsFills);
  const { instruments } = listing;
  const venue = createPaperVenue({ file, clock: time, bars, instruments, settings });
  const statement = createStatement({ startingBalance: settings.startingEquity, instruments });
  const ledger = createLedger(seed, (fill) => statement.trade(fill));
  const book: Book = {
    ...{ seed, tape, shift, bars, listing, venue, ledger, statement, settings },
    leverage: new Map(),
    key: USUAL_KEY,
    funding: new Map(),
    splitsFills: false,
    deadManMs: null,
    now: () => time.now(),
    async advance() {
      const now = clock.now();
      for (;;) {
        const fullHour = Math.floor(time.now() / HOUR) * HOUR + HOUR;
        const { deadManMs } = book;
        const stop = ms(Math.min(now, fullHour, deadManMs ?? now));
        await judgeTo(stop);
        await book.sync();
        if (deadManMs !== null && deadManMs <= stop) {
          await book.cancel(ledger.open());
          book.deadManMs = null;
        }
        if (stop === fullHour) await payFunding(book);
        if (stop >= now) return;
      }
    },
    sync: () => ledger.sync(venue.reader),
    async setPrice(symbol, price) {
      bars.pin(symbol, price);
      judge(ms(minuteFloor(time.now()) + MINUTE));
      await book.sync();
    },
    transfer(amount) {
      venue.credit(amount, 'deposit');
      statement.transfer(amount, time.now());
    },
    async cancel(orders) {
      for (const { intent } of orders) await venue.trader.cancel(intent.clientOrderId, NEVER);
      await book.sync();
    },
    close: () => venue.close(),
  };
  const judge = (at: Ms): void => {
    // It stops at the fill of an entry; nobody answers in between here.
    while (venue.advanceTo(at) < at) continue;
  };
  const judgeTo = async (at: Ms): Promise<void> => {
    for (let from = time.now(); from < at; from = time.now()) {
      const isTrailing = trailingOf(book).length > 0;
      const next = isTrailing ? minuteFloor(from) + MINUTE : from + STRETCH;
      time.advanceTo(ms(Math.min(next, at)));
      judge(time.now());
      if (!isTrailing) continue;
      await book.sync();
      await moveTrailingStops(book);
    }
  };
  return book;
}

/** The simulated venue takes a signal as every venue does, and never waits. */
export const NEVER = new AbortController().signal;

export function isTriggerOrder({ type }: Pick<VenueOrder, 'type'>): boolean {
  return type === 'stop' || type === 'take_profit';
}

/** At once and in one piece: what a rehearsal is to meet beyond that is asked for by fault rules. */
function settingsOf(seed: string, splits: () => boolean): PaperSettings {
  return {
    ...DEFAULT_PAPER,
    seed,
    startingEquity: decimal('10000'),
    latencyMinMs: ms(0),
    latencyMaxMs: ms(0),
    lateStopAckRate: 0,
    partialFillRate: 0,
    get splitFillRate() {
      return splits() ? 1 : 0;
    },
  };
}
