import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCandleStore, type CandleStore } from '../../../src/core/candle-store.ts';
import { timeframeMs, type Timeframe } from '../../../src/domain/candle.ts';
import { DAY, HOUR, ms, wallClock } from '../../../src/domain/clock.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import { readFeedFolder } from '../../../src/market/feed-folder.ts';
import { createRecordingFeed, type RecordingFeed } from '../../../src/market/recording-feed.ts';
import { openRecording, type Recording } from '../../../src/market/recording.ts';

const REAL = fileURLToPath(new URL('../../../../shared/markets', import.meta.url));
const T0 = ms(Date.UTC(2023, 0, 10));
const NOW = ms(Date.UTC(2024, 0, 1));
const BTC = symbol('BTC/USD:USD');
const ETH = symbol('ETH/USD:USD');

let dir: string;
let store: CandleStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-feed-'));
  store = openCandleStore(join(dir, 'candles.db'));
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

function write(path: string, lines: readonly string[]): void {
  const file = join(dir, 'feed', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Candles of a flat market; `skip` leaves a gap. */
function market(
  base: string,
  timeframe: Timeframe,
  span: { from: number; count: number; skip?: number },
): void {
  const lines = ['timestamp_ms,open,high,low,close,volume'];
  for (let index = 0; index < span.count; index += 1) {
    if (index === span.skip) continue;
    lines.push(`${span.from + index * timeframeMs(timeframe)},10,12,9,11,${index + 1}`);
  }
  write(`${timeframe}/${base}_USD_USD-${timeframe}.csv`, lines);
}

function world(): void {
  write('instruments.csv', [
    'symbol,venue_id,contract_size,lot_step,tick_size,min_quantity,max_leverage',
    'BTC/USD:USD,PF_XBTUSD,1,0.0001,1,0.0001,50',
    'ETH/USD:USD,PF_ETHUSD,1,0.001,0.1,0.001,50',
    'BAD/USD:USD,PF_BADUSD,1,0.3,0.1,0.5,50',
  ]);
  for (const base of ['BTC', 'ETH']) {
    market(base, '1d', { from: T0 - 3 * DAY, count: 5 });
    market(base, '4h', { from: T0, count: 12, skip: base === 'ETH' ? 5 : -1 });
  }
  market('BTC', '1h', { from: T0 - 3 * DAY, count: 120 });
}

function open(readAhead = 4): { recording: Recording; feed: RecordingFeed } {
  const folder = readFeedFolder(join(dir, 'feed'));
  const recording = openRecording(folder, { store, now: NOW });
  return { recording, feed: createRecordingFeed(recording, store, { readAhead }) };
}

describe('a recording', () => {
  test('its window, base timeframe and matching timeframes', () => {
    world();
    const { recording, feed } = open();
    expect(recording).toMatchObject({
      baseTimeframe: '1h',
      windowFrom: T0,
      windowTo: T0 + 2 * DAY,
    });
    expect(feed.cycles).toBe(48);
    expect(feed.matchingTimeframe(BTC)).toBe('1h');
    expect(feed.matchingTimeframe(ETH)).toBe('4h');
    expect(recording.setAside).toEqual([]);
  });

  test('bad markets are set aside with file, line and reason; the others go on', () => {
    world();
    for (const timeframe of ['1d', '4h'] as const) {
      market('BAD', timeframe, { from: T0, count: 2 });
      market('NEW', timeframe, { from: T0, count: 2 });
    }
    write('4h/ETH_USD_USD-4h.csv', ['timestamp_ms,open,high,low,close,volume', `${T0},10,8,9,9,1`]);
    const { recording } = open();
    expect(recording.markets.map((each) => each.symbol)).toEqual([BTC]);
    expect(
      recording.setAside.map(({ symbol: name, line, reason }) => [name, line, reason]),
    ).toEqual([
      ['BAD/USD:USD', 4, 'min_quantity 0.5 is not a multiple of lot_step 0.3'],
      ['NEW/USD:USD', null, 'no row in instruments.csv'],
      ['ETH/USD:USD', 2, 'high 8 is below low 9'],
    ]);
    expect(store.series().map((series) => series.symbol)).not.toContain(ETH);
  });

  test('each candle is delivered once, at its close, and each row is read once', () => {
    world();
    const { recording, feed } = open();
    let seen = 0;
    feed.warmUp(recording.windowFrom, () => void (seen += 1));
    for (let at = feed.nextCycle(T0); at !== null; at = feed.nextCycle(at)) {
      const news = feed.advanceTo(at);
      seen += news.count;
      for (const { candles } of news.markets) {
        const closes = candles.map(
          ({ timeframe, candle }) => candle.openMs + timeframeMs(timeframe),
        );
        expect(new Set(closes)).toEqual(new Set([at]));
      }
      expect(feed.bar(BTC, at)?.openMs ?? at).toBe(at);
    }
    const rows = store.series().reduce((sum, series) => sum + series.rows, 0);
    expect(seen).toBe(rows);
    expect(store.rowsRead).toBe(rows);
  });

  test('of candles that close together the longest timeframe comes first', () => {
    world();
    const { feed } = open();
    feed.warmUp(ms(T0 + DAY - HOUR), () => {});
    const news = feed.advanceTo(ms(T0 + DAY));
    const btc = [...news.markets].find((each) => each.symbol === BTC);
    expect(btc?.candles.map((each) => each.timeframe)).toEqual(['1d', '4h', '1h']);
  });

  test('caught up with, the prices are of now, and the candles come once, with the next cycle', () => {
    world();
    const [plain, caught] = [open().feed, open().feed];
    const [before, at, after] = [4, 8, 12].map((hours) => ms(T0 + hours * HOUR));
    for (const feed of [plain, caught]) feed.warmUp(before ?? T0, () => {});
    caught.catchUp(ms((at ?? 0) + 1));
    expect(caught.latest(BTC)?.closeMs).toBe(at);
    caught.catchUp(ms((at ?? 0) + 2));
    expect(caught.advanceTo(at ?? T0)).toEqual(plain.advanceTo(at ?? T0));
    expect(caught.advanceTo(at ?? T0).count).toBe(0);
    caught.catchUp(ms((at ?? 0) + HOUR));
    expect(caught.advanceTo(after ?? T0)).toEqual(plain.advanceTo(after ?? T0));
  });

  test('the bar in a gap is null; latest stays on the last that closed', () => {
    world();
    const { feed } = open();
    feed.warmUp(T0, () => {});
    const gap = ms(T0 + 20 * HOUR);
    feed.advanceTo(ms(gap + 4 * HOUR));
    expect(feed.bar(ETH, gap)).toBeNull();
    expect(feed.latest(ETH)?.closeMs).toBe(gap);
    expect(feed.bars(ETH, T0, ms(T0 + 8 * HOUR)).map((bar) => bar.openMs)).toEqual([
      T0,
      T0 + 4 * HOUR,
    ]);
    expect(feed.quoteVolume24h(ETH)).toBe(4 * 11);
  });

  test('opened again it reads no file, and another recording replaces it', () => {
    world();
    const { recording } = open();
    const again = open().recording;
    expect(again).toEqual(recording);
    market('ETH', '4h', { from: T0, count: 6 });
    expect(open().recording.digest).not.toBe(recording.digest);
  });
});

describe.skipIf(!existsSync(REAL))('real markets (skipped: ../shared/markets is absent)', () => {
  test('243 markets are opened and walked through', () => {
    const clock = wallClock();
    const start = clock.monotonic();
    const recording = openRecording(readFeedFolder(REAL), { store, now: clock.now() });
    const opened = clock.monotonic();
    const feed = createRecordingFeed(recording, store);
    let count = 0;
    feed.warmUp(recording.windowFrom, () => void (count += 1));
    for (let at = feed.nextCycle(recording.windowFrom); at !== null; at = feed.nextCycle(at)) {
      count += feed.advanceTo(at).count;
    }
    const walked = clock.monotonic();
    console.log(
      `opened in ${Math.round(opened - start)} ms, walked in ${Math.round(walked - opened)} ms`,
    );
    expect(recording.markets).toHaveLength(243);
    expect(recording.setAside).toEqual([]);
    expect(feed.cycles).toBe(7_272);
    expect(store.rowsRead).toBe(count);
  });
});
