/** `tradectl candles import|verify`. */
import { importIntoHome, verifyHome } from '../src/engine/operations/read-candles.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { safeText } from './output/safe-text.ts';

export async function importFiles(context: Context, path: string): Promise<number> {
  const now = context.clock.now();
  const files = importIntoHome(context.home, path, now);
  const inserted = files.reduce((sum, file) => sum + file.inserted, 0);
  const unchanged = files.reduce((sum, file) => sum + file.unchanged, 0);
  if (context.json) {
    const rows = files.map(({ file, symbol, timeframe, ...counts }) => ({
      file,
      symbol,
      timeframe,
      rows: counts.rows,
      inserted: counts.inserted,
      unchanged: counts.unchanged,
    }));
    context.out(
      jsonLine({
        schema: 'tradectl.candles_import/1',
        as_of_ms: now,
        files: rows,
        inserted,
        unchanged,
      }),
    );
  } else {
    const known = unchanged === 0 ? '' : `, ${unchanged} were there already`;
    context.out(`Imported ${inserted} candles from ${files.length} files${known}.\n`);
    context.out('  tradectl candles verify\n');
  }
  return 0;
}

export async function verify(context: Context): Promise<number> {
  const now = context.clock.now();
  const { series, findings } = verifyHome(context.home, now);
  const candles = series.reduce((sum, each) => sum + each.rows, 0);
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.candles_verify/1',
        as_of_ms: now,
        series: series.length,
        candles,
        findings: findings.map(({ fromMs, toMs, ...finding }) => ({
          ...finding,
          from_ms: fromMs,
          to_ms: toMs,
        })),
      }),
    );
    return findings.length === 0 ? 0 : 1;
  }
  for (const { symbol, timeframe, finding, fromMs, toMs, candles: count } of findings) {
    const range = `${utcMinute(fromMs)} to ${utcMinute(toMs)}`;
    context.out(`${safeText(symbol)} ${timeframe}: ${finding} of ${count}, ${range}\n`);
  }
  context.out(`${series.length} series, ${candles} candles, ${findings.length} findings.\n`);
  return findings.length === 0 ? 0 : 1;
}
