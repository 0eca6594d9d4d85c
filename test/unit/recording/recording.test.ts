/**
 * The bundled recording is what its generator writes, byte for byte, and what its README promises: valid
 * candles on the tick, timeframes that agree, tiers, one outage, one silent night, one crash.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLEAR_HOUR, CRASH_HOUR, msOfHour } from '../../../scripts/recording/calendar.ts';
import { MARKETS } from '../../../scripts/recording/market-specs.ts';
import { recordingFiles } from '../../../scripts/recording/recording-files.ts';
import { TIMEFRAMES, type Timeframe } from '../../../src/domain/candle.ts';
import { DAY } from '../../../src/domain/clock.ts';
import { Decimal, decimal, isMultipleOf, text } from '../../../src/domain/decimal.ts';
import { dueCommands, parseOperatorScript } from '../../../src/engine/operator-script.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUNDLED = join(ROOT, 'fixtures/markets');
const END_MS = Date.UTC(2025, 5, 1);

interface Row {
  readonly at: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
}

function rowsOf(base: string, timeframe: Timeframe): Row[] {
  const file = join(BUNDLED, timeframe, `${base}_USD_USD-${timeframe}.csv`);
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(header).toBe('timestamp_ms,open,high,low,close,volume');
  return lines.map((line) => {
    const [at = '', ...numbers] = line.split(',');
    const [open, high, low, close, volume] = numbers.map((written) => decimal(written));
    if (!open || !high || !low || !close || !volume) throw new Error(`${file}: ${line}`);
    return { at: Number(at), open, high, low, close, volume };
  });
}

/** Every file below `folder`, by its path inside it. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe('the generator', () => {
  let out: string;
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'recording-'));
    execFileSync(process.execPath, [join(ROOT, 'scripts/generate-recording.ts'), out]);
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it('writes the committed files and no others', () => {
    expect(filesOf(out)).toEqual(filesOf(BUNDLED).filter((name) => name !== 'README.md'));
  });

  it('writes the same bytes again', () => {
    const changed = filesOf(out).filter(
      (name) => !readFileSync(join(out, name)).equals(readFileSync(join(BUNDLED, name))),
    );
    expect(changed, 'run `npm run generate:recording` and commit the files').toEqual([]);
  });

  it('draws everything from its seed', () => {
    const name = '4h/BTC_USD_USD-4h.csv';
    expect(recordingFiles('another').get(name)).not.toBe(recordingFiles().get(name));
  });

  it('stays below 2 MB', () => {
    const bytes = filesOf(BUNDLED).map((name) => readFileSync(join(BUNDLED, name)).length);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(2_000_000);
  });
});

describe.each(MARKETS.map((spec) => [spec.base, spec] as const))('%s', (base, spec) => {
  const timeframes: Timeframe[] = spec.hourly ? ['1h', '4h', '1d'] : ['4h', '1d'];
  const tick = decimal(spec.tickUnits).div(new Decimal(10).pow(spec.priceDigits));

  it.each(timeframes)(
    '%s: every candle is valid, closed, in order and on the tick',
    (timeframe) => {
      const span = TIMEFRAMES[timeframe];
      let before = 0;
      const bad = rowsOf(base, timeframe).filter((row) => {
        const { at, open, high, low, close, volume } = row;
        const inOrder = at > before && at % span === 0 && at + span <= END_MS;
        const shaped =
          low.gt(0) && high.gte(Decimal.max(open, close)) && low.lte(Decimal.min(open, close));
        const onTick = [open, high, low, close].every((price) => isMultipleOf(price, tick));
        before = at;
        return !(inOrder && shaped && onTick && volume.gte(0));
      });
      expect(bad).toEqual([]);
      expect(before + span).toBe(END_MS);
    },
  );

  it('says the same in every timeframe', () => {
    const days = rowsOf(base, '1d');
    const fours = rowsOf(base, '4h');
    const window = days.filter((day) => day.at >= (fours[0]?.at ?? 0));
    expect(written(merged(fours, TIMEFRAMES['1d']))).toEqual(written(window));
    if (spec.hourly) {
      expect(written(merged(rowsOf(base, '1h'), TIMEFRAMES['4h']))).toEqual(written(fours));
    }
  });

  it('has 900 days of history and 150 days to trade', () => {
    const [days, fours] = [rowsOf(base, '1d'), rowsOf(base, '4h')];
    expect(days[0]?.at).toBe(END_MS - 900 * DAY);
    expect(fours[0]?.at).toBe(END_MS - 150 * DAY);
    const lost = spec.missing === undefined ? 0 : spec.missing[1] - spec.missing[0];
    expect(fours).toHaveLength(900 - lost / 4);
  });

  it('opens the crash 10 to 25 % below its last price', () => {
    const crash = rowsOf(base, '4h').findIndex((row) => row.at === msOfHour(CRASH_HOUR));
    const [before, after] = rowsOf(base, '4h').slice(crash - 1, crash + 1);
    const fallen = after?.open.div(before?.close ?? 1) ?? new Decimal(1);
    expect(fallen.toNumber()).toBeGreaterThanOrEqual(0.75);
    expect(fallen.toNumber()).toBeLessThan(0.905);
  });
});

describe('the markets together', () => {
  it.each([
    ['BTC', 50e6, Infinity],
    ['XRP', 50e6, Infinity],
    ['LINK', 5e6, 50e6],
    ['GALA', 0.5e6, 5e6],
    ['RSR', 0, 0.5e6],
    ['BNB', 0, 0.5e6],
  ])('%s trades between %d and %d a day, as a rule', (base, least, most) => {
    const volumes = rowsOf(base, '1d').map((day) => day.volume.mul(day.close).toNumber());
    const within = volumes.filter((volume) => least <= volume && volume < most);
    expect(within.length / volumes.length).toBeGreaterThan(0.9);
  });

  it('RSR is never large enough to be traded, not even in the crash', () => {
    const volumes = rowsOf('RSR', '1d').map((day) => day.volume.mul(day.close).toNumber());
    expect(Math.max(...volumes)).toBeLessThan(0.5e6);
  });

  it('GALA misses ten 4h candles in a row, and one day', () => {
    expect(gaps('GALA', '4h')).toEqual([10]);
    expect(gaps('GALA', '1d')).toEqual([1]);
  });

  it('nobody else misses a candle', () => {
    for (const { base } of MARKETS.filter((spec) => spec.missing === undefined)) {
      expect([base, gaps(base, '4h'), gaps(base, '1d')]).toEqual([base, [], []]);
    }
  });

  it('TON has three flat 4h candles without a trade', () => {
    const silent = rowsOf('TON', '4h').filter((row) => row.volume.isZero());
    expect(silent).toHaveLength(3);
    expect(silent.every((row) => row.high.eq(row.low))).toBe(true);
  });

  it('the operator clears the drawdown halt three days after the crash', () => {
    const file = join(BUNDLED, 'operator.json');
    const script = parseOperatorScript(readFileSync(file, 'utf8'), file);
    const [crash, clear] = [msOfHour(CRASH_HOUR), msOfHour(CLEAR_HOUR)];
    expect(dueCommands(script, crash, clear)).toMatchObject([{ kind: 'equity_drawdown' }]);
    expect(script).toHaveLength(1);
  });
});

/** An oracle of its own: group, then take first, extreme, last and sum. */
function merged(rows: readonly Row[], span: number): Row[] {
  const groups = Map.groupBy(rows, (row) => row.at - (row.at % span));
  return [...groups].map(([at, group]) => ({
    at,
    open: group[0]!.open,
    high: Decimal.max(...group.map((row) => row.high)),
    low: Decimal.min(...group.map((row) => row.low)),
    close: group.at(-1)!.close,
    volume: Decimal.sum(...group.map((row) => row.volume)),
  }));
}

function written(rows: readonly Row[]): string[] {
  return rows.map((row) =>
    [row.at, ...[row.open, row.high, row.low, row.close, row.volume].map(text)].join(','),
  );
}

/** Candles missing in each gap. */
function gaps(base: string, timeframe: Timeframe): number[] {
  const rows = rowsOf(base, timeframe);
  const missing = rows
    .slice(1)
    .map((row, index) => (row.at - rows[index]!.at) / TIMEFRAMES[timeframe] - 1);
  return missing.filter((count) => count > 0);
}
