/** `tradectl.apply/1`: what became of each action of a plan. */
export interface AppliedRow {
  readonly action_id: string;
  readonly action: string;
  readonly symbol: string | null;
  readonly summary: string;
  /** `not needed`: it is so already. `stale`: registry or venue moved on this market since the plan. */
  readonly outcome: 'applied' | 'not needed' | 'stale' | 'denied' | 'rejected' | 'in doubt';
  readonly detail: string | null;
}

export interface ApplyDocument {
  readonly schema: 'tradectl.apply/1';
  readonly as_of_ms: number;
  readonly plan_id: string;
  readonly actions: readonly AppliedRow[];
  readonly applied: number;
  readonly refused: number;
  readonly in_doubt: number;
  /** Markets that wait for `acknowledge` now. */
  readonly attention: readonly string[];
  /** The copy of the journal made before the first change; null when nothing was changed. */
  readonly backup: string | null;
}
