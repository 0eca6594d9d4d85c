/**
 * Planning of large accounts: registry positions against venue rows and three orders each, one in a hundred
 * of them in need of repair. For `scripts/bench.ts`. The floor groups the same rows by market, once.
 */
import { previewAt } from '../src/core/preview.ts';
import { EMPTY_REGISTRY } from '../src/core/fold.ts';
import { ms } from '../src/domain/clock.ts';
import { decimal, price, quantity, ZERO, ZERO_QUANTITY } from '../src/domain/decimal.ts';
import type { ClientOrderId, PositionId, SignalId, VenueOrderId } from '../src/domain/ids.ts';
import type { Instrument } from '../src/domain/instrument.ts';
import type { Order } from '../src/domain/order.ts';
import type { Position } from '../src/domain/position.ts';
import type { Registry } from '../src/domain/registry.ts';
import { NOTHING_SEEN } from '../src/domain/sightings.ts';
import { aliasTable, symbol, type Symbol } from '../src/domain/symbol.ts';
import type { Snapshot, VenueMark, VenueOrder, VenuePosition } from '../src/domain/venue.ts';
import { planProtection } from '../src/protection/plan-protection.ts';
import { planRepair } from '../src/reconcile/plan-repair.ts';

const NOW = ms(1_700_000_000_000);
const ROUNDS = 9;

export interface PlanningFigure {
  readonly positions: number;
  readonly planMs: number;
  readonly floorMs: number;
  readonly actions: number;
}

/** Medians over some rounds; the first warms up. */
export function benchPlanningInProcess(positions: number): PlanningFigure {
  const world = worldOf(positions);
  const [plans, floors]: [number[], number[]] = [[], []];
  let actions = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(elapsed(() => group(world)));
    plans.push(elapsed(() => (actions = plan(world))));
  }
  return { positions, planMs: median(plans), floorMs: median(floors), actions };
}

interface World {
  readonly registry: Registry;
  readonly snapshot: Snapshot;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: ReturnType<typeof aliasTable>;
}

function plan({ registry, snapshot, instruments, aliases }: World): number {
  const repair = planRepair({
    baseSeq: 1,
    account: 'main',
    registry,
    past: {
      orderByClientId: () => null,
      orderByVenueId: () => null,
      planOf: () => null,
      isClosed: () => false,
      tradeOf: () => null,
    },
    snapshot,
    sightings: NOTHING_SEEN,
    instruments,
    aliases,
    preview: previewAt(NOW),
    timing: { settleMs: ms(2_000), apartMs: ms(5_000) },
    isVouched: () => false,
  });
  const protection = planProtection({
    baseSeq: 1,
    nowMs: NOW,
    positions: repair.after.positions,
    orders: repair.after.orders,
    openOrders: snapshot.openOrders,
    takenMs: snapshot.takenMs,
    ordersUnknownSinceMs: null,
    instruments,
    marks: snapshot.marks,
    swings: new Map(),
    lastStops: new Map(),
    uncoveredSince: new Map(),
    settings: {
      protectionDeadlineMs: ms(10_000),
      trailStepAtr: decimal('0.25'),
      takerFee: decimal('0.0005'),
      stopDistance: decimal('0.05'),
      unmanagedSymbols: new Set(),
    },
  });
  return repair.actions.length + protection.actions.length;
}

function group({ registry, snapshot }: World): number {
  const piles = new Map<Symbol, number>();
  const { positions, openOrders } = snapshot;
  const count = ({ symbol: name }: { readonly symbol: Symbol }): unknown =>
    piles.set(name, (piles.get(name) ?? 0) + 1);
  registry.positions.forEach(count);
  registry.orders.forEach(count);
  if (positions.read === 'complete') positions.rows.forEach(count);
  if (openOrders.read === 'complete') openOrders.rows.forEach(count);
  return piles.size;
}

/** Every hundredth position: gone, larger, on the other side, or at the venue only. */
function worldOf(count: number): World {
  const all = Array.from({ length: count }, (_, index) => marketOf(index));
  const held = all.filter(({ kind }) => kind !== 'phantom');
  const listed = all.filter(({ kind }) => kind !== 'gone');
  const orders = held.flatMap(ordersOf);
  const complete = <T>(rows: readonly T[]) => ({ read: 'complete', rows, serverMs: NOW }) as const;
  const instruments = new Map(all.map(({ instrument }) => [instrument.symbol, instrument]));
  return {
    registry: {
      ...EMPTY_REGISTRY,
      positions: new Map(held.map(({ position }) => [position.symbol, position])),
      orders: new Map(orders.map((order) => [order.clientOrderId, order])),
    },
    snapshot: {
      takenMs: NOW,
      positions: complete(listed.map(venueRow)),
      openOrders: complete(orders.map(venueOrder)),
      fills: complete([]),
      account: complete([
        {
          marginEquity: decimal(1e9),
          balance: decimal(1e9),
          unrealizedPnl: ZERO,
          initialMargin: decimal(1e6),
          maintenanceMargin: decimal(1e5),
          netDeposits: ZERO,
        },
      ]),
      marks: complete(all.map(markOf)),
    },
    instruments,
    aliases: aliasTable(instruments.values()),
  };
}

