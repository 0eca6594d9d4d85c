/**
 * The bundled recording as files: name to content, nothing written. Each market draws from its own
 * seeded sequences, so a knob of one market leaves the eleven others byte for byte as they were.
 */
import { seededRandom } from '../../src/domain/random.ts';
import { CLEAR_HOUR, isoOfHour, msOfHour, SEED, WINDOW_HOUR } from './calendar.ts';
import { aggregate, hourlyCandles, type UnitCandle } from './hourly-candles.ts';
import { MARKETS, type MarketSpec } from './market-specs.ts';
import { pricePath } from './price-path.ts';

/** Every generated file of `fixtures/markets`, by its path inside that folder. */
export function recordingFiles(seed: string = SEED): Map<string, string> {
  const files = new Map([
    ['instruments.csv', instrumentsCsv()],
    ['operator.json', operatorScript()],
  ]);
  for (const spec of MARKETS) {
    const path = pricePath(spec, seededRandom(`${seed}:${spec.base}:path`));
    const hours = hourlyCandles(spec, path, seededRandom(`${seed}:${spec.base}:hours`));
    const traded = hours.filter((one) => one.hour >= WINDOW_HOUR);
    if (spec.hourly) files.set(fileName(spec, '1h'), candlesCsv(spec, traded));
    files.set(fileName(spec, '4h'), candlesCsv(spec, aggregate(traded, 4)));
    files.set(fileName(spec, '1d'), candlesCsv(spec, aggregate(hours, 24)));
  }
  return files;
}

function fileName(spec: MarketSpec, timeframe: '1h' | '4h' | '1d'): string {
  return `${timeframe}/${spec.base}_USD_USD-${timeframe}.csv`;
}

function candlesCsv(spec: MarketSpec, candles: readonly UnitCandle[]): string {
  const rows = candles.map((one) => {
    const prices = [one.open, one.high, one.low, one.close];
    const written = prices.map((units) => decimalText(units, spec.priceDigits));
    return [msOfHour(one.hour), ...written, decimalText(one.volume, spec.volumeDigits)].join(',');
  });
  return ['timestamp_ms,open,high,low,close,volume', ...rows, ''].join('\n');
}

function instrumentsCsv(): string {
  const header =
    'symbol,venue_id,contract_size,lot_step,tick_size,min_quantity,max_leverage,lot_origin,tick_origin';
  const rows = MARKETS.map((spec) =>
    [
      `${spec.base}/USD:USD`,
      spec.venueId,
      '1',
      spec.lotStep,
      decimalText(spec.tickUnits, spec.priceDigits),
      spec.minQuantity,
      spec.maxLeverage,
      'invented',
      'invented',
    ].join(','),
  );
  return [header, ...rows, ''].join('\n');
}

function operatorScript(): string {
  const script = {
    schema: 'tradectl.operator_script/1',
    commands: [
      {
        at: isoOfHour(CLEAR_HOUR),
        command: 'halt clear',
        kind: 'equity_drawdown',
        reason: 'market-wide gap: every fill and every stop checked, books agree with the venue',
      },
    ],
  };
  return `${JSON.stringify(script, null, 2)}\n`;
}

/** A whole number of units as canonical decimal text: 1230 with two digits is `12.3`. */
function decimalText(units: number, digits: number): string {
  const written = String(units).padStart(digits + 1, '0');
  const fraction = written.slice(written.length - digits).replace(/0+$/, '');
  const whole = digits === 0 ? written : written.slice(0, -digits);
  return digits === 0 || fraction === '' ? whole : `${whole}.${fraction}`;
}
