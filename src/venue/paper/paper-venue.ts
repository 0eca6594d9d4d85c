/**
 * The simulated venue: the same port as a real one, on recorded bars. It answers after a latency, keeps
 * what happened in its own file, and never tells the bot anything of a bar before that bar closed.
 *
 * Invariants: committed before answered; `advanceTo` is idempotent; balance + unrealised profit =
 * deposits + realised profit - fees.
 */
import type { BarSource } from '../../domain/bar-source.ts';
import { priceOfCandle, timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, type Clock, type Ms } from '../../domain/clock.ts';
import { decimal, isMultipleOf, type Price } from '../../domain/decimal.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderIntent, Outcome } from '../../domain/order.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Reading, VenueMark } from '../../domain/venue.ts';
import type { Venue, VenueReader, VenueTrader } from '../port.ts';
import { PaperAccount } from './paper-account.ts';
import type { PaperOrder } from './book.ts';
import { delaysOf } from './latency.ts';
import { takerPrice } from './matching.ts';
import { openPaperStore } from './paper-store.ts';
import type { PaperSettings } from './settings.ts';
import { validatePaperOrder } from './validate-order.ts';

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
}

/** An order that arrives this soon after a bar opened still meets it at its open. */
const AT_OPEN: Ms = ms(60_000);

export function createPaperVenue(options: PaperOptions): PaperVenue {
  const store = openPaperStore(options.file);
  const account = new PaperAccount({ ...options, store });
  return {
    name: 'paper',
    reader: readerOf(options, account),
    trader: traderOf(options, account),
    advanceTo: (at) => account.advanceTo(at),
    close: () => store.close(),
  };
}

function readerOf(options: PaperOptions, account: PaperAccount): VenueReader {
  const { clock, bars } = options;
  const complete = <T>(rows: readonly T[]): Promise<Reading<T>> =>
    Promise.resolve({ read: 'complete', rows, serverMs: clock.now() });
  const marks = cachedMarks(bars);
  return {
    positions: () =>
      complete(
        account.positions().map(({ symbol, side, quantity, entryPrice }) => {
          return { symbol, side, quantity, entryPrice };
        }),
      ),
    openOrders: () => complete(account.liveOrders()),
    fills: (since) => complete(account.fillsSince(since)),
    orderHistory: (since) => complete(account.endedSince(since)),
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
    isKnownId: account.knows(intent.clientOrderId),
    position: account.positionOf(intent.symbol),
    price: bar === null ? lastPrice(options.bars, intent.symbol, now) : priceOfCandle(bar.open),
    margin: account.margin(),
    leverage: settings.leverage,
  });
  if (refusal !== null || instrument === null) return rejected(refusal ?? 'contractNotFound');
  const isTaker = intent.type === 'market' || intent.timeInForce === 'ioc';
  if (isTaker && bar !== null) {
    const price = takerPrice(intent, bar, { instrument, slippage: settings.slippage });
    if (price === null) return rejected('iocWouldNotExecute');
    return accepted(account.take(intent, { price, now, barMs: bar.openMs }), now);
  }
  const actsFromMs = bar?.openMs ?? nextOpen(options, intent.symbol, now);
  return accepted(account.accept(intent, { now, actsFromMs }), now);
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
  if (quantity.lte(order.filled)) return rejected('invalidSize');
  for (const level of [change.price, change.stopPrice]) {
    if (level !== undefined && !isMultipleOf(level, instrument.tickSize))
      return rejected('invalidPrice');
  }
  account.replace({
    ...order,
    quantity,
    price: change.price ?? order.price,
    stopPrice: change.stopPrice ?? order.stopPrice,
    // Like a new order: what it says now never meets a bar that was already going on.
    actsFromMs: ms(Math.max(order.actsFromMs, nextOpen(options, order.symbol, clock.now()))),
    updatedMs: clock.now(),
  });
  return accepted(order, clock.now());
}

function cancelNow({ clock }: PaperOptions, account: PaperAccount, id: ClientOrderId): Outcome {
  const order = account.orderById(id);
  if (order === null) {
    return rejected(account.endedById(id)?.state === 'filled' ? 'filled' : 'notFound');
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

/** The last close, while it is recent: after a gap of more than a bar there is no market to enter. */
function lastPrice(bars: BarSource, symbol: Symbol, now: Ms): Price | null {
  const last = bars.latest(symbol);
  const step = timeframeMs(bars.matchingTimeframe(symbol));
  return last === null || now - last.closeMs > step ? null : priceOfCandle(last.close);
}

/** Open of the first bar an order that arrives now may act in. */
function nextOpen({ bars }: PaperOptions, symbol: Symbol, now: Ms): Ms {
  const step = timeframeMs(bars.matchingTimeframe(symbol));
  const open = Math.floor(now / step) * step;
  return ms(now - open <= AT_OPEN ? open : open + step);
}

/** Rows are made again only for markets whose last bar changed: most cycles change few. */
function cachedMarks(bars: BarSource): () => readonly VenueMark[] {
  const known = new Map<Symbol, VenueMark>();
  let rows: readonly VenueMark[] = [];
  return () => {
    let changed = false;
    for (const symbol of bars.symbols()) {
      const bar = bars.latest(symbol);
      if (bar === null || known.get(symbol)?.tsMs === bar.closeMs) continue;
      const last: Price = priceOfCandle(bar.close);
      const volume = bars.quoteVolume24h(symbol);
      known.set(symbol, {
        symbol,
        mark: last,
        last,
        tsMs: bar.closeMs,
        quoteVolume24h: volume === null ? null : decimal(volume.toFixed(2)),
        spread: null,
      });
      changed = true;
    }
    if (changed) rows = [...known.values()];
    return rows;
  };
}

function accepted({ venueOrderId }: PaperOrder, serverMs: Ms): Outcome {
  return { kind: 'accepted', venueOrderId, serverMs };
}

function rejected(reason: string): Outcome {
  return { kind: 'rejected', reason };
}
