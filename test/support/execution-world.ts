/**
 * One bot's execution around a fake exchange: journal, gateway, fills, protection, wired as the engine
 * does it. A life can be thrown away at any point; the next one is built from the journal alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/core/database.ts';
import { fold } from '../../src/core/fold.ts';
import { previewAt } from '../../src/core/preview.ts';
import { openJournal } from '../../src/core/journal.ts';
import type { RegistryView } from '../../src/core/registry-view.ts';
import { registryView } from '../../src/core/registry-view.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../src/core/schema.ts';
import type { Approved, ApprovedEntry } from '../../src/domain/approved.ts';
import type { Clock, VirtualClock } from '../../src/domain/clock.ts';
import { ms, virtualClock } from '../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../src/domain/decimal.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import type { EventType, StoredEvent } from '../../src/domain/event.ts';
import type { PositionId, RunId } from '../../src/domain/ids.ts';
import { NOTHING_SEEN, type Sightings } from '../../src/domain/sightings.ts';
import { aliasTable } from '../../src/domain/symbol.ts';
import type { Snapshot } from '../../src/domain/venue.ts';
import type { BacklogJournal, JournalPort } from '../../src/execution/backlog-journal.ts';
import { createBacklogJournal } from '../../src/execution/backlog-journal.ts';
import { applyRepair } from '../../src/execution/apply-repair.ts';
import type { Protector } from '../../src/execution/apply-protection.ts';
import { createProtector } from '../../src/execution/apply-protection.ts';
import type { Gateway } from '../../src/execution/gateway.ts';
import { createGateway } from '../../src/execution/gateway.ts';
import { createOrderBook } from '../../src/execution/order-book.ts';
import type { Resolution } from '../../src/execution/resolve-in-doubt.ts';
import { resolveInDoubt } from '../../src/execution/resolve-in-doubt.ts';
import { planProtection } from '../../src/protection/plan-protection.ts';
import type { ProtectionDecision } from '../../src/protection/plan-protection.ts';
import { planRepair, type RepairPlan } from '../../src/reconcile/plan-repair.ts';
import type { FakeExchange } from './fake-exchange.ts';
import { LONG_PLAN, SIGNAL, TON, instrument } from './protection-world.ts';

/** The real journal on a real file; a crash loses what was not appended, and nothing else. */
export interface TestJournal extends JournalPort {
  readonly view: RegistryView;
  /** No room on the disk: every append is refused. */
  full: boolean;
  /** Dies (throws, as a killed process would stop) instead of appending this type. */
  diesAt: EventType | null;
  events(): StoredEvent[];
}

export function testJournal(clock: Clock): TestJournal {
  const home = mkdtempSync(join(tmpdir(), 'tradectl-execution-'));
  const db = openDatabase(join(home, 'state.db'), {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: 1_000,
  });
  const highWaterFile = join(home, 'hwm');
  const real = openJournal({ db, clock, runId: 'run' as RunId, highWaterFile });
  const view = registryView(db);
  onTestFinished(() => {
    real.close();
    db.close();
    rmSync(home, { recursive: true });
  });
  const journal: TestJournal = {
    view,
    full: false,
    diesAt: null,
    events: () => view.eventsAfter(0, { limit: 1_000 }),
    registry: () => real.registry(),
    countIntents: (owner, role) => view.countIntents(owner, role),
    append: (batch) => {
      if (journal.full) throw new TradectlError('STORE_FULL', 'the disk is full');
      if (batch.some((event) => event.type === journal.diesAt)) throw new Error('SIGKILL');
      return real.append(batch);
    },
  };
  return journal;
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
    store
      .events()
      .some((e) => e.type === 'TARGET_DROPPED' && e.positionId === id && e.payload.level === level);
  const protector = createProtector({
    gateway,
    journal,
    clock,
    isTargetDropped,
    alarmedEarlier: new Map(),
  });
  const book = createOrderBook(journal, store.view);
  const judge = (snapshot: Snapshot, sightings: Sightings): RepairPlan =>
    planRepair({
      baseSeq: journal.registry().seq,
      account: 'main',
      registry: journal.registry(),
      past: book,
      snapshot,
      sightings,
      instruments,
      aliases: aliasTable(instruments.values()),
      preview: previewAt(clock.now()),
      timing: { settleMs: ms(10_000), apartMs: ms(5_000) },
      isVouched: () => false,
      scope: 'orders',
    });
  let unknownSince: ReturnType<Clock['now']> | null = null;
  const { reader } = exchange;
  const pass = async (): Promise<ProtectionDecision> => {
    journal.flush();
    const takenMs = clock.now();
    const openOrders = await reader.openOrders();
    const evidence: Snapshot = {
      takenMs,
      account: { read: 'unknown', reason: 'not asked for' },
      marks: await reader.marks(),
      openOrders,
      orderHistory: await reader.orderHistory(ms(0)),
      positions: await reader.positions(),
      fills: await reader.fills(ms(0)),
    };
    applyRepair(judge(evidence, NOTHING_SEEN), journal);
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
      marks: evidence.marks,
      swings: new Map(),
      lastStops: new Map(),
      uncoveredSince: protector.uncoveredSince(),
      settings: {
        protectionDeadlineMs: ms(10_000),
        trailStepAtr: decimal('0.25'),
        takerFee: decimal('0.0005'),
        stopDistance: decimal('0.05'),
        unmanagedSymbols: new Set(),
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
      resolveInDoubt({ reader, clock, journal, judge, apartMs: ms(5_000), maxPasses }),
  };
}
