/**
 * The repair plan: a pure function of registry, observation and configuration (rule 8). Market by market, in
 * this order: missing fills, orders of unknown outcome, rows of others, the position, orders nobody here
 * knows. It changes the registry only and sends nothing (rule 4); applied, the next plan is empty.
 *
 * The bot's startup, its cycle and the operator's commands all plan here.
 */
import type { Ms } from '../domain/clock.ts';
import { factId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Finding, Plan, RepairAction } from '../domain/plan.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Position } from '../domain/position.ts';
import type { Preview, Registry } from '../domain/registry.ts';
import { remember, type Sighting, type Sightings } from '../domain/sightings.ts';
import { isSymbol, type AliasTable, type Symbol } from '../domain/symbol.ts';
import type { Snapshot, VenuePosition } from '../domain/venue.ts';
import { doubtAbout } from './absence.ts';
import {
  compareRegistry,
  seenAbsent,
  type ComparedDesk,
  type Planning,
} from './compare-registry.ts';
import { openDesk, type Desk, type DeskResult } from './desk.ts';
import { isQuiet } from './is-quiet.ts';
import type { PastBook } from './order-lookup.ts';
import { malformedOf, pileOf, registryOf, sortOut, type Pile, type Piles } from './piles.ts';
import { planFills, reportDiffering } from './plan-fills.ts';
import { indexOrderRows, planOrders, type OrderRows, type Timing } from './plan-orders.ts';
import type { ImportChoice } from './plan-position.ts';
import { quarantineUnknown } from './plan-rows.ts';

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
  /** Markets with a fill newer than the reading of positions: judged at the next look (rule 7). */
  readonly unsettled: ReadonlySet<Symbol>;
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
  const rows = indexOrderRows([snapshot.openOrders, snapshot.orderHistory]);
  const desks = openDesks(input, piles, rows);
  const planning: Planning = { input, now, rows, doubt: doubtAbout(snapshot) };
  const absentOrders = desks.flatMap((desk) => settleOrders(desk, pileOf(piles, desk), planning));
  const compared = input.scope === 'orders' ? [] : compareRegistry(desks, piles, planning);
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
    equal: input.scope === 'orders' ? new Set() : equalIn(piles, compared),
    unproven: unprovenIn(results),
    unsettled: new Set([...piles].flatMap(([symbol, pile]) => (pile.isUnsettled ? [symbol] : []))),
    after: livingIn(input.registry, piles, results),
    sightings: remember(input.sightings, now, [
      ...seenAbsent(planning, compared, results),
      { prefix: 'order ', keys: snapshot.openOrders.read === 'unknown' ? null : absentOrders },
    ]),
  };
}

/** A desk for each market where there may be something to do. */
function openDesks(
  { registry, instruments, preview }: RepairInput,
  piles: Piles,
  rows: OrderRows,
): Desk[] {
  const desks: Desk[] = [];
  for (const [symbol, pile] of piles) {
    const held = registry.positions.get(symbol);
    const instrument = instruments.get(symbol);
    if (isQuiet(pile, { held, instrument, rows })) continue;
    desks.push(openDesk(symbol, registryOf(piles, symbol, registry), preview));
  }
  return desks;
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

/** Fills, then what became of orders; returns the keys of orders this observation did not show. */
function settleOrders(
  desk: Desk,
  { fills, differing }: Pile,
  { input, now, rows }: Planning,
): string[] {
  const { past, instruments, snapshot, sightings, timing, registry } = input;
  const living = registry.orders;
  reportDiffering(desk, differing);
  planFills(desk, fills, { past, instrument: instruments.get(desk.symbol) ?? null });
  return planOrders(desk, { snapshot, rows, living, sightings, now, timing });
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

/** What came to `equal` at its desk, and what is quiet: that has none. */
function equalIn(piles: Piles, compared: readonly ComparedDesk[]): ReadonlySet<Symbol> {
  const came = new Map(compared.map((each) => [each.symbol, each.came]));
  const equal = new Set<Symbol>();
  for (const symbol of piles.keys())
    if ((came.get(symbol) ?? 'equal') === 'equal') equal.add(symbol);
  return equal;
}

/** By market, as planned at its desk; what is quiet stays as it is. */
function livingIn(
  registry: Registry,
  piles: Piles,
  results: ReadonlyMap<Symbol, DeskResult>,
): RepairPlan['after'] {
  const positions: Position[] = [];
  const orders: Order[] = [];
  for (const [symbol, pile] of piles) {
    const planned = results.get(symbol)?.registry;
    const held = registry.positions.get(symbol);
    if (planned !== undefined) positions.push(...planned.positions.values());
    else if (held !== undefined) positions.push(held);
    for (const order of planned?.orders.values() ?? pile.orders) orders.push(order);
  }
  return { positions, orders };
}
