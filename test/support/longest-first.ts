/**
 * The order of the files: those that take long come first, or the last of them would run alone while the
 * other workers have nothing left. A fresh checkout knows no durations, and the size of a file tells none.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first; what is not named takes ten seconds at most. */
const LONG = [
  'e2e/live-commands',
  'unit/commands/hostile-text',
  'e2e/every-state',
  'live/error-table',
  'live/faults',
  'e2e/readme',
  'e2e/secrets',
  'e2e/drills',
  'scenario/coverage-of-reasons',
  'e2e/import-events',
  'live/full-day',
  'e2e/apply-kill',
  'e2e/query',
  'e2e/recording',
  'e2e/reconcile',
  'e2e/repair-beside-bot',
  'e2e/events',
  'conformance/binance-faults',
  'unit/engine/restore',
  'e2e/ledger',
  'unit/forensics/import-shapes',
  'unit/forensics/run-query',
  'e2e/output',
  'e2e/trace',
  'conformance/kraken',
  'e2e/operator',
  'e2e/doctor',
  'live/other-venues',
  'e2e/kill-resume',
  'unit/core-files/lock',
  'conformance/bybit-faults',
  'unit/paper/laws',
  'e2e/restart-equals',
  'e2e/bad-input',
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
