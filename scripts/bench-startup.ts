/**
 * The start of a bot that finds ten positions it does not know at the paper venue: until every one of them is
 * imported and has its stop. For `scripts/bench.ts`. Latency is the venue's, on the trading clock.
 */
import Database from 'better-sqlite3';
import { loadConfig } from '../src/config/load.ts';
import { openReadonly } from '../src/core/database.ts';
import { homePaths, type HomePaths } from '../src/core/home.ts';
import { readInstruments } from '../src/core/instrument-store.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../src/core/schema.ts';
import { text } from '../src/domain/decimal.ts';
import { assemble, type RecordedBot } from '../src/engine/assemble.ts';
import { runBot } from '../src/engine/run.ts';
import { startUp } from '../src/engine/startup.ts';

const POSITIONS = 10;

export interface StartupFigure {
  readonly positions: number;
  readonly wallMs: number;
  readonly venueMs: number;
  readonly requests: number;
}

export async function benchStartupInProcess(home: string): Promise<StartupFigure> {
  await someCycles(home);
  addPositions(homePaths(home));
  const loaded = loadConfig({ configFile: null, home, cwd: home, env: {}, overrides: {} });
  const assembled = assemble({
    paths: homePaths(home),
    loaded,
    feed: null,
    from: null,
    to: null,
    log: () => undefined,
  });
  try {
    assembled.warmUp();
    const count = countRequests(assembled);
    const [wall, trading] = [process.hrtime.bigint(), assembled.clock.now()];
    await startUp(assembled);
    const wallMs = Number(process.hrtime.bigint() - wall) / 1e6;
    const { positions } = assembled.bot.journal.registry();
    const unprotected = [...positions.values()].filter((each) => each.protectedMs === null);
    if (positions.size !== POSITIONS || unprotected.length > 0) {
      throw new Error(`${unprotected.length} of ${positions.size} are not protected`);
    }
    const venueMs = assembled.clock.now() - trading;
    return { positions: POSITIONS, wallMs, venueMs, requests: count() };
  } finally {
    assembled.close();
  }
}

/** Long enough for every market to have a price. */
async function someCycles(home: string): Promise<void> {
  const asked = { home, configFile: null, feed: null, from: null, to: null };
  const options = {
    ...asked,
    speed: 'max',
    cycles: 10,
    once: false,
    env: {},
    overrides: {},
  } as const;
  const signal = new AbortController().signal;
  await runBot(options, { progress: () => undefined, log: () => undefined, signal });
}

/** The smallest position of each market: more would be worth more than the account. */
function addPositions({ state, paper }: HomePaths): void {
  const known = openReadonly(state, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
  const instruments = readInstruments(known).slice(0, POSITIONS);
  known.close();
  const db = new Database(paper);
  const insert = db.prepare("INSERT INTO positions VALUES (?, 'long', ?, '1', 0)");
  for (const { symbol, minQuantity } of instruments) insert.run(symbol, text(minQuantity));
  db.close();
}

/** Counts what goes over the line, reads and writes alike. */
function countRequests({ venue }: RecordedBot): () => number {
  let requests = 0;
  for (const half of [venue.reader, venue.trader]) {
    const calls = half as unknown as Record<string, (...given: unknown[]) => unknown>;
    for (const [name, call] of Object.entries(calls)) {
      calls[name] = (...given) => {
        requests += 1;
        return call(...given);
      };
    }
  }
  return () => requests;
}
