/**
 * Which actions of a plan stand below which finding. Every action is shown exactly once, whatever its finding
 * is called: an operator confirms what was on the screen.
 */
import type {
  FindingRow,
  PlanDocument,
  ProtectionRow,
  RepairRow,
} from '../../src/engine/operations/plan-document.ts';

export interface FindingActions {
  readonly repair: readonly RepairRow[];
  readonly protection: readonly ProtectionRow[];
}

export interface PlacedActions {
  /** In the order of the findings of the document. */
  readonly byFinding: ReadonlyMap<FindingRow, FindingActions>;
  /** Of no finding in the document. */
  readonly loose: FindingActions;
}

const NO_ACTIONS: FindingActions = { repair: [], protection: [] };

export function placeActions({ findings, repair, protection }: PlanDocument): PlacedActions {
  const repairs = groupByFinding(findings, repair.actions);
  const protections = groupByFinding(findings, protection.actions);
  const actionsOf = (row: FindingRow | null): FindingActions => ({
    repair: repairs.get(row) ?? [],
    protection: protections.get(row) ?? [],
  });
  return {
    byFinding: new Map(findings.map((row) => [row, actionsOf(row)])),
    loose: actionsOf(null),
  };
}

export function actionsBelow(placed: PlacedActions, row: FindingRow): FindingActions {
  return placed.byFinding.get(row) ?? NO_ACTIONS;
}

export function hasActions({ repair, protection }: FindingActions): boolean {
  return repair.length + protection.length > 0;
}

function groupByFinding<Row extends RepairRow>(
  findings: readonly FindingRow[],
  actions: readonly Row[],
): ReadonlyMap<FindingRow | null, readonly Row[]> {
  const groups = new Map<FindingRow | null, Row[]>();
  for (const action of actions) {
    const owner = ownerOf(findings, action);
    groups.set(owner, [...(groups.get(owner) ?? []), action]);
  }
  return groups;
}

/** The very finding, else one of that name on its market, else the first one there. */
function ownerOf(findings: readonly FindingRow[], action: RepairRow): FindingRow | null {
  const isNamed = (row: FindingRow): boolean => row.finding === action.finding;
  const isThere = (row: FindingRow): boolean => row.symbol === action.symbol;
  return (
    findings.find((row) => isNamed(row) && row.evidence === action.evidence) ??
    findings.find((row) => isNamed(row) && isThere(row)) ??
    findings.find(isThere) ??
    null
  );
}
