/**
 * A drill: a past incident in a scratch home. Its steps really happen: commands are the program itself, run
 * as a person would, hands lie on the simulated venue or on the stored registry, and each claim is asked of
 * what is there afterwards.
 */
import type { Stage } from './stage.ts';

export const DRILL_NAMES = [
  'oom-no-swap',
  'half-a-contract',
  'two-spellings',
  'zero-size-open',
  'flattened-phantoms',
  'limits-crossed',
  'oversized',
  'one-bad-target',
  'lost-queue',
] as const;
export type DrillName = (typeof DRILL_NAMES)[number];

export interface Drill {
  readonly name: DrillName;
  /** What happened once, in one sentence. */
  readonly incident: string;
  play(stage: Stage): Promise<void>;
}

/** A claim, and whether it holds. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean;
  /** What was found instead; null when it holds. */
  readonly found: string | null;
}

export interface Step {
  readonly title: string;
  /** As a person would type it, from the scratch folder; null where none was run. */
  readonly command: string | null;
  readonly exit: number | null;
  /** What the command said on stdout, or what was found without one. */
  readonly output: string | null;
  /** What it said on stderr. */
  readonly errors: string | null;
  readonly checks: readonly Check[];
}
