/**
 * One bot's execution around a fake exchange: journal, gateway, fills, protection, wired as the engine
 * does it. A life can be thrown away at any point; the next one is built from the journal alone.
 */
import { EMPTY_REGISTRY, fold } from '../../src/core/fold.ts';
import type { Approved, ApprovedEntry } from '../../src/domain/approved.ts';
import type { Clock, VirtualClock } from '../../src/domain/clock.ts';
import { ms, virtualClock } from '../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../src/domain/decimal.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import type { EventType, NewEvent, StoredEvent } from '../../src/domain/event.ts';
import type { PositionId, RunId } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Position, ProtectionPlan } from '../../src/domain/position.ts';
import type { Registry } from '../../src/domain/registry.ts';
import type { BacklogJournal, JournalPort } from '../../src/execution/backlog-journal.ts';
import { createBacklogJournal } from '../../src/execution/backlog-journal.ts';
import { applyRepair } from '../../src/execution/apply-repair.ts';
import type { Protector } from '../../src/execution/apply-protection.ts';
import { createProtector } from '../../src/execution/apply-protection.ts';
import type { Gateway } from '../../src/execution/gateway.ts';
import { createGateway } from '../../src/execution/gateway.ts';
import type { FillContext } from '../../src/execution/record-fills.ts';
import type { Judge, Resolution } from '../../src/execution/resolve-in-doubt.ts';
import { resolveInDoubt } from '../../src/execution/resolve-in-doubt.ts';
import { planProtection } from '../../src/protection/plan-protection.ts';
import type { ProtectionDecision } from '../../src/protection/plan-protection.ts';
import { planFills } from '../../src/reconcile/plan-fills.ts';
import { planOrders } from '../../src/reconcile/plan-orders.ts';
import type { FakeExchange } from './fake-exchange.ts';
import { LONG_PLAN, SIGNAL, TON, instrument } from './protection-world.ts';

/** The journal's port over an array: what survives a crash is exactly what was appended. */
export interface TestJournal extends JournalPort {
  readonly events: StoredEvent[];
  full: boolean;
  /** Dies (throws, as a killed process would stop) instead of appending this type. */
  diesAt: EventType | null;
  allOrders(): ReadonlyMap<string, Order>;
  allPositions(): ReadonlyMap<string, Position>;
  planOf(id: string): ProtectionPlan | null;
}

export function testJournal(clock: Clock): TestJournal {
  const events: StoredEvent[] = [];
  const orders = new Map<string, Order>();
  const positions = new Map<string, Position>();
  const plans = new Map<string, ProtectionPlan>();
  let state: Registry = EMPTY_REGISTRY;
  const journal: TestJournal = {
    events,
    full: false,
    diesAt: null,
    registry: () => state,
    allOrders: () => orders,
    allPositions: () => positions,
    planOf: (id) => plans.get(id) ?? null,
    countIntents: (owner, role) =>
      events.filter(
        (e) =>
          e.type === 'ORDER_INTENDED' &&
          e.payload.role === role &&
          (role === 'entry' ? e.signalId : e.positionId) === owner,
      ).length,
    append: (batch) => {
      if (journal.full) throw new TradectlError('STORE_FULL', 'the disk is full');
      if (batch.some((event) => event.type === journal.diesAt)) throw new Error('SIGKILL');
      let next = state;
      const stored = batch.map((event) => {
        const one = asStored(event, next.seq + 1, clock);
        next = fold(next, one);
        for (const order of next.touched.orders) orders.set(order.clientOrderId, order);
        for (const held of next.touched.positions) positions.set(held.positionId, held);
        for (const [id, plan] of next.plans) plans.set(id, plan);
        return one;
      });
      events.push(...stored);
      state = next;
      return { seqFirst: stored[0]?.seq ?? 0, seqLast: state.seq, headHash: '' };
    },
  };
  return journal;
}

function asStored(event: NewEvent, seq: number, clock: Clock): StoredEvent {
  const refs = { symbol: null, positionId: null, clientOrderId: null, signalId: null };
  const rest = { correlationId: null, causationSeq: null, hash: '', runId: 'run' as RunId };
  return {
    ...refs,
    ...rest,
    tsMs: clock.now(),
    ...event,
    seq,
    recordedMs: clock.now(),
  } as StoredEvent;
}

export interface Life {
  readonly journal: BacklogJournal;
  readonly gateway: Gateway;
  readonly protector: Protector;
  readonly alarms: string[];
  /** Fills, order states, then one protection pass; returns what was planned. */
  pass(): Promise<ProtectionDecision>;
  /** Passes until the plan is empty. */
  settle(): Promise<void>;
  resolve(maxPasses?: number): Promise<Resolution>;
}

