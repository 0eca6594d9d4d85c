/**
 * Where one symbol is planned: its part of the registry, and each action folded onto it as soon as it is
 * decided, so that the next decision sees what the registry will be. A symbol at a time keeps
 * planning linear, whatever the size of the registry.
 */
import type { Finding, ReconcileFinding, RepairAction, RepairKind } from '../domain/plan.ts';
import type { NewEvent } from '../domain/event.ts';
import type { ClientOrderId, PositionId } from '../domain/ids.ts';
import { isInFlight } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Preview, Registry } from '../domain/registry.ts';
import type { Symbol } from '../domain/symbol.ts';

export interface Desk {
  readonly symbol: Symbol;
  /** This symbol's part of the registry, with every action so far. */
  registry(): Registry;
  held(): Position | null;
  /** True when a finding of this kind was reported so far. */
  hasReported(kind: ReconcileFinding): boolean;
  /** True for an order whose outcome was not known before the plan; a fill may have told it since. */
  wasInFlight(id: ClientOrderId): boolean;
  /** True for a position that ended by one of the actions so far. */
  hasEnded(id: PositionId): boolean;
  /** Reports without doing anything. `blocks` keeps entries away. */
  report(finding: Finding, blocks?: 'blocks'): void;
  act(action: Draft): void;
  result(): DeskResult;
}

export interface Draft {
  readonly action: RepairKind;
  readonly summary: string;
  readonly finding: Finding;
  readonly events: readonly NewEvent[];
}

export interface DeskResult {
  readonly findings: readonly Finding[];
  readonly actions: readonly RepairAction[];
  /** The finding that blocks the symbol for entries; null when none does. */
  readonly blockedBy: Finding | null;
  readonly registry: Registry;
}

export function openDesk(symbol: Symbol, before: Registry, preview: Preview): Desk {
  const findings: Finding[] = [];
  const actions: RepairAction[] = [];
  const ended = new Set<PositionId | null>();
  let blockedBy: Finding | null = null;
  let registry = before;
  return {
    symbol,
    registry: () => registry,
    held: () => registry.positions.get(symbol) ?? null,
    hasReported: (kind) => findings.some(({ finding }) => finding === kind),
    wasInFlight: (id) => isInFlight(before.orders.get(id)?.state ?? 'live'),
    hasEnded: (id) => ended.has(id),
    report(finding, blocks) {
      findings.push(finding);
      if (blocks === 'blocks') blockedBy ??= finding;
    },
    act({ action, summary, finding, events }) {
      if (!findings.includes(finding)) findings.push(finding);
      const { positionId } = finding;
      actions.push({ action, symbol, positionId, summary, finding, events });
      registry = events.reduce(preview, registry);
      for (const { type, positionId: id } of events) {
        if (type === 'POSITION_CLOSED' || type === 'POSITION_RETIRED') ended.add(id ?? null);
      }
    },
    result: () => ({ findings, actions, blockedBy, registry }),
  };
}
