/**
 * `tradectl.doctor/1`: every check of the host and of one home. Works without a home, on an empty one, beside a
 * running bot and over a damaged database; what cannot be looked at is `unknown` and stops nothing.
 */
import { join } from 'node:path';
import type { ConfigSource } from '../../../config/inspect.ts';
import { homePaths } from '../../../core/home.ts';
import { lockState, runningBot, type LockState } from '../../../core/lock.ts';
import { recentRuns, type RunLife } from '../../../core/runs.ts';
import { sqliteVersion } from '../../../core/sqlite-version.ts';
import type { Ms } from '../../../domain/clock.ts';
import { messageOf } from '../../../domain/errors.ts';
import { shellWord } from '../../../domain/shell-word.ts';
import {
  CHECK_NAMES,
  runChecks,
  type Check,
  type CheckName,
  type CheckResult,
} from '../../../host/check.ts';
import { clockCheck, type VenueClock } from '../../../host/check-clock.ts';
import { diskChecks } from '../../../host/check-disk.ts';
import { fileChecks } from '../../../host/check-files.ts';
import { memoryChecks } from '../../../host/check-memory.ts';
import { serviceChecks } from '../../../host/check-service.ts';
import { versionChecks } from '../../../host/check-versions.ts';
import type { Host } from '../../../host/host.ts';
import { readHomeOrNull } from '../read-home.ts';
import type { KeyAnswer } from './configuration-checks.ts';
import { databaseCheck } from './database-check.ts';
import { ofHome } from './hidden-home.ts';
import { homeChecks } from './home-checks.ts';

export interface DoctorRequest {
  readonly host: Host;
  readonly config: ConfigSource & { readonly home: string };
  readonly nowMs: Ms;
  /** Null: every check. */
  readonly only: readonly CheckName[] | null;
  readonly venueClock: VenueClock;
  readonly checkKey: () => Promise<KeyAnswer>;
  /** Asked after the checks: why one of them is without the answer of the venue. */
  readonly unanswered: () => Unanswered | null;
}

/** Not asked: something here is broken, and no question went out. */
export interface Unanswered {
  readonly asked: boolean;
  readonly why: string;
}

export interface CheckRow {
  readonly name: CheckName;
  readonly verdict: CheckResult['verdict'];
  readonly figure: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly why: string;
  readonly details: readonly string[];
  readonly fix: readonly string[];
  /** What `--fix` would do. */
  readonly repairs: readonly string[];
}

export interface RepairRow {
  readonly what: string;
  readonly outcome: 'done' | 'failed';
  readonly said: string;
}

export interface DoctorDocument {
  readonly schema: 'tradectl.doctor/1';
  readonly as_of_ms: number;
  readonly home: string;
  /** A mistyped home is in order in every check: there is nothing in it. */
  readonly home_state: 'used' | 'new' | 'missing' | 'hidden';
  /** Nothing warns and nothing fails. */
  readonly healthy: boolean;
  /** Why the venue did not answer what it was asked; null when it did, or was not asked. */
  readonly venue_unanswered: string | null;
  /** Why no question went out though `--venue` was said; null when one did, or it was not said. */
  readonly venue_not_asked: string | null;
  readonly checks: readonly CheckRow[];
  /** What `--fix` did; empty without it. */
  readonly repaired: readonly RepairRow[];
}

/** Lives that are looked at: a restart loop of a day is longer than a week of quiet. */
const LIVES = 500;

/** In the order of the names. */
export async function examine(request: DoctorRequest): Promise<CheckResult[]> {
  const { only } = request;
  const all = [...allChecks(request), ...configurationChecks(request)];
  const checks = all.filter(({ name }) => only === null || only.includes(name));
  const order = (check: Check): number => CHECK_NAMES.indexOf(check.name);
  return runChecks(checks.toSorted((a, b) => order(a) - order(b)));
}

