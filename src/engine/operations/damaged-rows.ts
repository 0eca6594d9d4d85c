/**
 * Damage of the stored registry as part of a plan: rows that their events contradict are written anew, rows
 * that nothing explains go into quarantine. What a start would mend silently is shown here first.
 */
import type { RestoreProblem } from '../../core/restore-problem.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { Finding, RepairAction, UnknownMarket } from '../../domain/plan.ts';
import type { Bot } from '../bot.ts';

export function damagedRows(bot: Bot, problems: readonly RestoreProblem[]): RepairAction[] {
  return problems.map((problem) => {
    const finding = findingOf(problem);
    const kept = bot.store.quarantine([problem]);
    const isKept = kept.some(({ type }) => type === 'ROW_QUARANTINED');
    const { table, id, why, symbol, positionId } = problem;
    return {
      action: isKept ? 'quarantine-row' : 'mend-row',
      symbol,
      positionId,
      summary: `${table} ${id}: ${why}`,
      finding,
      events: kept.length > 0 ? kept : [toldEvent(problem, finding)],
    };
  });
}

function findingOf({ kind, table, id, why, symbol, positionId }: RestoreProblem): Finding {
  return {
    symbol: symbol ?? (id as UnknownMarket),
    positionId,
    finding: kind === 'ghost' ? 'ghost' : 'malformed.registry',
    evidence: `the stored row of ${table} ${id}: ${why}`,
  };
}

/** A row that its events correct leaves this trace: who reads the journal sees that it was wrong. */
function toldEvent(
  { symbol, positionId }: RestoreProblem,
  { finding, evidence }: Finding,
): NewEvent {
  return { type: 'FINDING', symbol, positionId, payload: { finding, evidence } };
}
