/** What a plan says to a shell script, and whether there is anything in it to do. */
import type { ApplyDocument } from '../src/engine/operations/apply-document.ts';
import type { PlanDocument } from '../src/engine/operations/plan-document.ts';

/** 0 clean, 1 findings, 4 when nothing is known but that something could not be read. */
export function findingsExit({ findings, unknown }: PlanDocument): 0 | 1 | 4 {
  const found = findings.filter(({ finding }) => finding !== 'matched');
  if (found.some(({ finding }) => finding !== 'unknown')) return 1;
  return found.length + unknown.length > 0 ? 4 : 0;
}

/** 0 when everything was done, 6 when something was refused or its outcome is not known. */
export function appliedExit({ refused, in_doubt: inDoubt }: ApplyDocument): 0 | 6 {
  return refused + inDoubt > 0 ? 6 : 0;
}

export function countActions({ repair, protection }: PlanDocument): number {
  return repair.actions.length + protection.actions.length;
}
