/**
 * Journals of a million events and more, written by the real journal without waiting for the disk, and what the
 * forensic commands take on them: for `scripts/bench.ts`. Ten million only with `--large`: that takes minutes.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync, rmSync, statSync, writeSync } from 'node:fs';
import { openDatabase, openReadonly, type Db } from '../src/core/database.ts';
import { EVENT_COLUMNS, storedEvent, type EventRow } from '../src/core/event-row.ts';
import { homePaths, type HomePaths } from '../src/core/home.ts';
import { openJournal, type Journal } from '../src/core/journal.ts';
import { eventLine } from '../src/core/log-record.ts';
import { endRun, startRun } from '../src/core/runs.ts';
import {
  STATE_APPLICATION_ID,
  STATE_MIGRATIONS,
  STATE_SCHEMA_VERSION,
} from '../src/core/schema.ts';
import { isoTime, MINUTE, ms, virtualClock, type VirtualClock } from '../src/domain/clock.ts';
import type { NewEvent } from '../src/domain/event.ts';
import type { RunId } from '../src/domain/ids.ts';
import { symbol } from '../src/domain/symbol.ts';
import { closedEvent, fillEvent, intent, openedEvent } from '../test/support/journal-home.ts';

const ENTRY = new URL('../dist/bin/tradectl.js', import.meta.url).pathname;
const RUN = 'run-bench' as RunId;
const BEGIN = ms(1_700_000_000_000);
const MARKETS = ['TON', 'SOL', 'ADA', 'XRP', 'DOT', 'UNI', 'APT', 'SUI'].map((base) =>
  symbol(`${base}/USD:USD`),
);
/** Events whose lines the log holds: as many as its files do by default. */
const LOGGED = 40_000;
const ROUNDS = 5;

export interface JournalFigure {
  readonly command: string;
  readonly aim: string;
  readonly ms: number;
  readonly megabytes: number;
}

export interface JournalFigures {
  readonly events: number;
  readonly fileMegabytes: number;
  /** Reading every column of every row, nothing else. */
  readonly scanMs: number;
  readonly figures: readonly JournalFigure[];
}

interface Measured {
  readonly name: string;
  readonly aim: string;
  readonly rounds: number;
  readonly args: (events: number) => readonly string[];
}

/** The first one leaves the cursor that the second one starts from. */
const MEASURED: readonly Measured[] = [
  row('events gap --full', 'under 2 s, 70 MB', 3),
  row('events gap', 'from the cursor under 300 ms, 70 MB', ROUNDS),
  row('events verify --full', 'beside the plain scan, 70 MB', 3),
  row('events verify', '', ROUNDS),
  row('events verify --fold', '', 1),
  row('events stats', '', 3),
  { ...row('events show', '', ROUNDS), args: (n) => ['events', 'show', String(Math.floor(n / 2))] },
  {
    ...row('trace', 'under 150 ms, 70 MB', ROUNDS),
    args: (n) => ['trace', `pos-${Math.max(1, Math.floor(n / 66))}`],
  },
];

function row(name: string, aim: string, rounds: number): Measured {
  return { name, aim, rounds, args: () => name.split(' ') };
}

