/** The home of one bot: write-ahead log, lock, ballast, and what its earlier lives died of. */
import { BALLAST_BYTES, ensureBallast } from '../../../core/ballast.ts';
import { openDatabase } from '../../../core/database.ts';
import type { HomePaths } from '../../../core/home.ts';
import {
  acquireLock,
  isRunning,
  RUN_PURPOSE,
  runningBot,
  type LockState,
} from '../../../core/lock.ts';
import { processFacts } from '../../../core/process-facts.ts';
import type { RunLife } from '../../../core/runs.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../../core/schema.ts';
import { DAY, isoTime, MINUTE, ms, type Ms } from '../../../domain/clock.ts';
import { duration } from '../../../domain/duration.ts';
import { TradectlError } from '../../../domain/errors.ts';
import { MB, megabytes } from '../../../domain/megabytes.ts';
import type { Check, Finding } from '../../../host/check.ts';
import type { Host } from '../../../host/host.ts';
import { processName } from '../../../host/host-memory.ts';
import { packageFacts } from '../../../host/package-facts.ts';
import { shellWord } from '../../../domain/shell-word.ts';
import { readHome } from '../read-home.ts';

export interface HomeFacts {
  readonly host: Host;
  readonly paths: HomePaths;
  readonly nowMs: Ms;
  /** Throws STORE_* when the lock cannot be asked. */
  readonly lock: () => LockState;
  /** Newest first; throws STORE_* when the journal cannot be read. */
  readonly lives: () => readonly RunLife[];
}

/** Beside a bot; without one nothing should be left, since a clean stop empties it. */
const WAL_BESIDE = 64 * MB;
const WAL_ALONE = 16 * MB;
const SILENT_MS = ms(2 * MINUTE);
const LOOP_WINDOW = ms(10 * MINUTE);
const LOOP_STARTS = 3;

const BALLAST_WHY =
  'On a full disk it is let go, so that the journal can take the halt, the stops and the exits.';
const WAL_WHY =
  'A reader that does not let go keeps the write-ahead log from being emptied: it grows until the disk is full.';
const LOCK_WHY = 'Whoever holds the lock trades; everybody else looks, or asks it.';
const DEATHS_WHY =
  'A life without an end was killed: by the kernel, by a supervisor, by hand, or with the machine.';
const RESTARTS_WHY =
  'A bot that dies at every start meets the same thing each time: starting it again does not help.';

export function homeChecks(facts: HomeFacts): Check[] {
  // What makes one of them unknown is a journal that cannot be read.
  const otherwise = [`tradectl doctor --only database --home ${shellWord(facts.paths.dir)}`];
  const checks: Check[] = [
    { name: 'ballast', why: BALLAST_WHY, run: () => checkBallast(facts) },
    { name: 'wal', why: WAL_WHY, run: () => checkWal(facts) },
    { name: 'lock', why: LOCK_WHY, run: () => checkLock(facts) },
    { name: 'deaths', why: DEATHS_WHY, run: () => checkDeaths(facts) },
    { name: 'restarts', why: RESTARTS_WHY, run: () => checkRestarts(facts) },
  ];
  return checks.map((check) => ({ ...check, otherwise }));
}

function checkBallast({ host, paths, lock }: HomeFacts): Finding {
  const why = BALLAST_WHY;
  const file = host.stat(paths.ballast);
  const numbers = { bytes: file?.bytes ?? 0, allocated_bytes: file?.allocatedBytes ?? 0 };
  if (host.stat(paths.state) === null) {
    return { verdict: 'ok', figure: 'made at the first start', numbers, why };
  }
  const isWhole = file?.bytes === BALLAST_BYTES && file.allocatedBytes >= BALLAST_BYTES;
  if (isWhole) return { verdict: 'ok', figure: `${megabytes(file.bytes)} MB`, numbers, why };
  const figure =
    file === null
      ? 'missing'
      : `${megabytes(file.allocatedBytes)} of ${megabytes(BALLAST_BYTES)} MB`;
  const isBotsTask = runningBot(lock()) !== 'none';
  return {
    verdict: 'warn',
    figure,
    numbers,
    why,
    fix: [
      isBotsTask
        ? '# free 16 MB: the running bot makes it'
        : `tradectl doctor --fix --home ${shellWord(paths.dir)}`,
    ],
    repairs: isBotsTask
      ? []
      : [{ what: `make ${paths.ballast} of 8 MB`, run: () => makeBallast(paths) }],
  };
}

