/**
 * The order of the files: those that take long come first, or the last of them would run alone while the
 * other workers have nothing left. A fresh checkout knows no durations, and the size of a file tells none.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first; what is not named takes ten seconds at most. */
const LONG = [
  'live/error-table',
  'live/faults',
  'e2e/live-commands',
  'e2e/readme',
  'live/full-day',
  'scenario/coverage-of-reasons',
  'e2e/drills',
  'e2e/every-state',
  'unit/commands/hostile-text',
  'e2e/apply-kill',
  'e2e/query',
  'e2e/recording',
  'e2e/events',
  'e2e/reconcile',
  'e2e/secrets',
  'e2e/repair-beside-bot',
  'e2e/output',
  'unit/paper/laws',
  'e2e/kill-resume',
  'conformance/binance-faults',
  'e2e/import-events',
  'unit/engine/restore',
  'e2e/doctor',
  'e2e/trace',
  'e2e/restart-equals',
  'e2e/operator',
  'e2e/ledger',
  'conformance/kraken',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((a, b) => this.rank(a) - this.rank(b));
  }

  private rank({ moduleId }: TestSpecification): number {
    const name = relative(`${this.ctx.config.root}/test`, moduleId).replace(/\.test\.ts$/, '');
    const at = LONG.indexOf(name);
    return at === -1 ? LONG.length : at;
  }
}
