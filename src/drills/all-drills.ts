/** All drills by their names. */
import type { Drill, DrillName } from './drill.ts';
import { flattenedPhantoms } from './flattened-phantoms.ts';
import { halfAContract } from './half-a-contract.ts';
import { limitsCrossed } from './limits-crossed.ts';
import { lostQueue } from './lost-queue.ts';
import { oneBadTarget } from './one-bad-target.ts';
import { oomNoSwap } from './oom-no-swap.ts';
import { oversized } from './oversized.ts';
import { twoSpellings } from './two-spellings.ts';
import { zeroSizeOpen } from './zero-size-open.ts';

export const DRILLS: Readonly<Record<DrillName, Drill>> = {
  'oom-no-swap': oomNoSwap,
  'half-a-contract': halfAContract,
  'two-spellings': twoSpellings,
  'zero-size-open': zeroSizeOpen,
  'flattened-phantoms': flattenedPhantoms,
  'limits-crossed': limitsCrossed,
  oversized,
  'one-bad-target': oneBadTarget,
  'lost-queue': lostQueue,
};