/** Makes a journal of at least `count` events below `dir`, measures, and removes it. */
export function benchJournal(dir: string, count: number): JournalFigures {
  const paths = homePaths(dir);
  mkdirSync(dir, { recursive: true });
  try {
    const events = fill(paths, count);
    writeLog(paths, events);
    const scanMs = plainScan(paths.state);
    const figures = MEASURED.map(({ args, ...row }) =>
      measure([...args(events), '--home', dir], row),
    );
    const fileMegabytes = statSync(paths.state).size / 1e6;
    return { events, fileMegabytes, scanMs, figures };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function fill(paths: HomePaths, count: number): number {
  const db = openDatabase(paths.state, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'normal',
    busyTimeoutMs: 250,
  });
  const clock = virtualClock(BEGIN);
  const journal = openJournal({ db, clock, runId: RUN, highWaterFile: paths.highWaterMark });
  const life = startLife(db, journal);
  // Commits are not what is measured here.
  db.pragma('synchronous=OFF');
  for (let cycle = 1; journal.head().seq < count; cycle += 1) oneCycle(journal, clock, cycle);
  journal.append([{ type: 'RUN_ENDED', payload: { reason: 'signal' } }]);
  const { seq } = journal.head();
  const end = { nowMs: clock.now(), wallMs: ms(1), cpuMs: ms(1), rssMaxBytes: 1 };
  endRun(db, life, { ...end, reason: 'signal', seq });
  journal.close();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return seq;
}

function startLife(db: Db, journal: Journal): number {
  const version = { version: '0', node: '24', host: 'bench' };
  const life = startRun(db, RUN, { bootId: 'boot', pid: 1, pidStarttime: null, ...version }, BEGIN);
  const digests = { feed_digest: null, config_digest: 'bench', head_seq: 0, resumed: false };
  journal.append([
    { type: 'RUN_STARTED', payload: { venue: 'bench', mode: 'paper', ...digests, equity: null } },
  ]);
  return life;
}

/** A minute of a bot: decisions on every market, now and then a trade, and the end of the cycle. */
function oneCycle(journal: Journal, clock: VirtualClock, cycle: number): void {
  clock.advanceTo(ms(BEGIN + cycle * MINUTE));
  const on = MARKETS[cycle % MARKETS.length] ?? symbol('TON/USD:USD');
  const trade = Math.floor(cycle / 4);
  const events: NewEvent[] = MARKETS.slice(0, 6).map((market) => rejection(market, cycle));
  const more = { symbol: on, signal: `sig-${trade}` };
  const entry = `entry-${trade}`;
  const position = `pos-${trade}`;
  if (cycle % 4 === 0) {
    events.push(
      intent({ id: entry, ...more }),
      fillEvent({ trade: `in-${trade}`, symbol: on, order: entry, position, role: 'entry' }),
      openedEvent(position, more),
      closing(
        fillEvent({ trade: `out-${trade}`, symbol: on, position, side: 'sell', role: 'stop' }),
      ),
      closedEvent(position, on),
    );
  }
  journal.append([...events, cycleEnd(cycle)]);
}

function closing(fill: NewEvent): NewEvent {
  return { ...fill, payload: { ...fill.payload, purpose: 'stop_loss' } } as NewEvent;
}

function rejection(market: (typeof MARKETS)[number], cycle: number): NewEvent {
  const detail = 'price is above the zone by 1.2 ATR';
  const numbers = {
    close: 2.345 + (cycle % 100) / 1000,
    atr: 0.0512,
    zone_low: 2.1,
    zone_high: 2.2,
  };
  return {
    type: 'REJECTION',
    symbol: market,
    payload: { reason: 'ENTRY_NOT_IN_OTE', detail, numbers },
  };
}

function cycleEnd(cycle: number): NewEvent {
  const counts = { markets: 12, candles: 12, signals: 0, approved: 0, orders: 0, fills: 0 };
  const money = { equity: null, peak_equity: null, net_deposits: null, margin_utilization: null };
  return {
    type: 'CYCLE_END',
    payload: {
      cycle,
      state: 'NORMAL',
      ...counts,
      ...money,
      rejections: { ENTRY_NOT_IN_OTE: 6 },
      denied: {},
      lost: {},
      positions: 0,
      priced_markets: 12,
      causes: [],
      entries_when_below: 0,
    },
  };
}

function writeLog(paths: HomePaths, events: number): void {
  const db = openState(paths.state);
  const file = openSync(paths.log, 'w');
  const rows = db.prepare<[number], EventRow>(`SELECT ${EVENT_COLUMNS} FROM events WHERE seq > ?`);
  for (const row of rows.iterate(Math.max(0, events - LOGGED))) {
    const stamp = { time: isoTime(ms(row.recorded_ms)), pid: 1 };
    writeSync(file, eventLine(storedEvent(row), stamp, false));
  }
  closeSync(file);
  db.close();
}

function plainScan(path: string): number {
  const db = openState(path);
  const columns = EVENT_COLUMNS.split(', ').map((column) => `coalesce(length(${column}), 0)`);
  const start = performance.now();
  db.prepare(`SELECT sum(${columns.join(' + ')}) FROM events`).get();
  const passed = performance.now() - start;
  db.close();
  return passed;
}

function openState(path: string): Db {
  return openReadonly(path, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
}

/** The median of whole processes, from a cold start. */
function measure(
  args: readonly string[],
  { name, aim, rounds }: Omit<Measured, 'args'>,
): JournalFigure {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, [ENTRY, ...args]);
    times.push(performance.now() - start);
    if (status !== 0) throw new Error(`${args.join(' ')} ended ${status}`);
  }
  const middle = times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  return { command: name, aim, ms: middle, megabytes: peakMegabytes(args) };
}

/** Peak resident memory as the kernel counted it for the process itself. */
function peakMegabytes(args: readonly string[]): number {
  const probe = `
    process.argv = [process.execPath, ${JSON.stringify(ENTRY)}, ...${JSON.stringify(args)}];
    process.on('exit', () => require('node:fs').writeSync(2, '\\n' + process.resourceUsage().maxRSS));
    import(${JSON.stringify(ENTRY)});`;
  const { stderr } = spawnSync(process.execPath, ['-e', probe], { encoding: 'utf8' });
  return Number(stderr.split('\n').at(-1)) / 1_024;
}
