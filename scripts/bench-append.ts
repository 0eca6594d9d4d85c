/** Durable appends of one event each, through the real journal: for `scripts/bench.ts`. */
import { mkdirSync } from 'node:fs';
import { openDatabase, type Db } from '../src/core/database.ts';
import { EVENT_COLUMNS } from '../src/core/event-row.ts';
import { homePaths } from '../src/core/home.ts';
import { openJournal } from '../src/core/journal.ts';
import { lastingDatabase } from '../src/core/lasting-database.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../src/core/schema.ts';
import { ms, virtualClock, wallClock } from '../src/domain/clock.ts';
import type { RunId } from '../src/domain/ids.ts';

const APPENDS = 2_000;

export function benchAppendInProcess(dir: string): { appendMs: number[]; bytes: number } {
  mkdirSync(dir, { recursive: true });
  const paths = homePaths(dir);
  const open = (): Db =>
    openDatabase(paths.state, {
      applicationId: STATE_APPLICATION_ID,
      migrations: STATE_MIGRATIONS,
      durability: 'full',
      busyTimeoutMs: 250,
    });
  const nothing = (): void => undefined;
  const db = lastingDatabase({ open, verify: nothing, clock: wallClock(), say: nothing });
  const journal = openJournal({
    db,
    clock: virtualClock(ms(1_700_000_000_000)),
    runId: 'run-bench' as RunId,
    highWaterFile: paths.highWaterMark,
  });
  const appendMs: number[] = [];
  for (let n = 0; n < APPENDS; n += 1) {
    const start = process.hrtime.bigint();
    journal.append([{ type: 'FINDING', payload: { finding: 'bench', evidence: 'x'.repeat(40) } }]);
    appendMs.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  const columns = EVENT_COLUMNS.split(',').map((column) => `coalesce(length(${column}), 0)`);
  const bytes = db
    .prepare(`SELECT ${columns.join(' + ')} FROM events LIMIT 1`)
    .pluck()
    .get() as number;
  journal.close();
  db.close();
  return { appendMs, bytes };
}
