/**
 * Cancels that wait for a second look (rule 12): one reading may be wrong, and a stop that was cancelled
 * for it is gone. What is due is named either way, so that the caller can remember it.
 */
import type { ClientOrderId, PositionId } from '../domain/ids.ts';
import type { Finding, ProtectiveAction } from '../domain/plan.ts';
import type { Symbol } from '../domain/symbol.ts';

export interface DueCancel {
  readonly symbol: Symbol;
  readonly positionId: PositionId | null;
  readonly clientOrderId: ClientOrderId;
  readonly evidence: string;
  /** False while something else has to happen before it. */
  readonly isAllowed: boolean;
}

export interface CancelDecision {
  readonly actions: readonly ProtectiveAction[];
  /** What is not cancelled yet. */
  readonly findings: readonly Finding[];
  /** A key for each cancel that is due now, acted on or not. */
  readonly sightings: readonly string[];
}

/** The name under which a due cancel is remembered between observations. */
export function cancelKey(clientOrderId: ClientOrderId): string {
  return `cancel ${clientOrderId}`;
}

/** Cancels what is allowed, and reports the rest as `overprotected`. */
export function cancelOnceSeen(due: readonly DueCancel[]): CancelDecision {
  const actions: ProtectiveAction[] = [];
  const findings: Finding[] = [];
  for (const { symbol, positionId, clientOrderId, evidence, isAllowed } of due) {
    const finding: Finding = { symbol, positionId, finding: 'overprotected', evidence };
    if (!isAllowed) {
      const later = `${evidence}; ${clientOrderId} is cancelled when that is seen again`;
      findings.push({ ...finding, evidence: later });
      continue;
    }
    actions.push({ action: 'cancel-order', symbol, positionId, clientOrderId, finding });
  }
  return { actions, findings, sightings: due.map(({ clientOrderId }) => cancelKey(clientOrderId)) };
}
