/**
 * The world of a scenario: a real journal on a real file, its registry loaded through the staging path,
 * and gateway, protector and planner wired as the engine does it. Only the venue is simulated.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/core/database.ts';
import { fold } from '../../src/core/fold.ts';
import { openJournal } from '../../src/core/journal.ts';
import { registryView } from '../../src/core/registry-view.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../src/core/schema.ts';
import { virtualClock, type VirtualClock } from '../../src/domain/clock.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import type { RunId } from '../../src/domain/ids.ts';
import { aliasTable, isUnknownAlias, resolveSymbol } from '../../src/domain/symbol.ts';
import type { PlanContext } from '../../src/engine/make-plan.ts';
import { createProtector, type Protector } from '../../src/execution/apply-protection.ts';
import { createBacklogJournal, type BacklogJournal } from '../../src/execution/backlog-journal.ts';
import { createGateway } from '../../src/execution/gateway.ts';
import { createOrderBook } from '../../src/execution/order-book.ts';
import { configOfPolicy } from './policy.ts';
import { loadRegistry } from './load-registry.ts';
import type { Scenario } from './scenario.ts';
import { createScenarioVenue, type ScenarioVenue } from './scenario-venue.ts';

export interface ScenarioWorld {
  readonly context: PlanContext;
  readonly journal: BacklogJournal;
  readonly protector: Protector;
  readonly venue: ScenarioVenue;
  readonly clock: VirtualClock;
  close(): void;
}

/** What the journal refuses (an order that stands there twice, a limit without a price) is the file's fault. */
function load(read: () => void, file: string): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code === 'FILE_INVALID') throw error;
    throw new TradectlError('FILE_INVALID', `${file}: registry: ${error.message}`, {
      cause: error,
    });
  }
}

/** Throws FILE_INVALID when policy or registry cannot be taken as the file has them. */
export function openWorld(scenario: Scenario, file: string): ScenarioWorld {
  const config = configOfPolicy(scenario.policy, file);
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-scenario-'));
  const clock = virtualClock(scenario.nowMs);
  const db = openDatabase(join(dir, 'state.db'), {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    // Nothing of a scenario outlives it: no file has to survive a power cut.
    durability: 'normal',
    busyTimeoutMs: 1_000,
  });
  const view = registryView(db);
  const highWaterFile = join(dir, 'hwm');
  const core = openJournal({ db, clock, runId: 'scenario' as RunId, highWaterFile });
  const close = (): void => {
    core.close();
    db.close();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const port = { ...core, countIntents: view.countIntents };
    const journal = createBacklogJournal({ journal: port, fold, clock, onAlarm: () => undefined });
    const instruments = new Map(
      scenario.instruments.map(({ instrument }) => [instrument.symbol, instrument]),
    );
    const aliases = aliasTable(instruments.values());
    const venue = createScenarioVenue({
      observations: scenario.venue,
      instruments: scenario.instruments,
      registryOrders: scenario.registry.orders,
      clock,
    });
    load(
      () => loadRegistry(scenario, { journal, instruments, aliases, ids: venue.ids, file }),
      file,
    );
    const never = new AbortController().signal;
    const requestSignal = (): AbortSignal => never;
    const gateway = createGateway({
      journal,
      trader: venue.trader,
      clock,
      instruments,
      requestSignal,
    });
    const isTargetDropped = (): boolean => false;
    const alarmedEarlier = new Map();
    const protector = createProtector({ gateway, journal, clock, isTargetDropped, alarmedEarlier });
    const context: PlanContext = {
      account: scenario.account,
      clock,
      journal,
      book: createOrderBook(journal, view),
      view,
      instruments,
      aliases,
      protector,
      swingsOf: () => ({ low: null, high: null }),
      protection: {
        protectionDeadlineMs: config.limits.protectionDeadlineMs,
        trailStepAtr: config.protection.trailStepAtr,
        takerFee: config.paper.takerFee,
        stopDistance: config.reconcile.stopDistance,
        unmanagedSymbols: new Set(
          config.reconcile.unmanagedSymbols.flatMap((written) => {
            const resolved = resolveSymbol(written, aliases);
            return isUnknownAlias(resolved) ? [] : [resolved];
          }),
        ),
      },
    };
    return { context, journal, protector, venue, clock, close };
  } catch (error) {
    close();
    throw error;
  }
}
