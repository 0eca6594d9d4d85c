/** `tradectl report --last`: the summary of the last finished recording again. */
import { readReport } from '../src/engine/operations/read-report.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { summaryText } from './output/run-summary.ts';

export async function report(context: Context): Promise<number> {
  const result = readReport(context.home);
  context.out(context.json ? jsonLine(result.summary) : summaryText(context, result));
  return result.exitCode;
}
