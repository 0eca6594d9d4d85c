/**
 * The venue of a scenario: a list of observations 5 s apart, and from `freeze` on a simulation in which
 * sent orders act, so that the second plan meets what the first one did. It answers exactly what the file says:
 * fills come as a whole and in the order written, whatever was asked for, as venues answer too much.
 */
import { ms, SECOND, type Ms, type VirtualClock } from '../../src/domain/clock.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../src/domain/ids.ts';
import {
  isTerminal,
  type OrderIntent,
  type OrderRole,
  type OrderType,
  type Side,
} from '../../src/domain/order.ts';
import { aliasTable, type Symbol } from '../../src/domain/symbol.ts';
import type { MalformedRow, Reading, VenueAccount, VenueOrder } from '../../src/domain/venue.ts';
import type { Venue, VenueReader, VenueTrader } from '../../src/venue/port.ts';
import { scenarioIds, type ScenarioIds } from './scenario-ids.ts';
import {
  accountRow,
  marksOf,
  understoodFills,
  understoodOrders,
  understoodPositions,
  type Understood,
} from './scenario-readings.ts';
import { amendInBook, cancelInBook, placeInBook, type Book } from './simulated-book.ts';
import type { Observation, ScenarioInstrument, ScenarioOrder } from './scenario.ts';

/** Between two observations: the least that proves an absence. */
export const OBSERVATION_STEP = ms(5 * SECOND);

export interface ScenarioVenueOptions {
  readonly observations: readonly Observation[];
  readonly instruments: readonly ScenarioInstrument[];
  /** The registry's orders: what the venue has of them is ours. */
  readonly registryOrders: readonly ScenarioOrder[];
  /** Stands at the time of the first observation; `next` moves it on. */
  readonly clock: VirtualClock;
}

export interface SentOrder {
  readonly symbol: Symbol;
  readonly role: OrderRole;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  readonly price: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly reduceOnly: boolean;
  readonly clientOrderId: ClientOrderId;
}

export interface ScenarioVenue extends Venue {
  /** Ids of the scenario's orders, for who writes the registry. */
  readonly ids: ScenarioIds;
  /** Everything sent so far, what was rejected included. */
  readonly sent: readonly SentOrder[];
  /** Every cancel asked for, the refused ones included. */
  readonly cancelled: readonly ClientOrderId[];
  /** Steps to the next observation, 5 s later; the last one repeats. Frozen, only time moves. */
  next(): void;
  /** From here on the current observation lives: orders act on it. Writing does it by itself. */
  freeze(): void;
}

/** An observation understood, and what stays unread in it. */
interface State {
  readonly positions: Understood<Book['positions'][number]>;
  readonly orders: Understood<VenueOrder>;
  readonly fills: Understood<Book['fills'][number]>;
  readonly account: Observation['account'];
  readonly book: Book;
}

export function createScenarioVenue(options: ScenarioVenueOptions): ScenarioVenue {
  const { clock, observations, instruments } = options;
  const ids = scenarioIds(options.registryOrders, observations.flatMap(ordersOf));
  const aliases = aliasTable(instruments.map((one) => one.instrument));
  const startMs = clock.now();
  const at = (index: number): State =>
    stateOf(observations[Math.min(index, observations.length - 1)], {
      aliases,
      ids,
      updatedMs: startMs,
    });
  let index = 0;
  let observedMs = startMs;
  let state = at(index);
  let frozen = false;
  const sent: SentOrder[] = [];
  const cancelled: ClientOrderId[] = [];

  return {
    name: 'scenario',
    ids,
    sent,
    cancelled,
    reader: readerOf({
      state: () => state,
      now: () => (frozen ? clock.now() : observedMs),
      instruments,
    }),
    trader: traderOf({
      state: () => {
        frozen = true;
        return state;
      },
      clock,
      instruments,
      sent,
      cancelled,
    }),
    next() {
      // A later reading has to be a later one at the server, even after the scenario's list has ended.
      clock.advanceTo(ms(observedMs + OBSERVATION_STEP));
      observedMs = clock.now();
      if (frozen) return;
      index += 1;
      state = at(index);
    },
    freeze() {
      frozen = true;
    },
    close() {},
  };
}

