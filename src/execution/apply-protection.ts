/**
 * Carries out a protection plan, and says in the journal whether each position is covered.
 *
 * Invariants: a new stop is accepted before the old one is cancelled, so cover is never zero in
 * between; an old target is gone before its successor is placed, so targets never promise more than
 * is open; being protected, unprotected, or short of a target is said once, not every cycle. What
 * ends an alarm is said as well, whoever's stop it is: a foreign one stands in no other row of ours.
 */
import type { Clock, Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { Price, Quantity } from '../domain/decimal.ts';
import { text } from '../domain/decimal.ts';
import type { EventPayloads } from '../domain/event.ts';
import type { PositionId } from '../domain/ids.ts';
import type { Outcome } from '../domain/order.ts';
import type { Plan, ProtectiveAction } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { BacklogJournal } from './backlog-journal.ts';
import type { Gateway, PlacingAction } from './gateway.ts';
import { execute } from './gateway.ts';

/** What a protection planner hands over: its actions, and how things stood when it looked. */
export interface ProtectionOrder extends Plan<ProtectiveAction> {
  readonly drops: readonly ({ readonly positionId: PositionId } & TargetDrop)[];
  readonly covers: readonly {
    readonly position: Position;
    readonly cover: { readonly state: CoverState; readonly covered: Quantity };
    readonly stopPrice: Price | null;
    readonly confirmed: boolean;
    /** False for what its owner asked to leave alone: said, and no reason to degrade. */
    readonly isManaged: boolean;
  }[];
}

type CoverState = 'covered' | 'under' | 'over' | 'unconfirmed';

interface TargetDrop {
  readonly level: number;
  readonly reason: EventPayloads['TARGET_DROPPED']['reason'];
  readonly mergedInto: number | null;
}

export interface AppliedAction {
  readonly action: ProtectiveAction;
  readonly outcome: Outcome;
}

export interface Protector {
  apply(order: ProtectionOrder): Promise<readonly AppliedAction[]>;
  /** Since when each position has been seen without full cover, for the next plan. */
  uncoveredSince(): ReadonlyMap<PositionId, Ms>;
  /** How many of them nobody asked to leave alone. */
  exposed(): number;
}

export interface ProtectorOptions {
  readonly gateway: Gateway;
  readonly journal: BacklogJournal;
  readonly clock: Clock;
  /** True when the journal already says that this target was dropped. */
  readonly isTargetDropped: (positionId: PositionId, level: number) => boolean;
  /** Alarms of an earlier life that the journal does not say have ended, with since when. */
  readonly alarmedEarlier: ReadonlyMap<PositionId, Ms>;
  /** Tells whoever watches, once per alarm, what is not covered, why, and what to do. */
  readonly say?: (line: string) => void;
}

interface Memory {
  readonly uncovered: Map<PositionId, Ms>;
  /** Positions whose lack of cover was said and has not ended, with since when. */
  readonly alarmed: Map<PositionId, Ms>;
  readonly dropped: Set<string>;
  readonly unmanaged: Set<PositionId>;
}

export function createProtector(options: ProtectorOptions): Protector {
  const memory: Memory = {
    uncovered: new Map(),
    alarmed: new Map(options.alarmedEarlier),
    dropped: new Set(),
    unmanaged: new Set(),
  };
  return {
    uncoveredSince: () => memory.uncovered,
    exposed: () => [...memory.uncovered.keys()].filter((id) => !memory.unmanaged.has(id)).length,
    apply: async (order) => {
      noteCover(options, memory, order);
      const applied: AppliedAction[] = [];
      const bare = new Set<PositionId>();
      for (const action of order.actions) {
        // Stop first: a position whose stop was refused gets no target before it has one.
        if (action.action === 'place-target' && bare.has(action.positionId)) continue;
        const outcome = await applyAction(options, action);
        applied.push({ action, outcome });
        if (outcome.kind === 'accepted') noteStop(options, memory, action);
        else if (action.action === 'place-stop') bare.add(action.positionId);
      }
      noteUncovered(options, memory, { order, applied });
      for (const drop of order.drops) noteDrop(options, memory, drop);
      return applied;
    },
  };
}

async function applyAction(
  { gateway }: ProtectorOptions,
  action: ProtectiveAction,
): Promise<Outcome> {
  if (action.action === 'cancel-order') return execute(action, gateway);
  if (action.action === 'place-target') return replaceTarget(gateway, action);
  const outcome = await execute(action, gateway);
  if (outcome.kind !== 'accepted') return outcome;
  for (const id of action.replaces) await gateway.cancel(id, 'replaced');
  return outcome;
}

/** An old target that may still be live keeps its place; the next plan looks again. */
async function replaceTarget(gateway: Gateway, action: PlacingAction): Promise<Outcome> {
  for (const id of action.replaces) {
    const gone = await gateway.cancel(id, 'replaced');
    if (gone.kind !== 'accepted') return { kind: 'denied', code: 'REPLACED_TARGET_STILL_LIVE' };
  }
  return execute(action, gateway);
}

/** What the plan saw: starts and ends the time without cover, and forgets closed positions. */
function noteCover(options: ProtectorOptions, memory: Memory, order: ProtectionOrder): void {
  const positions = options.journal.registry().positions.values();
  const open = new Set([...positions].map(({ positionId }) => positionId));
  for (const id of memory.uncovered.keys()) if (!open.has(id)) memory.uncovered.delete(id);
  for (const id of memory.alarmed.keys()) if (!open.has(id)) memory.alarmed.delete(id);
  for (const { position, cover, stopPrice, confirmed, isManaged } of order.covers) {
    const id = position.positionId;
    if (isManaged) memory.unmanaged.delete(id);
    else memory.unmanaged.add(id);
    if (cover.state === 'under') {
      if (!memory.uncovered.has(id)) memory.uncovered.set(id, options.clock.now());
    } else if (confirmed) {
      noteCovered(options, memory, { id, stopPrice });
    }
  }
}

/** A stop of the planner is for the whole position: accepted, it covers. */
function noteStop(options: ProtectorOptions, memory: Memory, action: ProtectiveAction): void {
  if (action.action === 'cancel-order' || action.intent.role !== 'stop') return;
  noteCovered(options, memory, { id: action.positionId, stopPrice: action.intent.stopPrice });
}

function noteCovered(
  { journal, clock }: ProtectorOptions,
  memory: Memory,
  { id, stopPrice }: { id: PositionId; stopPrice: Price | null },
): void {
  const uncoveredMs = memory.alarmed.get(id) ?? memory.uncovered.get(id) ?? clock.now();
  memory.uncovered.delete(id);
  const endsAlarm = memory.alarmed.delete(id);
  const position = [...journal.registry().positions.values()].find((p) => p.positionId === id);
  if (position === undefined || stopPrice === null) return;
  const isFirst = position.protectedMs === null;
  if (!isFirst && !endsAlarm) return;
  // What was taken over may have been open for weeks: it counts from when we saw it.
  const sinceMs = isFirst && isOurs(position) ? position.openedMs : uncoveredMs;
  journal.appendOrKeep([
    {
      type: 'POSITION_PROTECTED',
      ...refsOf(position),
      payload: {
        unprotected_ms: ms(Math.max(0, clock.now() - sinceMs)),
        stop_price: text(stopPrice),
      },
    },
  ]);
}

function isOurs({ origin }: Position): boolean {
  return origin === 'signal' || origin === 'fill';
}

function noteUncovered(
  { journal, clock, say }: ProtectorOptions,
  memory: Memory,
  { order, applied }: { order: ProtectionOrder; applied: readonly AppliedAction[] },
): void {
  for (const { position, cover } of order.covers) {
    const since = memory.uncovered.get(position.positionId);
    if (since === undefined || memory.alarmed.has(position.positionId)) continue;
    memory.alarmed.set(position.positionId, since);
    const why = whyUncovered(position, applied, order);
    const [covered, quantity] = [text(cover.covered), text(position.quantity)];
    const next = `tried again each cycle; see tradectl status, or tradectl close ${position.symbol}`;
    say?.(
      `${position.symbol}: UNPROTECTED: stops cover ${covered} of ${quantity}: ${why}; ${next}`,
    );
    journal.appendOrKeep([
      {
        type: 'POSITION_UNPROTECTED',
        ...refsOf(position),
        tsMs: clock.now(),
        payload: {
          since_ms: since,
          covered,
          quantity,
          why,
        },
      },
    ]);
  }
}

function whyUncovered(
  position: Position,
  applied: readonly AppliedAction[],
  { findings }: ProtectionOrder,
): string {
  const tried = applied.find(
    ({ action }) =>
      action.positionId === position.positionId &&
      action.action !== 'cancel-order' &&
      action.intent.role !== 'target',
  );
  if (tried === undefined) {
    const told = findings.find(({ positionId }) => positionId === position.positionId);
    return told?.evidence ?? 'no order could be planned for it';
  }
  const { action, outcome } = tried;
  switch (outcome.kind) {
    case 'accepted':
      return `${action.finding.finding}: ${action.finding.evidence}`;
    case 'denied':
      return `${action.action} denied: ${outcome.code}`;
    case 'rejected':
      return `the venue refuses ${action.action}: ${outcome.reason}`;
    case 'in_doubt':
      return `${action.action} in doubt: ${outcome.evidence}`;
  }
}

function noteDrop(
  { journal, isTargetDropped }: ProtectorOptions,
  memory: Memory,
  drop: ProtectionOrder['drops'][number],
): void {
  const key = `${drop.positionId} ${drop.level}`;
  if (memory.dropped.has(key)) return;
  memory.dropped.add(key);
  if (isTargetDropped(drop.positionId, drop.level)) return;
  const position = [...journal.registry().positions.values()].find(
    (p) => p.positionId === drop.positionId,
  );
  if (position === undefined) return;
  const { level, reason, mergedInto } = drop;
  journal.appendOrKeep([
    {
      type: 'TARGET_DROPPED',
      ...refsOf(position),
      payload: { level, reason, merged_into: mergedInto },
    },
  ]);
}

function refsOf({
  symbol,
  positionId,
  signalId,
}: Position): Pick<Position, 'symbol' | 'positionId' | 'signalId'> & { correlationId: string } {
  return { symbol, positionId, signalId, correlationId: signalId ?? positionId };
}
