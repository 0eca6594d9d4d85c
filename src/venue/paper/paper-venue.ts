/**
 * The simulated venue: the same port as a real one, on recorded bars. It answers after a latency, keeps
 * what happened in its own file, and never tells the bot anything of a bar before that bar closed.
 *
 * Invariants: committed before answered; `advanceTo` is idempotent; balance + unrealised profit =
 * deposits + realised profit - fees.
 */
import type { BarSource, ClosedBar } from '../../domain/bar-source.ts';
import { priceOfCandle, timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, type Clock, type Ms } from '../../domain/clock.ts';
import { decimal, isMultipleOf, type Decimal, type Price } from '../../domain/decimal.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderIntent, Outcome } from '../../domain/order.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Reading, VenueMark } from '../../domain/venue.ts';
import type { Venue, VenueReader, VenueTrader } from '../port.ts';
import { PaperAccount } from './paper-account.ts';
import type { PaperOrder } from './book.ts';
import { judgeBars } from './judge-bars.ts';
import { delaysOf } from './latency.ts';
import { takerPrice } from './matching.ts';
import { openPaperStore, type PaperStore } from './paper-store.ts';
import type { PaperSettings } from './settings.ts';
import { isOnTick, validatePaperOrder } from './validate-order.ts';

export interface PaperOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly bars: BarSource;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly settings: PaperSettings;
}

export interface PaperVenue extends Venue {
  /**
   * Judges every bar that closed by `at`. Returns `at`, or the earlier time at which a resting entry
   * filled: the rest of that bar is judged by the next call, with the stop the bot placed meanwhile.
   */
  advanceTo(at: Ms): Ms;
  /** Moves money without a trade, durably; negative takes it away. */
  credit(amount: Decimal, kind: 'deposit' | 'funding'): void;
  /** Takes a position as for lack of margin; false when there is none. */
  liquidate(symbol: Symbol): boolean;
}

/** An order that arrives this soon after a bar opened still meets it at its open. */
const AT_OPEN: Ms = ms(60_000);

export function createPaperVenue(options: PaperOptions): PaperVenue {
  const store = openPaperStore(options.file);
  const { bars, instruments, settings } = options;
  const account = new PaperAccount({ store, bars, instruments, settings });
  const judging = { bars, instruments, slippage: settings.slippage };
  return {
    name: 'paper',
    reader: readerOf(options, account, store),
    trader: traderOf(options, account),
    advanceTo: (at) => judgeBars(account, at, judging),
    credit: (amount, kind) => account.credit(amount, kind),
    liquidate: (symbol) => account.liquidateNow(symbol, options.clock.now()),
    close: () => store.close(),
  };
}

function readerOf(options: PaperOptions, account: PaperAccount, store: PaperStore): VenueReader {
  const { clock, bars } = options;
  const complete = <T>(rows: readonly T[]): Promise<Reading<T>> =>
    Promise.resolve({ read: 'complete', rows, serverMs: clock.now() });
  const marks = cachedMarks(bars, clock);
  return {
    positions: () =>
      complete(
        account.positions().map(({ symbol, side, quantity, entryPrice }) => {
          return { symbol, side, quantity, entryPrice };
        }),
      ),
    openOrders: () => complete(account.liveOrders()),
    fills: (since) => complete(store.fillsSince(since)),
    orderHistory: (since) => complete(store.endedSince(since)),
    account: () => complete([account.summary()]),
    marks: () => complete(marks()),
    instruments: () => complete([...options.instruments.values()]),
  };
}

function traderOf(options: PaperOptions, account: PaperAccount): VenueTrader {
  const { clock, settings } = options;
  return {
    async place(intent) {
      const delays = delaysOf(settings, intent.clientOrderId, 'place', intent.role);
      await clock.sleep(delays.beforeMs);
      const outcome = placeNow(options, account, intent);
      await clock.sleep(delays.afterMs);
      return outcome;
    },
    async amend(id, change) {
      const delays = delaysOf(settings, id, 'amend');
      await clock.sleep(delays.beforeMs);
      const order = account.orderById(id);
      const outcome =
        order === null
          ? rejected('orderForEditNotFound')
          : amendNow(options, account, { order, change });
      await clock.sleep(delays.afterMs);
      return outcome;
    },
    async cancel(id) {
      const delays = delaysOf(settings, id, 'cancel');
      await clock.sleep(delays.beforeMs);
      const outcome = cancelNow(options, account, id);
      await clock.sleep(delays.afterMs);
      return outcome;
    },
  };
}

function placeNow(options: PaperOptions, account: PaperAccount, intent: OrderIntent): Outcome {
  const { clock, settings } = options;
  const now = clock.now();
  const instrument = options.instruments.get(intent.symbol) ?? null;
  const bar = instrument === null ? null : barNow(options, intent.symbol, now);
  const refusal = validatePaperOrder(intent, {
    instrument,
    isKnownId: account.everTaken(intent.clientOrderId) !== null,
    position: account.positionOf(intent.symbol),
    price: instrument === null ? null : priceFor(options, intent, { bar, now }),
    margin: account.margin(),
    leverage: settings.leverage,
  });
  if (refusal !== null || instrument === null) return rejected(refusal ?? 'contractNotFound');
  const isTaker = intent.type === 'market' || intent.timeInForce === 'ioc';
  if (isTaker && bar !== null) {
    const takenAt = takerPrice(intent, bar, { instrument, slippage: settings.slippage });
    if (takenAt === null) return rejected('iocWouldNotExecute');
    return accepted(account.place(intent, { now, actsFromMs: bar.openMs, takenAt }), now);
  }
  const actsFromMs = bar?.openMs ?? nextOpen(options, intent.symbol, now);
  return accepted(account.place(intent, { now, actsFromMs, takenAt: null }), now);
}

