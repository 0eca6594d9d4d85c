/**
 * Lives of one bot on one scenario: every life opens the same journal file and meets the same venue, and can
 * be killed at a numbered step: instead of its n-th append, or before or after its n-th request. What
 * was committed and what the venue did stays; all else of a life is gone, what it had seen included.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRegistry } from '../../scripts/scenarios/load-registry.ts';
import { configOfPolicy } from '../../scripts/scenarios/policy.ts';
import { createScenarioVenue, type ScenarioVenue } from '../../scripts/scenarios/scenario-venue.ts';
import type { Scenario } from '../../scripts/scenarios/scenario.ts';
import { openDatabase } from '../../src/core/database.ts';
import { fold } from '../../src/core/fold.ts';
import { openJournal } from '../../src/core/journal.ts';
import { registryView, type RegistryView } from '../../src/core/registry-view.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../src/core/schema.ts';
import { ms, virtualClock, type VirtualClock } from '../../src/domain/clock.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import type { RunId } from '../../src/domain/ids.ts';
import { NOTHING_SEEN } from '../../src/domain/sightings.ts';
import { aliasTable } from '../../src/domain/symbol.ts';
import {
  makePlan,
  needsSecondLook,
  type LookMemory,
  type PlanContext,
  type Planned,
} from '../../src/engine/make-plan.ts';
import { observe } from '../../src/engine/observe.ts';
import { createProtector, type Protector } from '../../src/execution/apply-protection.ts';
import { applyRepair } from '../../src/execution/apply-repair.ts';
import { createBacklogJournal, type BacklogJournal } from '../../src/execution/backlog-journal.ts';
import { createGateway } from '../../src/execution/gateway.ts';
import { createOrderBook } from '../../src/execution/order-book.ts';
import type { VenueTrader } from '../../src/venue/port.ts';

/** Steps are counted from 1 over everything that one life does. */
export interface Death {
  readonly at: 'append' | 'before request' | 'after request';
  readonly step: number;
}

/** What a life got to. */
export interface Steps {
  appends: number;
  requests: number;
  died: boolean;
  /** Every plan it made and carried out, the empty last one included. */
  readonly plans: Planned[];
}

export interface RepairLives {
  readonly venue: ScenarioVenue;
  /** A new process: plans and applies until there is nothing left to do, or until its death. */
  live(death?: Death): Promise<Steps>;
  events(): readonly StoredEvent[];
  /** What a journal that is opened now folds to. */
  registry(): ReturnType<BacklogJournal['registry']>;
  close(): void;
}

/** More plans than this in one life means that repairing does not come to rest. */
const MAX_PLANS = 12;

