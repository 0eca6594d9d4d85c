/**
 * Registry and observation into one plan with two parts: the repair of the registry, and the protection of
 * what it will then hold. The bot's start, its cycle and every operator's command plan here, so a dry run is
 * what the bot would do. Nothing is changed: what is remembered for the next look is handed back.
 */
import { previewAt } from '../core/preview.ts';
import type { RegistryView } from '../core/registry-view.ts';
import type { Clock, Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { Price } from '../domain/decimal.ts';
import type { PositionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Finding, RepairKind } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import { remember, wasSeenApart, type Sighting, type Sightings } from '../domain/sightings.ts';
import type { AliasTable, Symbol } from '../domain/symbol.ts';
import type { Snapshot, VenuePosition } from '../domain/venue.ts';
import type { Protector } from '../execution/apply-protection.ts';
import type { BacklogJournal } from '../execution/backlog-journal.ts';
import type { OrderBook } from '../execution/order-book.ts';
import type { ProtectionSettings } from '../protection/settings.ts';
import type { StopLevel } from '../protection/trailing.ts';
import {
  planProtection,
  type ProtectionDecision,
  type SwingPair,
} from '../protection/plan-protection.ts';
import { planRepair, type RepairPlan } from '../reconcile/plan-repair.ts';
import type { Timing } from '../reconcile/plan-orders.ts';
import type { ImportChoice } from '../reconcile/plan-position.ts';

/** What planning needs to know of a bot. */
export interface PlanContext {
  readonly account: string;
  readonly clock: Clock;
  readonly journal: BacklogJournal;
  readonly book: OrderBook;
  readonly view: Pick<RegistryView, 'lastStopOf' | 'lastEventOf' | 'positionById'>;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: AliasTable;
  readonly protection: ProtectionSettings;
  readonly protector: Pick<Protector, 'uncoveredSince'>;
  readonly swingsOf: (symbol: Symbol) => SwingPair;
}

/** What one look leaves for the next. */
export interface LookMemory {
  readonly sightings: Sightings;
  /** Since when open orders could not be read; null while they can. */
  readonly ordersUnknownSinceMs: Ms | null;
}

export interface Planned {
  readonly snapshot: Snapshot;
  readonly repair: RepairPlan;
  readonly protection: ProtectionDecision;
  /** One list of both, as an operator reads it. */
  readonly findings: readonly Finding[];
  readonly memory: LookMemory;
}

export const TIMING: Timing = { settleMs: ms(2_000), apartMs: ms(5_000) };

export function makePlan(
  context: PlanContext,
  snapshot: Snapshot,
  memory: LookMemory,
  importAs?: (row: VenuePosition) => ImportChoice,
): Planned {
  const registry = context.journal.registry();
  const repair = planRepair({
    baseSeq: registry.seq,
    account: context.account,
    registry,
    past: context.book,
    snapshot,
    sightings: memory.sightings,
    instruments: context.instruments,
    aliases: context.aliases,
    preview: previewAt(context.clock.now()),
    timing: TIMING,
    isVouched: (position) => isVouched(context, position),
    ...(importAs === undefined ? {} : { importAs }),
  });
  const { openOrders, takenMs } = snapshot;
  const ordersUnknownSinceMs =
    openOrders.read === 'complete' ? null : (memory.ordersUnknownSinceMs ?? takenMs);
  const now: Sighting = {
    atMs: takenMs,
    serverMs: openOrders.read === 'complete' ? openOrders.serverMs : null,
  };
  const decision = planProtection({
    ...protectionFacts(context, repair, snapshot),
    ordersUnknownSinceMs,
    unconfirmedSince: unconfirmedSince(memory.sightings, repair.after.positions),
    seenBefore: (key) => wasSeenApart(memory.sightings, key, { now, apartMs: TIMING.apartMs }),
  });
  const protection = afterNewFills(decision, repair.unsettled);
  const cancels = remember(memory.sightings, now, [
    { prefix: 'cancel ', keys: openOrders.read === 'complete' ? protection.sightings : null },
    {
      prefix: UNCONFIRMED,
      keys: openOrders.read === 'complete' ? unconfirmedIn(protection) : null,
    },
  ]);
  return {
    snapshot,
    repair,
    protection,
    findings: allFindings(repair, protection),
    memory: { sightings: new Map([...repair.sightings, ...cancels]), ordersUnknownSinceMs },
  };
}

const UNCONFIRMED = 'unconfirmed ';

function unconfirmedIn({ covers }: ProtectionDecision): string[] {
  return covers
    .filter(({ cover }) => cover.state === 'unconfirmed')
    .map(({ position }) => `${UNCONFIRMED}${position.positionId}`);
}

function unconfirmedSince(
  sightings: Sightings,
  positions: readonly Position[],
): ReadonlyMap<PositionId, Ms> {
  const since = new Map<PositionId, Ms>();
  for (const { positionId } of positions) {
    const first = sightings.get(`${UNCONFIRMED}${positionId}`);
    if (first !== undefined) since.set(positionId, first.atMs);
  }
  return since;
}

/** A fill newer than the positions: a first stop does not wait, everything else does (rule 7). */
function afterNewFills(
  decision: ProtectionDecision,
  unsettled: ReadonlySet<Symbol>,
): ProtectionDecision {
  if (unsettled.size === 0) return decision;
  const actions = decision.actions.filter(
    ({ action, symbol }) => action === 'place-stop' || !unsettled.has(symbol),
  );
  return { ...decision, actions };
}

function protectionFacts(context: PlanContext, repair: RepairPlan, snapshot: Snapshot) {
  const { after } = repair;
  const untold = untoldMarkets(repair);
  const positions = after.positions.filter(({ symbol }) => !untold.has(symbol));
  const lastStops = new Map<PositionId, StopLevel>();
  const swings = new Map<Symbol, SwingPair>();
  for (const { positionId, symbol } of positions) {
    const last = stopLevelOf(lastStopOf(context, after.orders, positionId));
    if (last !== null) lastStops.set(positionId, last);
    swings.set(symbol, context.swingsOf(symbol));
  }
  return {
    baseSeq: repair.baseSeq,
    nowMs: context.clock.now(),
    positions,
    orders: after.orders,
    openOrders: snapshot.openOrders,
    positionsRead: snapshot.positions.read === 'complete',
    takenMs: snapshot.takenMs,
    instruments: context.instruments,
    marks: snapshot.marks,
    swings,
    lastStops,
    uncoveredSince: context.protector.uncoveredSince(),
    settings: context.protection,
    liquidationPrices: liquidationPrices(snapshot),
    closedByFills: flatnessOf(context, repair),
    absenceUnproven: untold,
  };
}

/** What the venue does not list, or tells in two ways, has nothing that an order of ours could reduce. */
function untoldMarkets({ unproven, blocked }: RepairPlan): ReadonlySet<Symbol> {
  const malformed = [...blocked].filter(([, { finding }]) => finding === 'malformed.venue');
  return new Set([...unproven, ...malformed.map(([symbol]) => symbol)]);
}

/** The last stop ever sent for it, or one that this very plan hands to it. */
function lastStopOf({ view }: PlanContext, orders: readonly Order[], id: PositionId): Order | null {
  return (
    view.lastStopOf(id) ??
    orders.find((order) => order.positionId === id && order.role === 'stop') ??
    null
  );
}

function stopLevelOf(stop: Order | null): StopLevel | null {
  if (stop?.stopPrice == null) return null;
  const { purpose, stopPrice: price } = stop;
  if (purpose === 'break_even' || purpose === 'trailing_stop') return { price, purpose };
  return { price, purpose: 'stop_loss' };
}

function liquidationPrices({ positions }: Snapshot): ReadonlyMap<Symbol, Price> {
  const rows: readonly VenuePosition[] = positions.read === 'complete' ? positions.rows : [];
  return new Map(
    rows.flatMap(({ symbol, liquidationPrice }) =>
      liquidationPrice == null ? [] : [[symbol, liquidationPrice] as const],
    ),
  );
}

/**
 * Is it proven that a position that ended is flat? By the fills that closed it, or by two readings; a side
 * that flipped proves nothing yet (rule 12).
 */
function flatnessOf({ view }: PlanContext, repair: RepairPlan): (id: PositionId) => boolean {
  const ended = new Map<PositionId, boolean>();
  for (const { events } of repair.actions) {
    for (const event of events) {
      if (event.positionId == null) continue;
      if (event.type === 'POSITION_CLOSED') ended.set(event.positionId, true);
      if (event.type === 'POSITION_RETIRED') {
        ended.set(event.positionId, event.payload.reason === 'orphan');
      }
    }
  }
  return (id) => {
    const reason = view.positionById(id)?.exitReason ?? null;
    return ended.get(id) ?? (reason !== 'side_flipped' && reason !== 'ledger' && reason !== null);
  };
}

/** Repairs that show the protection of their market as actions, not as a second finding. */
const QUIET: ReadonlySet<RepairKind> = new Set([
  'import-position',
  'merge-registry',
  'close-registry',
  'adjust-registry',
]);

function allFindings(repair: RepairPlan, protection: ProtectionDecision): Finding[] {
  const quiet = new Set(
    repair.actions.filter(({ action }) => QUIET.has(action)).map(({ symbol }) => symbol),
  );
  // Foreign orders are told by the repair already, stops among them.
  const protective = protection.findings.filter(
    ({ symbol, finding }) => !quiet.has(symbol as Symbol) && finding !== 'order.foreign',
  );
  const told = [...repair.findings, ...protective];
  const spoken = new Set(told.map(({ symbol }) => symbol));
  const matched = [...repair.equal]
    .filter((symbol) => !spoken.has(symbol))
    .map((symbol): Finding => {
      const evidence = 'same side and price, the size within one lot step, and covered';
      return { symbol, positionId: null, finding: 'matched', evidence };
    });
  return [...told, ...matched];
}

/** An operator looked and said that it is gone, after it was opened. */
function isVouched({ view }: PlanContext, { symbol, openedSeq }: Position): boolean {
  const said = view.lastEventOf('ACKNOWLEDGED', symbol);
  return said !== null && said.seq > openedSeq && said.payload.causes.includes('orphan?');
}

/** Something in the plan waits for being seen twice. */
export function needsSecondLook({ repair, protection, findings }: Planned): boolean {
  return (
    repair.unproven.size > 0 ||
    protection.sightings.length > 0 ||
    findings.some(({ finding }) => finding === 'order.in-doubt')
  );
}
