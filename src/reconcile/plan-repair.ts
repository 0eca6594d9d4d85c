/**
 * The repair plan: a pure function of registry, observation and configuration (rule 8). Market by market, in
 * this order: missing fills, orders of unknown outcome, rows of others, the position, orders nobody here
 * knows. It changes the registry only and sends nothing (rule 4); applied, the next plan is empty.
 *
 * The bot's startup, its cycle and the operator's commands all plan here.
 */
import type { Ms } from '../domain/clock.ts';
import { factId, type ClientOrderId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Finding, Plan, RepairAction } from '../domain/plan.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Position } from '../domain/position.ts';
import type { Preview, Registry } from '../domain/registry.ts';
import { remember, type Sighting, type Sightings } from '../domain/sightings.ts';
import type { StagedRow } from '../domain/staged-row.ts';
import { isSymbol, type AliasTable, type Symbol } from '../domain/symbol.ts';
import type { Snapshot, VenuePosition } from '../domain/venue.ts';
import { ABSENT, absentKey, doubtAbout, type AbsenceWorld } from './absence.ts';
import { openDesk, type Desk, type DeskResult } from './desk.ts';
import type { PastBook } from './order-lookup.ts';
import { malformedOf, pileOf, registryOf, sortOut, type Pile, type Piles } from './piles.ts';
import { planFills } from './plan-fills.ts';
import { indexOrderRows, planOrders, type OrderRows, type Timing } from './plan-orders.ts';
import { BY_POLICY, planPosition, type ImportChoice } from './plan-position.ts';
import { duplicateFinding, mergeRows, planRows, quarantineUnknown } from './plan-rows.ts';
import { planStrangers } from './plan-strangers.ts';

export interface RepairInput {
  /** Head of the journal the registry is folded from. */
  readonly baseSeq: number;
  /** Part of the identity of what is imported: two accounts are two worlds. */
  readonly account: string;
  readonly registry: Registry;
  readonly past: PastBook;
  readonly snapshot: Snapshot;
  /** What earlier observations saw; a row is closed only when it was seen missing twice. */
  readonly sightings: Sightings;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: AliasTable;
  readonly preview: Preview;
  readonly timing: Timing;
  /** True when an operator said, since it opened, that the position is gone. */
  readonly isVouched: (position: Position) => boolean;
  /** What an operator chose for the stops of imports; nothing chosen is the policy. */
  readonly importAs?: (row: VenuePosition) => ImportChoice;
  /** `orders`: only fills and what became of orders, for the protocol of orders in doubt. */
  readonly scope?: 'all' | 'orders';
}

export interface RepairPlan extends Plan<RepairAction> {
  /** By market, what keeps entries away. */
  readonly blocked: ReadonlyMap<Symbol, Finding>;
  /** Positions or fills could not be read: every market is blocked. */
  readonly isEverythingBlocked: boolean;
  /** Markets whose position equals the venue's. */
  readonly equal: ReadonlySet<Symbol>;
  /** Markets that the venue does not list, without proof that they are flat. */
  readonly unproven: ReadonlySet<Symbol>;
  /** The living part of the registry as it will be when the plan is applied. */
  readonly after: {
    readonly positions: readonly Position[];
    readonly orders: readonly Order[];
  };
  readonly sightings: Sightings;
}

export function planRepair(input: RepairInput): RepairPlan {
  const { snapshot, baseSeq } = input;
  const now: Sighting = { atMs: snapshot.takenMs, serverMs: serverMs(snapshot) };
  const piles = sortOut(input.registry, snapshot, input.past);
  const desks = [...piles.keys()].map((symbol) =>
    openDesk(symbol, registryOf(piles, symbol, input.registry), input.preview),
  );
  const absentOrders = desks.flatMap((desk) =>
    settleOrders(desk, pileOf(piles, desk), { input, now }),
  );
  const absent = input.scope === 'orders' ? [] : comparePositions(desks, piles, { input, now });
  const unknownRows = input.scope === 'orders' ? [] : unknownMarkets(input);
  const results = new Map(desks.map((desk) => [desk.symbol, desk.result()]));
  const actions = [...unknownRows, ...[...results.values()].flatMap((each) => each.actions)];
  return {
    planId: factId('plan', 'repair', String(baseSeq), ...actions.map(actionFacts)),
    baseSeq,
    findings: [
      ...unknownRows.map((each) => each.finding),
      ...malformedElsewhere(snapshot),
      ...[...results.values()].flatMap((each) => each.findings),
    ],
    actions,
    blocked: blockedIn(results),
    isEverythingBlocked: [snapshot.positions, snapshot.fills].some(
      ({ read }) => read === 'unknown',
    ),
    equal: new Set(
      absent.flatMap(({ symbol, compared }) => (compared === 'equal' ? [symbol] : [])),
    ),
    unproven: unprovenIn(results),
    after: livingIn(results),
    sightings: remember(input.sightings, now, [
      { prefix: ABSENT, keys: absentKeys(snapshot, absent, results) },
      { prefix: 'order ', keys: snapshot.openOrders.read === 'unknown' ? null : absentOrders },
    ]),
  };
}

/** The venue's own time of an observation: that of its reading of positions, else of orders. */
function serverMs({ positions, openOrders }: Snapshot): Ms | null {
  for (const reading of [positions, openOrders]) {
    if (reading.read === 'complete' && reading.serverMs !== null) return reading.serverMs;
  }
  return null;
}

/** What an action does, without the words that tell when it was seen. */
export function actionFacts({ action, events }: RepairAction): string {
  const facts = events.map(({ type, symbol, positionId, clientOrderId, payload }) => {
    const told = Object.entries(payload).filter(([key]) => key !== 'evidence' && key !== 'why');
    const refs = [symbol ?? null, positionId ?? null, clientOrderId ?? null];
    return [type, ...refs, Object.fromEntries(told)];
  });
  return `${action} ${canonicalJson(facts)}`;
}

