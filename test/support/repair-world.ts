/**
 * A small world for the repair plan: what the registry holds, what the venue tells, what the journal remembers. A
 * test names only what it is about; every reading is complete and empty unless it says otherwise.
 */
import { EMPTY_REGISTRY } from '../../src/core/fold.ts';
import { previewAt } from '../../src/core/preview.ts';
import { ms, type Ms } from '../../src/domain/clock.ts';
import { decimal, price, quantity, text, ZERO } from '../../src/domain/decimal.ts';
import type { RecordedTrade, VenueFill } from '../../src/domain/fill.ts';
import { clientOrderId, type ClientOrderId, type PositionId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Order, OrderRole } from '../../src/domain/order.ts';
import type { Finding } from '../../src/domain/plan.ts';
import type { Position, ProtectionPlan } from '../../src/domain/position.ts';
import type { Registry } from '../../src/domain/registry.ts';
import { NOTHING_SEEN, type Sightings } from '../../src/domain/sightings.ts';
import type { RawRow, RowId, StagedRow } from '../../src/domain/staged-row.ts';
import { aliasTable, symbol, type Symbol } from '../../src/domain/symbol.ts';
import type { Snapshot, VenueAccount, VenueOrder, VenuePosition } from '../../src/domain/venue.ts';
import type { PastBook } from '../../src/reconcile/order-lookup.ts';
import { planRepair, type RepairInput, type RepairPlan } from '../../src/reconcile/plan-repair.ts';
import { complete, instrument, order, POSITION, TON } from './protection-world.ts';

export const BTC = symbol('BTC/USD:USD');
export const ETH = symbol('ETH/USD:USD');
/** When every snapshot is taken unless a test says otherwise. */
export const NOW = ms(60_000);
export const TIMING = { settleMs: ms(5_000), apartMs: ms(5_000) };

/** What the journal remembers beside the living registry. */
export interface Past {
  readonly fills?: readonly VenueFill[];
  readonly orders?: readonly Order[];
  readonly closed?: readonly PositionId[];
  readonly plans?: ReadonlyMap<ClientOrderId, ProtectionPlan>;
}

export interface RepairWorld {
  readonly positions?: readonly Position[];
  readonly orders?: readonly Order[];
  readonly staged?: readonly StagedRow[];
  readonly past?: Past;
  /** Rows of the venue. */
  readonly listed?: readonly VenuePosition[];
  readonly open?: readonly VenueOrder[];
  readonly history?: readonly VenueOrder[];
  readonly fills?: readonly VenueFill[];
  readonly margin?: string;
  readonly atMs?: Ms;
  /** Takes the place of whole readings. */
  readonly snapshot?: Partial<Snapshot>;
  readonly sightings?: Sightings;
  readonly instruments?: readonly Instrument[];
  readonly vouched?: readonly Symbol[];
  readonly input?: Partial<RepairInput>;
}

export const INSTRUMENTS: readonly Instrument[] = [
  instrument(),
  { ...instrument({}, BTC), venueId: 'PF_XBTUSD' },
  { ...instrument({}, ETH), venueId: 'PF_ETHUSD' },
];

export function repairInput(world: RepairWorld = {}): RepairInput {
  const instruments = world.instruments ?? INSTRUMENTS;
  const atMs = world.atMs ?? NOW;
  const vouchedIds = vouchedIn(world);
  return {
    baseSeq: 7,
    account: 'A',
    registry: registryWith(world),
    past: pastBook(world.past ?? {}, world.orders ?? []),
    snapshot: snapshotOf(world, atMs),
    sightings: world.sightings ?? NOTHING_SEEN,
    instruments: new Map(instruments.map((each) => [each.symbol, each])),
    aliases: aliasTable(instruments),
    preview: previewAt(atMs),
    timing: TIMING,
    isVouched: ({ symbol: own, positionId }) => vouchedIds.get(own) === positionId,
    ...world.input,
  };
}

export function repair(world: RepairWorld = {}): RepairPlan {
  return planRepair(repairInput(world));
}

/** The plan of the second of two observations that tell the same, `apartMs` after the first. */
export function repairTwice(world: RepairWorld, apartMs = 5_000): RepairPlan {
  const first = repair(world);
  const atMs = ms((world.atMs ?? NOW) + apartMs);
  return repair({ ...world, atMs, sightings: first.sightings });
}

/** A word of an operator is about the position that was open then, not about the next one of its market. */
function vouchedIn({ vouched = [], positions = [] }: RepairWorld): ReadonlyMap<Symbol, PositionId> {
  const meant = positions.filter((each) => vouched.includes(each.symbol));
  return new Map(meant.map((each) => [each.symbol, each.positionId]));
}

function registryWith({ positions = [], orders = [], staged = [] }: RepairWorld): Registry {
  return {
    ...EMPTY_REGISTRY,
    seq: 7,
    positions: new Map(positions.map((each) => [each.symbol, each])),
    orders: new Map(orders.map((each) => [each.clientOrderId, each])),
    staged: new Map(staged.map((each) => [each.rowId, each])),
  };
}

function snapshotOf(world: RepairWorld, atMs: Ms): Snapshot {
  return {
    takenMs: atMs,
    account: complete([account(world.margin ?? '0')], atMs),
    positions: complete(world.listed ?? [], atMs),
    openOrders: complete(world.open ?? [], atMs),
    marks: complete([]),
    fills: complete(world.fills ?? [], atMs),
    orderHistory: complete(world.history ?? [], atMs),
    ...world.snapshot,
  };
}