function ordersOf({ orders }: Observation): readonly ScenarioOrder[] {
  return orders.read === 'complete' ? orders.rows : [];
}

function stateOf(
  observation: Observation | undefined,
  known: {
    readonly aliases: ReturnType<typeof aliasTable>;
    readonly ids: ScenarioIds;
    readonly updatedMs: Ms;
  },
): State {
  const { positions, orders, fills, account } = observation ?? EMPTY;
  const read = {
    positions: understoodPositions(positions, known.aliases),
    orders: understoodOrders(orders, known.aliases, known),
    fills: understoodFills(fills, known.aliases, known.ids),
  };
  const book = {
    positions: rowsOf(read.positions),
    orders: rowsOf(read.orders),
    fills: rowsOf(read.fills),
  };
  return { ...read, account, book };
}

const EMPTY: Observation = {
  positions: { read: 'complete', rows: [] },
  orders: { read: 'complete', rows: [] },
  fills: { read: 'complete', rows: [] },
  account: null,
};

function rowsOf<T>(understood: Understood<T>): readonly T[] {
  return understood.read === 'complete' ? understood.rows : [];
}

function readerOf(venue: {
  readonly state: () => State;
  readonly now: () => Ms;
  readonly instruments: readonly ScenarioInstrument[];
}): VenueReader {
  const { state, now, instruments } = venue;
  const complete = <T>(
    rows: readonly T[],
    malformed: readonly MalformedRow[] = [],
  ): Reading<T> => ({
    read: 'complete',
    rows,
    serverMs: now(),
    ...(malformed.length === 0 ? {} : { malformed }),
  });
  const reading = <T>(understood: Understood<T>, rows: readonly T[]): Reading<T> =>
    understood.read === 'unknown' ? understood : complete(rows, understood.malformed);
  const orders = (ended: boolean): Reading<VenueOrder> => {
    const { orders: understood, book } = state();
    return reading(
      understood,
      book.orders.filter((one) => isTerminal(one.state) === ended),
    );
  };
  return {
    positions: async () => reading(state().positions, state().book.positions),
    openOrders: async () => orders(false),
    orderHistory: async () => orders(true),
    fills: async () => reading(state().fills, state().book.fills),
    account: async () => accountReading(state(), instruments, complete),
    marks: async () => complete(marksOf(instruments, now())),
    instruments: async () => complete(instruments.map((one) => one.instrument)),
  };
}

function accountReading(
  { account, book }: State,
  instruments: readonly ScenarioInstrument[],
  complete: (rows: readonly VenueAccount[]) => Reading<VenueAccount>,
): Reading<VenueAccount> {
  if (account?.read === 'unknown') return account;
  return complete([accountRow(account?.rows[0] ?? null, book.positions, instruments)]);
}

function traderOf(venue: {
  readonly state: () => State;
  readonly clock: VirtualClock;
  readonly instruments: readonly ScenarioInstrument[];
  readonly sent: SentOrder[];
  readonly cancelled: ClientOrderId[];
}): VenueTrader {
  const { state, clock, instruments } = venue;
  return {
    async place(intent) {
      venue.sent.push(sentOrder(intent));
      const { book, positions } = state();
      const found = instruments.find((one) => one.instrument.symbol === intent.symbol);
      return placeInBook(book, intent, {
        mark: found?.mark ?? null,
        now: clock.now(),
        positionsKnown: positions.read === 'complete',
      });
    },
    async amend(id, change) {
      return amendInBook(state().book, id, change, clock.now());
    },
    async cancel(id) {
      venue.cancelled.push(id);
      return cancelInBook(state().book, id, clock.now());
    },
  };
}

function sentOrder(intent: OrderIntent): SentOrder {
  const { symbol, role, side, type, quantity, price, stopPrice, reduceOnly, clientOrderId } =
    intent;
  return { symbol, role, side, type, quantity, price, stopPrice, reduceOnly, clientOrderId };
}