type Kind = 'same' | 'gone' | 'larger' | 'flipped' | 'phantom';
const KINDS: readonly Kind[] = ['gone', 'larger', 'flipped', 'phantom'];

interface Market {
  readonly kind: Kind;
  readonly instrument: Instrument;
  readonly position: Position;
}

function marketOf(index: number): Market {
  const name = symbol(`M${index}/USD:USD`);
  const kind = index % 100 === 0 ? (KINDS[(index / 100) % KINDS.length] ?? 'same') : 'same';
  const position: Position = {
    positionId: `pos-${index}` as PositionId,
    symbol: name,
    side: 'long',
    status: 'open',
    quantity: quantity(100),
    enteredQuantity: quantity(100),
    entryPrice: price(100),
    plan: {
      stop: price(95),
      targets: [
        { level: 1, price: price(110), share: decimal('0.5') },
        { level: 2, price: price(120), share: decimal('0.5') },
      ],
      atr: decimal(2),
      stopAtr: decimal(1),
    },
    targetsHit: [],
    signalId: `sig-${index}` as SignalId,
    origin: 'signal',
    openedSeq: index + 1,
    openedMs: ms(NOW - 3_600_000),
    protectedMs: ms(NOW - 3_599_000),
    closedMs: null,
    exitReason: null,
    noStopReason: null,
    realizedPnl: ZERO,
    fees: ZERO,
  };
  const instrument: Instrument = {
    symbol: name,
    venueId: `PF_M${index}USD`,
    contractSize: decimal(1),
    lotStep: quantity(1),
    tickSize: price('0.01'),
    minQuantity: quantity(1),
    minNotional: null,
    maxLeverage: 50,
  };
  return { kind, instrument, position };
}

function ordersOf({ position }: Market): Order[] {
  const { positionId, symbol: name, signalId } = position;
  const base = {
    symbol: name,
    side: 'sell',
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: true,
    positionId,
    signalId,
    expiresMs: null,
    state: 'live',
    filled: ZERO_QUANTITY,
    filledValue: ZERO,
    reason: null,
    intentSeq: 1,
    intendedMs: ms(NOW - 3_600_000),
    updatedMs: ms(NOW - 3_600_000),
  } as const;
  const named = (letter: string) => ({
    clientOrderId: `tc-${letter}1-${positionId}` as ClientOrderId,
    venueOrderId: `v-${letter}-${positionId}` as VenueOrderId,
  });
  const target = {
    role: 'target',
    type: 'limit',
    quantity: quantity(50),
    stopPrice: null,
  } as const;
  return [
    {
      ...base,
      ...named('s'),
      role: 'stop',
      purpose: 'stop_loss',
      type: 'stop',
      quantity: quantity(100),
      price: null,
      stopPrice: price(95),
    },
    { ...base, ...named('t'), ...target, purpose: 'target_1', price: price(110) },
    { ...base, ...named('u'), ...target, purpose: 'target_2', price: price(120) },
  ];
}

function venueRow({ kind, position }: Market): VenuePosition {
  return {
    symbol: position.symbol,
    side: kind === 'flipped' ? 'short' : 'long',
    quantity: quantity(kind === 'larger' ? 150 : 100),
    entryPrice: price(100),
  };
}

function venueOrder(order: Order): VenueOrder {
  const { clientOrderId, symbol: name, side, type, quantity: size, filled, price: limit } = order;
  return {
    clientOrderId,
    venueOrderId: order.venueOrderId ?? (clientOrderId as string as VenueOrderId),
    symbol: name,
    side,
    type,
    quantity: size,
    filled,
    price: limit,
    stopPrice: order.stopPrice,
    reduceOnly: true,
    state: 'live',
    updatedMs: order.updatedMs,
  };
}

function markOf({ position }: Market): VenueMark {
  const at = price(101);
  return {
    symbol: position.symbol,
    mark: at,
    last: at,
    tsMs: NOW,
    quoteVolume24h: null,
    spread: null,
  };
}

function elapsed(work: () => unknown): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