export function account(initialMargin: string): VenueAccount {
  return {
    marginEquity: decimal('1000'),
    balance: decimal('1000'),
    unrealizedPnl: ZERO,
    initialMargin: decimal(initialMargin),
    maintenanceMargin: ZERO,
    netDeposits: ZERO,
  };
}

/** Looks up living and ended orders alike, as the journal does. */
export function pastBook(past: Past, living: readonly Order[] = []): PastBook {
  const orders = [...living, ...(past.orders ?? [])];
  const trades = new Map((past.fills ?? []).map((each) => [each.tradeId, tradeOf(each)]));
  const closed = new Set(past.closed ?? []);
  return {
    orderByClientId: (id) => orders.find((each) => each.clientOrderId === id) ?? null,
    orderByVenueId: (id) => orders.find((each) => each.venueOrderId === id) ?? null,
    planOf: (id) => past.plans?.get(id) ?? null,
    isClosed: (id) => closed.has(id),
    tradeOf: (id) => trades.get(id) ?? null,
  };
}

/** The world as it is when the whole plan was applied: what is folded, and what the journal then knows. */
export function applied(input: RepairInput, plan: RepairPlan): RepairInput {
  const closed = new Set<PositionId>();
  const trades = new Map<string, RecordedTrade>();
  const ended = new Map<ClientOrderId, Order>();
  let registry = input.registry;
  for (const event of plan.actions.flatMap(({ events }) => events)) {
    registry = input.preview(registry, event);
    for (const each of registry.touched.positions)
      if (each.status === 'closed') closed.add(each.positionId);
    for (const each of registry.touched.fills) trades.set(each.tradeId, tradeOf(each));
    for (const each of registry.touched.orders) ended.set(each.clientOrderId, each);
  }
  const { past } = input;
  return {
    ...input,
    registry,
    sightings: plan.sightings,
    past: {
      ...past,
      orderByClientId: (id) => ended.get(id) ?? past.orderByClientId(id),
      isClosed: (id) => closed.has(id) || past.isClosed(id),
      tradeOf: (id) => trades.get(id) ?? past.tradeOf(id),
    },
  };
}

function tradeOf(fill: Pick<VenueFill, 'price' | 'quantity'>): RecordedTrade {
  return { price: text(fill.price), quantity: text(fill.quantity) };
}

export function listed(size: string, over: Partial<VenuePosition> = {}): VenuePosition {
  const side = over.side ?? 'long';
  return { symbol: TON, side, quantity: quantity(size), entryPrice: price('100'), ...over };
}

/** An id in our form: what an instance of ours would have sent. */
export function ourId(role: OrderRole, attempt = 1, owner = POSITION): ClientOrderId {
  return clientOrderId(owner, role, attempt);
}

/** An entry of ours: buy 10 at 100, of no position yet. */
export function entry(over: Partial<Order> = {}): Order {
  return order(ourId('entry'), {
    role: 'entry',
    purpose: 'entry',
    side: 'buy',
    type: 'limit',
    reduceOnly: false,
    price: price('100'),
    stopPrice: null,
    positionId: null,
    ...over,
  });
}

export function stagedRow(id: string, row: RawRow, over: Partial<StagedRow> = {}): StagedRow {
  return {
    rowId: id as RowId,
    source: 'ledger.db',
    row,
    symbol: TON,
    explained: true,
    state: 'staged',
    finding: null,
    why: null,
    stagedMs: ms(0),
    quarantinedMs: null,
    endedMs: null,
    ...over,
  };
}

export function kinds(plan: RepairPlan): string[] {
  return plan.actions.map(({ action }) => action);
}

export function findings(plan: RepairPlan): string[] {
  return plan.findings.map(({ finding }) => finding);
}

/** The finding that keeps entries away from a market. */
export function blockedBy(plan: RepairPlan, on: Symbol = TON): string | null {
  return plan.blocked.get(on)?.finding ?? null;
}

export function evidenceOf(plan: RepairPlan, kind: string): string {
  const named = ({ finding }: Finding): boolean => finding === kind;
  return plan.findings.find(named)?.evidence ?? '';
}

/** What is open afterwards, `long 150`; `flat` when nothing is. */
export function held(plan: RepairPlan, on: Symbol = TON): string {
  const open = plan.after.positions.find(({ symbol: own }) => own === on);
  return open === undefined ? 'flat' : `${open.side} ${open.quantity.toFixed()}`;
}

/** What an order is afterwards: `partially_filled 5`; `ended` when it lives no more. */
export function orderAfter(plan: RepairPlan, id: ClientOrderId): string {
  const order = plan.after.orders.find((each) => each.clientOrderId === id);
  return order === undefined ? 'ended' : `${order.state} ${order.filled.toFixed()}`;
}

/** The orders as the plan leaves them, those that ended too: `cancelled 5`. */
export function outcomes(world: RepairWorld): Readonly<Record<ClientOrderId, string>> {
  const input = repairInput(world);
  const told: Record<ClientOrderId, string> = {};
  let registry = input.registry;
  for (const event of planRepair(input).actions.flatMap(({ events }) => events)) {
    registry = input.preview(registry, event);
    for (const { clientOrderId: id, state, filled } of registry.touched.orders)
      told[id] = `${state} ${filled.toFixed()}`;
  }
  return told;
}

/** The events of one type, in the order they are planned. */
export function eventsOf(plan: RepairPlan, type: string) {
  return plan.actions.flatMap(({ events }) => events.filter((event) => event.type === type));
}
