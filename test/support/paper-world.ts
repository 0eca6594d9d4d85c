/**
 * A recording of a few bars and a paper venue on it, in a temp directory. Orders are written as an
 * operator would say them: `limit buy 1 95 ioc`, `stop sell 1 94`, `target sell 1 110`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BarSource, ClosedBar } from '../../src/domain/bar-source.ts';
import { timeframeMs, type Candle } from '../../src/domain/candle.ts';
import { ms, virtualClock, type Ms, type VirtualClock } from '../../src/domain/clock.ts';
import { decimal, price, quantity, text } from '../../src/domain/decimal.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type { ClientOrderId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { OrderIntent, Outcome, Side } from '../../src/domain/order.ts';
import { symbol, type Symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';
import { createPaperVenue, type PaperVenue } from '../../src/venue/paper/paper-venue.ts';
import { DEFAULT_PAPER, type PaperSettings } from '../../src/venue/paper/settings.ts';

export const TON = symbol('TON/USD:USD');
export const SOL = symbol('SOL/USD:USD');
export const STEP = timeframeMs('4h');

/** Open, high, low, close of consecutive 4h bars; null is a gap. */
export type Bars = readonly (readonly [number, number, number, number] | null)[];

/** No luck and no slippage, unless the test asks for it. */
export const PLAIN: PaperSettings = {
  ...DEFAULT_PAPER,
  slippage: decimal('0'),
  lateStopAckRate: 0,
  splitFillRate: 0,
  partialFillRate: 0,
};

export interface PaperWorld {
  readonly venue: PaperVenue;
  readonly clock: VirtualClock;
  /** Open time of a bar. */
  at(bar: number): Ms;
  place(written: string, id?: string, of?: Symbol): Promise<Outcome>;
  /** Walks to the open of a bar as the run loop does; `onEntry` is called where an entry filled. */
  walkTo(bar: number, onEntry?: () => Promise<unknown>): Promise<void>;
  /** The venue of a new process on the same file. */
  reopen(): PaperWorld;
  fills(): Promise<readonly VenueFill[]>;
  /** `buy 1 @ 100 taker`, one per fill. */
  said(): Promise<readonly string[]>;
  dispose(): void;
}

export interface WorldOptions {
  readonly settings?: Partial<PaperSettings>;
  readonly instrument?: Partial<Instrument>;
  readonly sol?: Bars;
}

export function paperWorld(bars: Bars, options: WorldOptions = {}): PaperWorld {
  const dir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
  const recording = new Map([[TON, candles(bars)]]);
  if (options.sol !== undefined) recording.set(SOL, candles(options.sol));
  return open(dir, recording, { ...options, clock: virtualClock(ms(0)) });
}

function open(
  dir: string,
  recording: ReadonlyMap<Symbol, readonly Candle[]>,
  options: WorldOptions & { readonly clock: VirtualClock },
): PaperWorld {
  const { clock } = options;
  const instruments = new Map(
    [TON, SOL].map((of) => [of, { ...instrumentOf(of), ...options.instrument }]),
  );
  const venue = createPaperVenue({
    file: join(dir, 'paper.db'),
    clock,
    bars: barSource(recording, clock),
    instruments,
    settings: { ...PLAIN, ...options.settings },
  });
  let placed = 0;
  const fills = async (): Promise<readonly VenueFill[]> => rowsOf(await venue.reader.fills(ms(0)));
  return {
    venue,
    clock,
    at: (bar) => ms(bar * STEP),
    place: (written, id, of = TON) => {
      placed += 1;
      return venue.trader.place(
        intent(written, id ?? `tc-${placed}`, of),
        new AbortController().signal,
      );
    },
    async walkTo(bar, onEntry) {
      const to = ms(bar * STEP);
      for (;;) {
        const reached = venue.advanceTo(to);
        clock.advanceTo(reached);
        if (reached >= to) return;
        await onEntry?.();
      }
    },
    reopen() {
      venue.close();
      return open(dir, recording, { ...options, clock });
    },
    fills,
    said: async () =>
      (await fills()).map(({ side, quantity: size, price: at, liquidity }) => {
        return `${side} ${text(size)} @ ${text(at)} ${liquidity}`;
      }),
    dispose() {
      venue.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Rows of a complete reading; an unknown one is a failure of the test. */
export function rowsOf<T>(reading: Reading<T>): readonly T[] {
  if (reading.read === 'unknown') throw new Error(`unknown: ${reading.reason}`);
  return reading.rows;
}

/** `TYPE SIDE QUANTITY [LEVEL] [ioc] [post] [reduce]`; stops and targets only reduce. */
export function intent(written: string, id: string, of: Symbol = TON): OrderIntent {
  const words = written.split(' ');
  const [kind = '', side = '', size = '', level = ''] = words;
  const type = kind === 'target' ? 'take_profit' : (kind as OrderIntent['type']);
  const isTrigger = type === 'stop' || type === 'take_profit';
  const reduceOnly = isTrigger || words.includes('reduce');
  return {
    clientOrderId: id as ClientOrderId,
    symbol: of,
    role: type === 'stop' ? 'stop' : type === 'take_profit' ? 'target' : 'entry',
    purpose: type === 'stop' ? 'stop_loss' : type === 'take_profit' ? 'target_1' : 'entry',
    side: side as Side,
    type,
    timeInForce: words.includes('ioc') ? 'ioc' : 'gtc',
    postOnly: words.includes('post'),
    reduceOnly,
    quantity: quantity(size),
    price: type === 'limit' ? price(level) : null,
    stopPrice: isTrigger ? price(level) : null,
    positionId: null,
    signalId: null,
    expiresMs: null,
  };
}

export function instrumentOf(of: Symbol): Instrument {
  return {
    symbol: of,
    venueId: `PF_${of.slice(0, 3)}USD`,
    contractSize: decimal('1'),
    lotStep: quantity('0.1'),
    tickSize: price('0.01'),
    minQuantity: quantity('0.1'),
    minNotional: null,
    maxLeverage: 50,
  };
}

function candles(bars: Bars): Candle[] {
  return bars.flatMap((bar, index) => {
    if (bar === null) return [];
    const [openPrice, high, low, close] = bar;
    return [{ openMs: ms(index * STEP), open: openPrice, high, low, close, volume: 1 }];
  });
}

function barSource(
  recording: ReadonlyMap<Symbol, readonly Candle[]>,
  clock: VirtualClock,
): BarSource {
  const of = (market: Symbol): readonly Candle[] => recording.get(market) ?? [];
  const latest = (market: Symbol): ClosedBar | null => {
    const bar = of(market).findLast(({ openMs }) => openMs + STEP <= clock.now());
    return bar === undefined ? null : { ...bar, closeMs: ms(bar.openMs + STEP) };
  };
  return {
    symbols: () => [...recording.keys()],
    matchingTimeframe: () => '4h',
    latest,
    bar: (market, openMs) => of(market).find((bar) => bar.openMs === openMs) ?? null,
    bars: (market, from, to) => of(market).filter(({ openMs }) => openMs >= from && openMs < to),
    quoteVolume24h: () => null,
  };
}
