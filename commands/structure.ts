/** `tradectl structure`: swings and structure events of a market of this home, or of a candle file. */
import {
  candlesOfFile,
  candlesOfHome,
  timeframeNamed,
} from '../src/engine/operations/read-candles.ts';
import { DEFAULT_STRATEGY, STRATEGY } from '../src/strategy/settings.ts';
import { structureReport, type StructureReport } from '../src/strategy/structure-report.ts';
import type { Candle, Timeframe } from '../src/domain/candle.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { printTable } from './output/table.ts';

export interface StructureFlags {
  readonly candles?: string;
  /** Of a file: as its name says, when not given. */
  readonly timeframe?: Timeframe;
  readonly swingLength?: number;
}

export async function structure(
  context: Context,
  written: string | null,
  flags: StructureFlags,
): Promise<number> {
  const named = flags.candles === undefined ? null : timeframeNamed(flags.candles);
  const timeframe = flags.timeframe ?? named ?? '4h';
  const { symbol, candles } = source(context, written, { ...flags, timeframe });
  const swingLength = swingLengthOf(flags);
  const report = structureReport(candles, { ...DEFAULT_STRATEGY, swingLength }, timeframe);
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.structure/1',
        as_of_ms: context.clock.now(),
        symbol,
        timeframe,
        swing_length: swingLength,
        candles: candles.length,
        swings: report.swings,
        events: report.events,
      }),
    );
  } else await printReport(context, report, candles);
  return 0;
}

function source(
  context: Context,
  written: string | null,
  flags: StructureFlags & { readonly timeframe: Timeframe },
): { symbol: string | null; candles: readonly Candle[] } {
  if ((written === null) === (flags.candles === undefined)) {
    throw new TradectlError('USAGE', 'give either a symbol or --candles FILE', {
      hint: 'tradectl structure TON, or tradectl structure --candles ton.csv --timeframe 4h',
    });
  }
  if (flags.candles === undefined)
    return candlesOfHome(context.home, written ?? '', flags.timeframe);
  const candles = candlesOfFile(flags.candles, flags.timeframe, context.clock.now());
  return { symbol: null, candles };
}

function swingLengthOf(flags: StructureFlags): number {
  const length = flags.swingLength ?? DEFAULT_STRATEGY.swingLength;
  if (length >= 2 && length <= 20) return length;
  throw new TradectlError(
    'USAGE',
    `--swing-length ${length} is outside ${STRATEGY.swingLength.bounds}`,
    {
      hint: STRATEGY.swingLength.doc,
    },
  );
}

async function printReport(
  context: Context,
  report: StructureReport,
  candles: readonly Candle[],
): Promise<void> {
  const time = (index: number): string => utcMinute(candles[index]?.openMs ?? null);
  context.out(`${candles.length} candles, ${report.swings.length} swings\n`);
  await printTable(
    context,
    [
      { header: 'BREAK' },
      { header: 'EVENT' },
      { header: 'DIR' },
      { header: 'LEVEL', align: 'right' },
      { header: 'PIVOT' },
    ],
    report.events.map((event) => [
      time(event.break_index),
      `${event.kind}${event.initial ? ' initial' : ''}`,
      event.dir === 1 ? 'up' : 'down',
      String(event.level),
      time(event.pivot_index),
    ]),
  );
}
