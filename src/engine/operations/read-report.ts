/** The stored summary of the last finished recording, with its equity curve. */
import { TradectlError } from '../../domain/errors.ts';
import type { RunResult } from '../run-options.ts';
import { summarise, summaryFacts } from '../summary.ts';
import { readHome } from './read-home.ts';

/** Throws NOT_FOUND when no recording has finished in this home. */
export function readReport(home: string): RunResult {
  return readHome(home, (db) => {
    const facts = summaryFacts(db, home);
    if (!facts.finished) {
      throw new TradectlError('NOT_FOUND', `no recording has finished in ${home}`, {
        hint: `tradectl run --home ${home} goes on with it; tradectl status shows how far it is`,
      });
    }
    const { document: summary, curve: equityCurve } = summarise(db, facts);
    return { summary, equityCurve, home, scratch: false, exitCode: 0, repeated: true };
  });
}