function allChecks({ host, config, nowMs, venueClock }: DoctorRequest): Check[] {
  const { home } = config;
  const paths = homePaths(home);
  const lock = once(() => lockState(paths));
  const lives = once(() => readHomeOrNull(config.home, (db) => recentRuns(db, LIVES)) ?? []);
  const inside = [
    ...fileChecks(host, { home, cwd: config.cwd, ownNames: ownNames(home) }),
    ...homeChecks({ host, paths, nowMs, lock, lives }),
  ];
  return [
    ...memoryChecks(host, memoryNeed(lock, lives)),
    ...diskChecks(host, home, () => mayHaveBot(lock)),
    clockCheck(host, venueClock),
    ...inside.map((check) => (check.name === 'umask' ? check : ofHome(check, host, home))),
    ...versionChecks(host, sqliteVersion),
    databaseCheck(host, paths),
    ...serviceChecks(host, home),
  ];
}

/** A lock that cannot be asked may be held by one. */
function mayHaveBot(lock: () => LockState): boolean {
  try {
    return runningBot(lock()) !== 'none';
  } catch {
    return true;
  }
}

const CONFIGURATION_WHY = 'The bot does not start with a broken one.';
const KEY_WHY = 'Whoever gets hold of a key that may withdraw takes the money.';

/** The schema of the configuration is loaded only by who asks for it: on a small host 8 MB are many. */
function configurationChecks({ host, config, checkKey }: DoctorRequest): Check[] {
  const load = () => import('./configuration-checks.ts');
  const asked = [`tradectl doctor --only key --venue --home ${shellWord(config.home)}`];
  const checks: Check[] = [
    {
      name: 'configuration',
      why: CONFIGURATION_WHY,
      run: async () => (await load()).checkConfiguration(config),
    },
    {
      name: 'key',
      why: KEY_WHY,
      otherwise: asked,
      run: async () => (await load()).checkKeyRights(config, checkKey),
    },
  ];
  return checks.map((check) => ofHome(check, host, config.home));
}

export function doctorDocument(
  request: DoctorRequest,
  results: readonly CheckResult[],
  repaired: readonly RepairRow[],
): DoctorDocument {
  const unanswered = request.unanswered();
  return {
    schema: 'tradectl.doctor/1',
    as_of_ms: request.nowMs,
    home: request.config.home,
    home_state: homeState(request.host, request.config.home),
    healthy: results.every(({ verdict }) => verdict !== 'warn' && verdict !== 'fail'),
    venue_unanswered: unanswered?.asked === true ? unanswered.why : null,
    venue_not_asked: unanswered?.asked === false ? unanswered.why : null,
    checks: results.map((result) => ({
      name: result.name,
      verdict: result.verdict,
      figure: result.figure,
      numbers: result.numbers,
      why: result.why,
      details: result.details,
      fix: result.fix,
      repairs: result.repairs.map(({ what }) => what),
    })),
    repaired,
  };
}

function homeState(host: Host, home: string): DoctorDocument['home_state'] {
  if (host.hidden(home) !== null) return 'hidden';
  if (host.stat(home) === null) return 'missing';
  return host.stat(homePaths(home).state) === null ? 'new' : 'used';
}

/** Carries out what the checks offered, one by one; what fails is told and does not stop the rest. */
export function repairAll(results: readonly CheckResult[]): RepairRow[] {
  return results
    .flatMap(({ repairs }) => repairs)
    .map((repair) => {
      try {
        return { what: repair.what, outcome: 'done', said: repair.run() };
      } catch (error) {
        const said = messageOf(error);
        return { what: repair.what, outcome: 'failed', said };
      }
    });
}

/** Asked at most once; a failure is asked again and fails again, in each check that needs it. */
function once<T>(ask: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: ask() }).value;
}

/** What this home's bot took at its peak; a journal that cannot be read tells nothing. */
function memoryNeed(
  lock: () => LockState,
  lives: () => readonly RunLife[],
): { peakBytes: number | null; botPid: number | null } {
  const quietly = <T>(ask: () => T): T | null => {
    try {
      return ask();
    } catch {
      return null;
    }
  };
  const bot = quietly(() => runningBot(lock()));
  const peaks = (quietly(lives) ?? []).flatMap(({ rssMaxBytes, lastRssBytes }) => {
    return rssMaxBytes ?? lastRssBytes ?? [];
  });
  return {
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    botPid: bot !== null && typeof bot === 'object' ? bot.pid : null,
  };
}

function ownNames(home: string): string[] {
  const { dir, ...files } = homePaths(home);
  return Object.values(files).map((path) => path.slice(join(dir, '/').length));
}