export function clockAtNoon(): VirtualClock {
  return virtualClock(ms(1_700_000_000_000));
}

export const entry = (over: Partial<ApprovedEntry> = {}): Approved =>
  ({
    symbol: TON,
    side: 'long',
    quantity: quantity('10'),
    entry: price('100'),
    plan: LONG_PLAN,
    signalId: SIGNAL,
    orderType: 'ioc',
    expiresMs: null,
    leverage: 5,
    notional: decimal('1000'),
    riskAmount: decimal('50'),
    ...over,
  }) as Approved;

export function startLife(
  store: TestJournal,
  exchange: FakeExchange,
  clock: VirtualClock,
  rules = instrument(),
): Life {
  const alarms: string[] = [];
  const instruments = new Map([[TON, rules]]);
  const onAlarm = (message: string): void => void alarms.push(message);
  const journal = createBacklogJournal({ journal: store, fold, clock, onAlarm });
  const gateway = createGateway({
    journal,
    trader: exchange.trader,
    clock,
    instruments,
    requestSignal: () => new AbortController().signal,
  });
  const isTargetDropped = (id: PositionId, level: number): boolean =>
    store.events.some(
      (e) => e.type === 'TARGET_DROPPED' && e.positionId === id && e.payload.level === level,
    );
  const protector = createProtector({ gateway, journal, clock, isTargetDropped });
  const fills: FillContext = {
    journal,
    instruments,
    book: {
      orderOf: (id) => journal.registry().orders.get(id) ?? store.allOrders().get(id) ?? null,
      planOf: (id) => store.planOf(id),
      isClosed: (id) => store.allPositions().get(id)?.status === 'closed',
    },
  };
  const recorded = new Set<string>();
  for (const e of store.events) if (e.type === 'FILL') recorded.add(e.payload.trade_id);
  const judge: Judge = {
    planFills: (evidence) => {
      const plan = planFills({
        baseSeq: journal.registry().seq,
        fills: evidence.fills,
        isRecorded: (id) => recorded.has(id),
        orders: { byClientId: fills.book.orderOf, byVenueId: () => null },
        positions: journal.registry().positions,
      });
      for (const a of plan.actions) if (a.action === 'record-fill') recorded.add(a.fill.tradeId);
      return plan;
    },
    planOrders: (evidence, absentSince) =>
      planOrders({
        ...evidence,
        baseSeq: journal.registry().seq,
        orders: [...journal.registry().orders.values()],
        absentSince,
        settleMs: ms(10_000),
        apartMs: ms(5_000),
      }),
  };
  let unknownSince: ReturnType<Clock['now']> | null = null;
  const { reader } = exchange;
  const pass = async (): Promise<ProtectionDecision> => {
    journal.flush();
    const takenMs = clock.now();
    const openOrders = await reader.openOrders();
    const evidence = {
      takenMs,
      openOrders,
      orderHistory: await reader.orderHistory(ms(0)),
      positions: await reader.positions(),
      fills: await reader.fills(ms(0)),
    };
    applyRepair(judge.planFills(evidence), fills);
    applyRepair(judge.planOrders(evidence, new Map()), fills);
    unknownSince = openOrders.read === 'unknown' ? (unknownSince ?? takenMs) : null;
    const plan = planProtection({
      baseSeq: journal.registry().seq,
      nowMs: clock.now(),
      positions: [...journal.registry().positions.values()],
      orders: [...journal.registry().orders.values()],
      openOrders,
      takenMs,
      ordersUnknownSinceMs: unknownSince,
      instruments,
      marks: await reader.marks(),
      swings: new Map(),
      lastStops: new Map(),
      uncoveredSince: protector.uncoveredSince(),
      settings: {
        protectionDeadlineMs: ms(10_000),
        trailStepAtr: decimal('0.25'),
        takerFee: decimal('0.0005'),
      },
    });
    await protector.apply(plan);
    clock.advanceTo(ms(clock.now() + 100));
    return plan;
  };
  return {
    journal,
    gateway,
    protector,
    alarms,
    pass,
    settle: async () => {
      for (let i = 0; i < 8; i += 1) if ((await pass()).actions.length === 0) return;
      throw new Error('protection does not come to rest');
    },
    resolve: (maxPasses = 6) =>
      resolveInDoubt({ reader, clock, judge, fills, apartMs: ms(5_000), maxPasses }),
  };
}
