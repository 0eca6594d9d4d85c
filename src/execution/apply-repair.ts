/**
 * Carries out repair actions: their events go into the journal, nothing goes to the venue. One action is one
 * batch, so a crash leaves all of it or nothing. A plan is made from the registry of this moment, so
 * nothing is said twice.
 */
import type { RepairAction } from '../domain/plan.ts';
import type { BacklogJournal } from './backlog-journal.ts';

/** Records what a plan found; what the store cannot take now is kept, for it happened. */
export function applyRepair(
  { actions }: { readonly actions: readonly RepairAction[] },
  journal: BacklogJournal,
): { readonly fills: number; readonly others: number } {
  let fills = 0;
  for (const { action, events } of actions) {
    journal.appendOrKeep(events);
    if (action === 'record-fill') fills += 1;
  }
  return { fills, others: actions.length - fills };
}
