/**
 * One patch per incident: the smallest change that brings the old behaviour back, and the test that
 * must notice it. `npm run mutants` applies them.
 */
export interface Mutant {
  readonly name: string;
  /** What happened, in one sentence. */
  readonly incident: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly test: string;
  readonly testName: string;
}

export const MUTANTS: readonly Mutant[] = [];
