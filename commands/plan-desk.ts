/** Where commands get plans from and hand them to: the engine, or in a test a desk that has them ready. */
import type { ApplyDocument } from '../src/engine/operations/apply-document.ts';
import type { Operator } from '../src/engine/operations/operator.ts';
import type { PlanDocument, PlanRequest } from '../src/engine/operations/plan-document.ts';

export interface PlanDesk {
  /** Looks; nothing is changed. */
  plan(home: string, request: PlanRequest): Promise<PlanDocument>;
  apply(home: string, facts: { document: PlanDocument; by: Operator }): Promise<ApplyDocument>;
}

/** Loaded when a plan is asked for: help and usage errors pay for no engine. */
export const engineDesk: PlanDesk = {
  plan: async (home, request) => {
    const { requestPlan } = await import('../src/engine/operations/request-plan.ts');
    return requestPlan(home, request);
  },
  apply: async (home, facts) => {
    const { requestApply } = await import('../src/engine/operations/request-plan.ts');
    return requestApply(home, facts);
  },
};

/** A request for all markets with nothing chosen, but for what is given. */
export function planRequest(
  kind: PlanRequest['kind'],
  given: Partial<Omit<PlanRequest, 'kind'>> = {},
): PlanRequest {
  return {
    kind,
    symbols: [],
    rows: [],
    reason: null,
    stops: {},
    no_stop_reason: null,
    ...given,
  };
}