interface Planning {
  readonly input: RepairInput;
  readonly now: Sighting;
}

/** Fills, then what became of orders; returns the keys of orders this observation did not show. */
function settleOrders(desk: Desk, { fills }: Pile, { input, now }: Planning): string[] {
  const { past, instruments, snapshot, sightings, timing } = input;
  planFills(desk, fills, { past, instrument: instruments.get(desk.symbol) ?? null });
  return planOrders(desk, { snapshot, rows: rowsIndex(input), sightings, now, timing });
}

const INDEXES = new WeakMap<Snapshot, OrderRows>();

/** One index per observation, whoever asks. */
function rowsIndex({ snapshot }: RepairInput): OrderRows {
  const known =
    INDEXES.get(snapshot) ?? indexOrderRows([snapshot.openOrders, snapshot.orderHistory]);
  INDEXES.set(snapshot, known);
  return known;
}

interface ComparedDesk {
  readonly symbol: Symbol;
  readonly compared: ReturnType<typeof planPosition>;
}

/** After every fill is folded: how many positions are gone is known only then (rule 2). */
function comparePositions(
  desks: readonly Desk[],
  piles: Piles,
  planning: Planning,
): ComparedDesk[] {
  const { input } = planning;
  const vanished = desks.filter(
    (desk) => desk.held() !== null && pileOf(piles, desk).positions.length === 0,
  );
  return desks.map((desk) => {
    const found = pileOf(piles, desk);
    const duplicates = planRows(desk, found.staged, input.aliases);
    planDuplicates(desk, duplicates, found);
    const compared = planPosition(desk, {
      account: input.account,
      instrument: input.instruments.get(desk.symbol) ?? null,
      rows: found.positions,
      malformed: found.malformed,
      snapshot: input.snapshot,
      orderRows: rowsIndex(input),
      past: input.past,
      absence: absenceWorld(desk, vanished.length, planning),
      isUnsettled: found.isUnsettled,
      importAs: input.importAs ?? (() => BY_POLICY),
    });
    planStrangers(desk, found.openOrders, input.past);
    return { symbol: desk.symbol, compared };
  });

  function planDuplicates(
    desk: Desk,
    rows: readonly StagedRow[],
    { positions, malformed }: Pile,
  ): void {
    const survivor = desk.held();
    if (rows.length === 0 || survivor === null) return;
    const isRead = input.snapshot.positions.read === 'complete' && malformed.length === 0;
    if (!isRead || positions.length > 1) return desk.report(duplicateFinding(desk, rows), 'blocks');
    mergeRows(desk, rows, { survivor, venue: positions[0] ?? null });
  }
}

function absenceWorld(desk: Desk, vanished: number, { input, now }: Planning): AbsenceWorld {
  const { snapshot, sightings, timing, registry } = input;
  const held = registry.positions.get(desk.symbol);
  const isVouched = (): boolean => held !== undefined && input.isVouched(held);
  return { snapshot, sightings, now, timing, vanished, isVouched };
}

function unknownMarkets({ registry, aliases }: RepairInput): RepairAction[] {
  return [...registry.staged.values()].flatMap((row) => {
    if (row.symbol !== null) return [];
    return quarantineUnknown(row, aliases) ?? [];
  });
}

/** Rows of the venue in a market that nobody here knows: named by the venue's own id. */
function malformedElsewhere(snapshot: Snapshot): Finding[] {
  return malformedOf(snapshot)
    .filter((row) => row.symbol === null)
    .map(({ written, why }) => ({
      symbol: written as Finding['symbol'],
      positionId: null,
      finding: 'malformed.venue',
      evidence: why,
    }));
}

function blockedIn(results: ReadonlyMap<Symbol, DeskResult>): ReadonlyMap<Symbol, Finding> {
  const blocked = new Map<Symbol, Finding>();
  for (const [symbol, { blockedBy }] of results)
    if (blockedBy !== null) blocked.set(symbol, blockedBy);
  return blocked;
}

function unprovenIn(results: ReadonlyMap<Symbol, DeskResult>): ReadonlySet<Symbol> {
  const unproven = [...results.values()].flatMap(({ findings }) =>
    findings.flatMap(({ finding, symbol }) =>
      finding === 'orphan?' && isSymbol(symbol) ? [symbol] : [],
    ),
  );
  return new Set(unproven);
}

function livingIn(results: ReadonlyMap<Symbol, DeskResult>): RepairPlan['after'] {
  const registries = [...results.values()].map(({ registry }) => registry);
  return {
    positions: registries.flatMap(({ positions }) => [...positions.values()]),
    orders: registries.flatMap(({ orders }) => [...orders.values()]),
  };
}

/** Null when this observation proves nothing about absence: what was seen before stays as it was. */
function absentKeys(
  snapshot: Snapshot,
  compared: readonly ComparedDesk[],
  results: ReadonlyMap<Symbol, DeskResult>,
): string[] | null {
  if (doubtAbout(snapshot) !== null) return null;
  const isOpen = (symbol: Symbol): boolean =>
    results.get(symbol)?.registry.positions.has(symbol) === true;
  return compared.flatMap(({ symbol, compared: came }) =>
    came === 'absent' && isOpen(symbol) ? [absentKey(symbol)] : [],
  );
}

/** The orders of a plan that are alive, by id. */
export function livingOrders({ after }: RepairPlan): ReadonlyMap<ClientOrderId, Order> {
  return new Map(after.orders.map((order) => [order.clientOrderId, order]));
}
