/** Bots that hold positions, and waiting for what another process will do. */
import { cpSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { journalFacts } from './journal-facts.ts';
import { madeOnce } from './made-once.ts';
import { document, freshHome, start, type Running, type SpawnOptions } from './tradectl.ts';

/** A cycle of the bundled recording at which BTC is open. */
const CYCLES_WITH_POSITIONS = '446';

/** A home whose bot stopped in order with open, protected positions. */
export async function homeWithPositions(): Promise<string> {
  const template = await madeOnce('positions', make);
  const home = freshHome('positions');
  cpSync(template, home, { recursive: true });
  return home;
}

async function make(home: string): Promise<void> {
  const { open_positions: open } = await document([
    'run',
    '--cycles',
    CYCLES_WITH_POSITIONS,
    '--home',
    home,
  ]);
  if (!(Number(open) > 0)) throw new Error(`cycle ${CYCLES_WITH_POSITIONS} has no open position`);
}

/** Starts a bot in real time: it cycles once, then waits a minute, and hears its operator meanwhile. */
export async function realTime(home: string, options: SpawnOptions = {}): Promise<Running> {
  // Events, not lives: a life is listed before its RUN_STARTED, while the last cycle is still the one before.
  const before = orElse(0, () => journalFacts(home).events.length);
  const bot = start(['run', '--speed', 'real', '--home', home], options);
  const hasCycled = (): boolean =>
    journalFacts(home)
      .events.slice(before)
      .some(({ type }) => type === 'CYCLE_END');
  await until(() => Promise.resolve(orElse(false, hasCycled)));
  return bot;
}

/** A home that is not there yet holds nothing yet. */
function orElse<T>(nothing: T, ask: () => T): T {
  try {
    return ask();
  } catch {
    return nothing;
  }
}

/** Asks until it holds; throws after half a minute, which only a machine at its limit needs. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still not: ${String(holds)}`);
    await setTimeout(20);
  }
}