export function repairLives(scenario: Scenario): RepairLives {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-lives-'));
  const clock = virtualClock(scenario.nowMs);
  const venue = createScenarioVenue({
    observations: scenario.venue,
    instruments: scenario.instruments,
    registryOrders: scenario.registry.orders,
    clock,
  });
  const known = knownOf(scenario);
  const opened = <T>(use: (open: OpenJournal) => T): T => {
    const open = openAt(dir, clock);
    try {
      return use(open);
    } finally {
      open.close();
    }
  };
  opened(({ journal }) =>
    loadRegistry(scenario, { ...known, journal, ids: venue.ids, file: scenario.name }),
  );
  return {
    venue,
    live: (death) => live({ open: openAt(dir, clock), scenario, known, venue, clock }, death),
    events: () => opened(({ view }) => view.eventsAfter(0)),
    registry: () => opened(({ journal }) => journal.registry()),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

type Known = Pick<PlanContext, 'instruments' | 'aliases'>;

function knownOf({ instruments }: Scenario): Known {
  const all = instruments.map(({ instrument }) => instrument);
  return { instruments: new Map(all.map((one) => [one.symbol, one])), aliases: aliasTable(all) };
}

interface OpenJournal {
  readonly journal: BacklogJournal;
  readonly view: RegistryView;
  close(): void;
}

function openAt(dir: string, clock: VirtualClock): OpenJournal {
  const db = openDatabase(join(dir, 'state.db'), {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'normal',
    busyTimeoutMs: 1_000,
  });
  const view = registryView(db);
  const highWaterFile = join(dir, 'hwm');
  const core = openJournal({ db, clock, runId: 'lives' as RunId, highWaterFile });
  const journal = createBacklogJournal({
    journal: { ...core, countIntents: view.countIntents },
    fold,
    clock,
    onAlarm: () => undefined,
  });
  const close = (): void => {
    core.close();
    db.close();
  };
  return { journal, view, close };
}

interface Place {
  readonly open: OpenJournal;
  readonly scenario: Scenario;
  readonly known: Known;
  readonly venue: ScenarioVenue;
  readonly clock: VirtualClock;
}

async function live(place: Place, death?: Death): Promise<Steps> {
  const { open, venue } = place;
  const steps: Steps = { appends: 0, requests: 0, died: false, plans: [] };
  const mortal = mortalAt(steps, death);
  const journal = mortal.journal(open.journal);
  const { context, protector } = wire(place, journal, mortal.trader(venue.trader));
  try {
    await Promise.race([repairAll({ context, protector, venue, steps }), mortal.killed]);
  } catch (error) {
    if (!steps.died) throw error;
  } finally {
    open.close();
    // Another process takes a while to start.
    venue.next();
  }
  return steps;
}

function wire(
  { open, scenario, known, clock }: Place,
  journal: BacklogJournal,
  trader: VenueTrader,
): { readonly context: PlanContext; readonly protector: Protector } {
  const { limits, protection, paper, reconcile } = configOfPolicy(scenario.policy, scenario.name);
  const requestSignal = (): AbortSignal => new AbortController().signal;
  const { instruments } = known;
  const gateway = createGateway({ journal, trader, clock, instruments, requestSignal });
  const protector = createProtector({
    gateway,
    journal,
    clock,
    isTargetDropped: () => false,
    alarmedEarlier: new Map(),
  });
  const context: PlanContext = {
    ...known,
    account: scenario.account,
    clock,
    journal,
    book: createOrderBook(journal, open.view),
    view: open.view,
    protector,
    swingsOf: () => ({ low: null, high: null }),
    protection: {
      protectionDeadlineMs: limits.protectionDeadlineMs,
      trailStepAtr: protection.trailStepAtr,
      takerFee: paper.takerFee,
      stopDistance: reconcile.stopDistance,
      unmanagedSymbols: new Set(),
    },
  };
  return { context, protector };
}

interface Repairing {
  readonly context: PlanContext;
  readonly protector: Protector;
  readonly venue: ScenarioVenue;
  readonly steps: Steps;
}

/** Looks twice where something rests on absence, and applies, until a plan is empty. */
async function repairAll({ context, protector, venue, steps }: Repairing): Promise<void> {
  let memory: LookMemory = { sightings: NOTHING_SEEN, ordersUnknownSinceMs: null };
  const plan = async (): Promise<Planned> => {
    const { orders } = context.journal.registry();
    const snapshot = await observe(venue.reader, context.clock, { fillsSince: ms(0), orders });
    const planned = makePlan(context, snapshot, memory);
    memory = planned.memory;
    return planned;
  };
  for (let left = MAX_PLANS; left > 0; left -= 1) {
    let planned = await plan();
    if (needsSecondLook(planned)) {
      venue.next();
      planned = await plan();
    }
    venue.freeze();
    steps.plans.push(planned);
    if (planned.repair.actions.length + planned.protection.actions.length === 0) return;
    applyRepair(planned.repair, context.journal);
    await protector.apply(planned.protection);
    venue.next();
  }
  throw new Error('repairing does not come to rest');
}

export interface Mortal {
  readonly killed: Promise<void>;
  journal(behind: BacklogJournal): BacklogJournal;
  trader(behind: VenueTrader): VenueTrader;
}

/** A killed process appends nothing any more and hears no answer any more. */
export function mortalAt(steps: Steps, death: Death | undefined): Mortal {
  let tell = (): void => undefined;
  const killed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const die = (): void => {
    steps.died = true;
    tell();
  };
  const guarded = <B, R>(append: (batch: B) => R): ((batch: B) => R) => {
    return (batch) => {
      steps.appends += 1;
      if (death?.at === 'append' && death.step === steps.appends) die();
      if (steps.died) throw new Error('killed');
      return append(batch);
    };
  };
  const request = async <T>(act: () => Promise<T>): Promise<T> => {
    steps.requests += 1;
    const isLast = death?.at !== 'append' && death?.step === steps.requests;
    if (isLast && death.at === 'before request') die();
    if (steps.died) return new Promise<never>(() => undefined);
    const answer = await act();
    if (!isLast) return answer;
    die();
    return new Promise<never>(() => undefined);
  };
  return {
    killed,
    journal: (behind) => ({
      ...behind,
      append: guarded((batch) => behind.append(batch)),
      appendOrKeep: guarded((batch) => behind.appendOrKeep(batch)),
    }),
    trader: (behind) => ({
      place: (intent, signal) => request(() => behind.place(intent, signal)),
      amend: (id, change, signal) => request(() => behind.amend(id, change, signal)),
      cancel: (id, signal) => request(() => behind.cancel(id, signal)),
    }),
  };
}
