/**
 * The only author of stop, target and cancel-protection actions (design, idea 2): registry positions,
 * live orders, marks and swings in, a plan out. Pure; planning again after applying is empty.
 *
 * The open orders must have been read after the last action, or the actions since must be in `orders`
 * with a later time: an order accepted after `takenMs` counts as live, one listed does too.
 */
import type { Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import { factId } from '../domain/ids.ts';
import type { Finding, Plan, ProtectiveAction } from '../domain/plan.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenueMark } from '../domain/venue.ts';
import { indexEvidence } from './index-evidence.ts';
import { planLeftovers } from './leftovers.ts';
import type { PositionCover, PositionPart } from './plan-position.ts';
import { planPosition } from './plan-position.ts';
import type { DroppedTarget } from './plan-targets.ts';
import type { ProtectionInput } from './protection-input.ts';

export type { ProtectionInput, SwingPair } from './protection-input.ts';
export type { PositionCover } from './plan-position.ts';

export interface ProtectionDecision extends Plan<ProtectiveAction> {
  /** Targets that were merged or skipped, with why; journaled once by whoever applies. */
  readonly drops: readonly DroppedTarget[];
  readonly covers: readonly PositionCover[];
  /** The earliest moment at which the plan changes by time alone; null when it does not. */
  readonly retryAtMs: Ms | null;
  /** Cancels that are due now, acted on or not: what `seenBefore` is asked about next time. */
  readonly sightings: readonly string[];
}

/** Plans the protection of everything open. Stops come before cancels, and both before targets. */
export function planProtection(input: ProtectionInput): ProtectionDecision {
  const index = indexEvidence(input);
  const marks = marksBySymbol(input.marks);
  const observed = { input, index, marks };
  const parts = input.positions.map((position) => planPosition(observed, position));
  const leftovers = planLeftovers({
    positions: input.positions,
    orders: input.orders,
    index,
    awaitingStop: awaitingStop(parts),
    absenceUnproven: input.absenceUnproven ?? NONE,
    seenBefore: input.seenBefore ?? always,
    closedByFills: input.closedByFills ?? always,
  });
  const actions = [...parts.flatMap((part) => part.actions), ...leftovers.actions].toSorted(
    (a, b) => urgency(a) - urgency(b),
  );
  const retries = parts.flatMap((part) => (part.retryAtMs === null ? [] : [part.retryAtMs]));
  return {
    planId: factId('plan', String(input.baseSeq), ...actions.map(describe)),
    baseSeq: input.baseSeq,
    findings: oneOfCoverEach([
      ...parts.flatMap((part) => part.findings),
      ...actions.map((action) => action.finding),
      ...leftovers.findings,
    ]),
    actions,
    drops: parts.flatMap((part) => part.drops),
    covers: parts.flatMap((part) => (part.cover === null ? [] : [part.cover])),
    retryAtMs: earliest(retries),
    sightings: [...parts.flatMap((part) => part.sightings), ...leftovers.sightings],
  };
}

const NONE: ReadonlySet<Symbol> = new Set();
const always = (): boolean => true;

/** Symbols on which a stop is wanted, missing, and not placed by this plan. */
function awaitingStop(parts: readonly PositionPart[]): ReadonlySet<Symbol> {
  const waiting = new Set<Symbol>();
  for (const { cover, actions } of parts) {
    if (cover === null || !cover.isManaged) continue;
    if (cover.cover.state !== 'under' && cover.cover.state !== 'unconfirmed') continue;
    if (cover.position.noStopReason != null) continue;
    if (!actions.some((action) => isStop(action))) waiting.add(cover.position.symbol);
  }
  return waiting;
}

function isStop({ action }: ProtectiveAction): boolean {
  return action === 'place-stop' || action === 'resize-stop' || action === 'move-stop';
}

/** One word on the cover of a position is enough; lacking cover outweighs having too much of it. */
function oneOfCoverEach(findings: readonly Finding[]): Finding[] {
  const lacking = new Set<string>();
  for (const each of findings) if (each.finding === 'unprotected') lacking.add(keyOf(each));
  const said = new Set<string>();
  return findings.filter((each) => {
    if (each.finding !== 'unprotected' && each.finding !== 'overprotected') return true;
    const key = keyOf(each);
    if (said.has(key) || (lacking.has(key) && each.finding === 'overprotected')) return false;
    said.add(key);
    return true;
  });
}

function keyOf({ positionId, symbol }: Finding): string {
  return positionId ?? symbol;
}

function earliest(moments: readonly Ms[]): Ms | null {
  return moments.length === 0 ? null : ms(moments.reduce((a, b) => Math.min(a, b), Infinity));
}

function marksBySymbol(marks: Reading<VenueMark>): ReadonlyMap<Symbol, VenueMark> {
  if (marks.read === 'unknown') return new Map();
  return new Map(marks.rows.map((row) => [row.symbol, row]));
}

const URGENCY: Record<ProtectiveAction['action'], number> = {
  'exit-position': 0,
  'place-stop': 1,
  'resize-stop': 2,
  'move-stop': 3,
  'cancel-order': 4,
  'place-target': 5,
};

function urgency(action: ProtectiveAction): number {
  return URGENCY[action.action];
}

/** One action as text: what it would do, without why. */
function describe(action: ProtectiveAction): string {
  if (action.action === 'cancel-order') return `cancel-order ${action.clientOrderId}`;
  const { intent } = action;
  const prices = `${textOrNull(intent.price)} ${textOrNull(intent.stopPrice)}`;
  const owner = `${action.positionId} ${intent.purpose}`;
  return `${action.action} ${owner} ${text(intent.quantity)} ${prices} ${action.replaces.join(',')}`;
}