function makeBallast(paths: HomePaths): string {
  const ballast = ensureBallast(paths);
  if (ballast.state !== 'missing') return `${paths.ballast} is there`;
  throw new TradectlError('STORE_FULL', `the ballast could not be made: ${ballast.why}`);
}

function checkWal(facts: HomeFacts): Finding {
  const { host, paths, lock } = facts;
  const why = WAL_WHY;
  const bytes = host.stat(`${paths.state}-wal`)?.bytes ?? 0;
  const { held } = lock();
  const holders = holdersOf(host, host.realPath(paths.state));
  const isLarge = bytes > (held ? WAL_BESIDE : WAL_ALONE);
  const numbers = { bytes, open_by: holders.length };
  const names = holders.map((pid) => `pid ${pid}  ${processName(host, pid)}`);
  const figure = `${(bytes / MB).toFixed(1)} MB${holders.length === 0 ? '' : `, open by ${holders.length}`}`;
  if (!isLarge) return { verdict: 'ok', figure, numbers, why, details: names };
  const others = holders.filter((pid) => !isHolder(lock(), pid));
  return {
    verdict: 'warn',
    figure,
    numbers,
    why,
    details: [...names, ...(host.uid === 0 ? [] : [UNSEEN])],
    fix:
      others.length > 0
        ? others.map((pid) => `kill ${pid}   # ${processName(host, pid)}`)
        : held
          ? ['# it empties itself at the next quiet moment; look again in a minute']
          : [`tradectl doctor --fix --home ${shellWord(paths.dir)}`],
    repairs:
      held || others.length > 0
        ? []
        : [{ what: 'empty the write-ahead log into state.db', run: () => checkpoint(facts) }],
  };
}

const UNSEEN = 'readers of other users are not seen from here: sudo tradectl doctor --only wal';

/** Processes that have the file open; of other users only what the kernel shows. */
function holdersOf(host: Host, path: string): number[] {
  return host
    .list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) =>
      host.list(`/proc/${pid}/fd`).some((fd) => host.link(`/proc/${pid}/fd/${fd}`) === path),
    );
}

function isHolder(lock: LockState, pid: number): boolean {
  return lock.held && lock.owner?.pid === pid;
}