/**
 * Where the market trades for an order that arrives now: the open it meets, or for an order that can
 * wait the last close. Null where nothing traded for more than a bar (a gap, a delisting), and for a
 * limit that must trade at once between two opens: it would have to rest, which it may not.
 */
function priceFor(
  { bars }: PaperOptions,
  intent: OrderIntent,
  { bar, now }: { bar: Candle | null; now: Ms },
): Price | null {
  if (bar !== null) return priceOfCandle(bar.open);
  if (intent.type === 'limit' && intent.timeInForce === 'ioc') return null;
  const latest = bars.latest(intent.symbol);
  const step = timeframeMs(bars.matchingTimeframe(intent.symbol));
  return latest === null || now - latest.closeMs > step ? null : priceOfCandle(latest.close);
}

function amendNow(
  options: PaperOptions,
  account: PaperAccount,
  { order, change }: { order: PaperOrder; change: Parameters<VenueTrader['amend']>[1] },
): Outcome {
  const { clock, instruments } = options;
  const instrument = instruments.get(order.symbol);
  const quantity = change.quantity ?? order.quantity;
  if (instrument === undefined || !isMultipleOf(quantity, instrument.lotStep)) {
    return rejected('invalidSize');
  }
  if (quantity.lte(order.filled) || quantity.lt(instrument.minQuantity)) {
    return rejected('invalidSize');
  }
  for (const level of [change.price, change.stopPrice]) {
    if (level !== undefined && !isOnTick(level, instrument)) return rejected('invalidPrice');
  }
  // Like a new order, what it says now never meets a bar that was already going on. Except a stop: a
  // bar without one would be kinder than any market, so the new level is judged on all of it.
  const nextMs = ms(Math.max(order.actsFromMs, nextOpen(options, order.symbol, clock.now())));
  account.replace({
    ...order,
    quantity,
    price: change.price ?? order.price,
    stopPrice: change.stopPrice ?? order.stopPrice,
    actsFromMs: order.type === 'stop' ? order.actsFromMs : nextMs,
    updatedMs: clock.now(),
  });
  return accepted(order, clock.now());
}

function cancelNow({ clock }: PaperOptions, account: PaperAccount, id: ClientOrderId): Outcome {
  const order = account.orderById(id);
  if (order === null) {
    return rejected(account.everTaken(id)?.state === 'filled' ? 'filled' : 'notFound');
  }
  account.replace({ ...order, state: 'cancelled', updatedMs: clock.now() });
  return accepted(order, clock.now());
}

/** The bar that opened just now, if one did: nobody sees it, but an order meets it at its open. */
function barNow({ bars }: PaperOptions, symbol: Symbol, now: Ms): Candle | null {
  const step = timeframeMs(bars.matchingTimeframe(symbol));
  const openMs = ms(Math.floor(now / step) * step);
  return now - openMs <= AT_OPEN ? bars.bar(symbol, openMs) : null;
}

/** Open of the first bar an order that arrives now may act in. */
function nextOpen({ bars }: PaperOptions, symbol: Symbol, now: Ms): Ms {
  const step = timeframeMs(bars.matchingTimeframe(symbol));
  const open = Math.floor(now / step) * step;
  return ms(now - open <= AT_OPEN ? open : open + step);
}

/**
 * Rows are made again only for markets whose last bar changed, and a market is only asked when its
 * next bar can have closed: 243 markets are looked at in every cycle. Unchanged rows stay the same
 * objects, which the scan relies on.
 */
function cachedMarks(bars: BarSource, clock: Clock): () => readonly VenueMark[] {
  const markets = bars.symbols().map((symbol) => {
    const step = timeframeMs(bars.matchingTimeframe(symbol));
    return { symbol, step, row: null as VenueMark | null };
  });
  let rows: readonly VenueMark[] = [];
  return () => {
    const now = clock.now();
    let changed = false;
    for (const market of markets) {
      if (market.row !== null && now < market.row.tsMs + market.step) continue;
      const bar = bars.latest(market.symbol);
      if (bar === null || market.row?.tsMs === bar.closeMs) continue;
      market.row = markOf(market.symbol, bar, bars.quoteVolume24h(market.symbol));
      changed = true;
    }
    if (changed) rows = markets.flatMap(({ row }) => (row === null ? [] : [row]));
    return rows;
  };
}

function markOf(symbol: Symbol, bar: ClosedBar, volume: number | null): VenueMark {
  const last = priceOfCandle(bar.close);
  return {
    symbol,
    mark: last,
    last,
    tsMs: bar.closeMs,
    quoteVolume24h: volume === null ? null : decimal(volume.toFixed(2)),
    spread: null,
  };
}

function accepted({ venueOrderId }: PaperOrder, serverMs: Ms): Outcome {
  return { kind: 'accepted', venueOrderId, serverMs };
}

function rejected(reason: string): Outcome {
  return { kind: 'rejected', reason };
}
