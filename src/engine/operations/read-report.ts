/** The stored summary of the last finished recording, with its equity curve. */
import { readRunTotals } from '../../core/run-totals.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { RunResult } from '../run-options.ts';
import { readHome } from './read-home.ts';

/** Throws NOT_FOUND when no recording has finished in this home. */
export function readReport(home: string): RunResult {
  return readHome(home, (db) => {
    const row = db
      .prepare<[], { payload: string }>(
        `SELECT payload FROM events WHERE type = 'RECORDING_FINISHED' ORDER BY seq DESC LIMIT 1`,
      )
      .get();
    if (row === undefined) {
      throw new TradectlError('NOT_FOUND', `no recording has finished in ${home}`, {
        hint: `tradectl run --home ${home} goes on with it; tradectl status shows how far it is`,
      });
    }
    const { summary } = JSON.parse(row.payload) as { summary: Record<string, unknown> };
    const equityCurve = readRunTotals(db).curve;
    return { summary, equityCurve, home, scratch: false, exitCode: 0, repeated: true };
  });
}