/** Under the lock: no bot can start meanwhile. A journal of another version is left as it is. */
function checkpoint({ paths, nowMs }: HomeFacts): string {
  readHome(paths.dir, () => null);
  const lock = acquireLock(paths, processFacts(packageFacts().version), nowMs, 'doctor');
  try {
    const db = openDatabase(paths.state, {
      applicationId: STATE_APPLICATION_ID,
      migrations: STATE_MIGRATIONS,
      durability: 'full',
      busyTimeoutMs: 5_000,
    });
    try {
      const [done] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (done?.busy !== 0)
        throw new TradectlError('STORE_BUSY', 'a reader holds the write-ahead log');
      return 'the write-ahead log is empty';
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

function checkLock({ nowMs, lock, lives }: HomeFacts): Finding {
  const why = LOCK_WHY;
  const state = lock();
  if (!state.held) return { verdict: 'ok', figure: 'free: no bot runs', numbers: { held: 0 }, why };
  if (state.owner === null) {
    return {
      verdict: 'ok',
      figure: 'held by one that has just started',
      numbers: { held: 1 },
      why,
    };
  }
  const { pid, host: machine, purpose, started_ms: since } = state.owner;
  const silent = purpose === RUN_PURPOSE ? silence(lives, pid, nowMs) : 0;
  const numbers = { held: 1, pid, started_ms: since, silent_ms: silent };
  const whose = `${purpose === RUN_PURPOSE ? 'the bot' : `tradectl ${purpose}`}, pid ${pid} on ${machine}, since ${isoTime(since)}`;
  if (silent < SILENT_MS) return { verdict: 'ok', figure: whose, numbers, why };
  return {
    verdict: 'warn',
    figure: `${whose}, silent for ${duration(silent)}`,
    numbers,
    why: 'It is alive and gives no sign of life: stopped, stuck, or its disk does not answer. Its stops stay at the venue.',
    fix: [
      `ps -o pid,stat,wchan:20,etime,cmd -p ${pid}`,
      `kill -CONT ${pid}   # when STAT is T`,
      `kill -TERM ${pid}   # in order; then start it again`,
    ],
  };
}

/** Since the last beat of the life with this pid; 0 when that is not known. */
function silence(lives: HomeFacts['lives'], pid: number, nowMs: Ms): number {
  try {
    const life = lives().find((each) => each.pid === pid && each.endedMs === null);
    return life === undefined ? 0 : Math.max(0, nowMs - life.lastBeatMs);
  } catch {
    return 0;
  }
}

function checkDeaths({ paths, nowMs, lock, lives }: HomeFacts): Finding {
  const bot = runningBot(lock());
  // Lives without an end, newest first, but for the one that is alive.
  const dead = lives().filter(
    ({ endedMs, pid }, index) => endedMs === null && !(index === 0 && isRunning(bot, pid)),
  );
  const week = dead.filter(({ lastBeatMs }) => nowMs - lastBeatMs < 7 * DAY);
  const day = week.filter(({ lastBeatMs }) => nowMs - lastBeatMs < DAY);
  return {
    verdict: day.length > 0 ? 'warn' : 'ok',
    figure: `${day.length} in a day, ${week.length} in a week`,
    numbers: { last_day: day.length, last_week: week.length },
    why: DEATHS_WHY,
    details: week.slice(0, 5).map(deathLine),
    fix: day.length === 0 ? [] : [`tradectl deaths --home ${shellWord(paths.dir)}`],
  };
}

function deathLine({ pid, startedMs, lastBeatMs, lastRssBytes, lastSeq }: RunLife): string {
  const memory = lastRssBytes === null ? '' : `, ${megabytes(lastRssBytes)} MB`;
  const event = lastSeq === null ? '' : `, event ${lastSeq}`;
  return `last seen ${isoTime(lastBeatMs).slice(0, 19)}Z  pid ${pid}, alive ${duration(lastBeatMs - startedMs)}${memory}${event}`;
}

function checkRestarts({ paths, nowMs, lives }: HomeFacts): Finding {
  const all = lives();
  // The life before this start has no end: nobody stopped it.
  const unclean = all.filter(
    (_, index) => all[index + 1] !== undefined && all[index + 1]?.endedMs === null,
  );
  const worst = Math.max(
    0,
    ...unclean
      .filter(({ startedMs }) => nowMs - startedMs < DAY)
      .map((last) => within(unclean, last.startedMs)),
  );
  const now = within(unclean, nowMs);
  const isLoop = now >= LOOP_STARTS;
  const figure = `${now} unclean starts in 10 minutes${worst > now ? `, ${worst} at the worst of the last day` : ''}`;
  return {
    verdict: isLoop ? 'fail' : worst >= LOOP_STARTS ? 'warn' : 'ok',
    figure,
    numbers: { last_10_minutes: now, worst_of_day: worst },
    why: RESTARTS_WHY,
    fix:
      worst < LOOP_STARTS
        ? []
        : [
            '# stop the supervisor, for example: sudo systemctl stop tradectl',
            `tradectl deaths --home ${shellWord(paths.dir)}`,
            `tradectl run --once --home ${shellWord(paths.dir)}`,
          ],
  };
}

/** Starts in the ten minutes up to `until`. */
function within(starts: readonly RunLife[], until: number): number {
  return starts.filter(({ startedMs }) => startedMs <= until && until - startedMs < LOOP_WINDOW)
    .length;
}
