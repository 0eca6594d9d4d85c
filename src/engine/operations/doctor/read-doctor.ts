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
import { homeChecks } from './home-checks.ts';

export interface DoctorRequest {
  readonly host: Host;
  readonly config: ConfigSource & { readonly home: string };
  readonly nowMs: Ms;
  /** Null: every check. */
  readonly only: readonly CheckName[] | null;
  readonly venueClock: VenueClock;
  readonly checkKey: () => Promise<KeyAnswer>;
  /** Asked after the checks: why the venue left one of them without an answer. */
  readonly unanswered: () => string | null;
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
  /** Nothing warns and nothing fails. */
  readonly healthy: boolean;
  /** Why the venue did not answer what it was asked; null when it did, or was not asked. */
  readonly venue_unanswered: string | null;
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
  const paths = homePaths(config.home);
  const lock = once(() => lockState(paths));
  const lives = once(() => readHomeOrNull(config.home, (db) => recentRuns(db, LIVES)) ?? []);
  return [
    ...memoryChecks(host, memoryNeed(lock, lives)),
    ...diskChecks(host, config.home),
    clockCheck(host, venueClock),
    ...fileChecks(host, { home: config.home, cwd: config.cwd, ownNames: ownNames(config.home) }),
    ...versionChecks(host, sqliteVersion),
    databaseCheck(host, paths),
    ...homeChecks({ host, paths, nowMs, lock, lives }),
    ...serviceChecks(host, config.home),
  ];
}

/** The schema of the configuration is loaded only by who asks for it: on a small host 8 MB are many. */
function configurationChecks({ config, checkKey }: DoctorRequest): Check[] {
  const load = () => import('./configuration-checks.ts');
  return [
    { name: 'configuration', run: async () => (await load()).checkConfiguration(config) },
    { name: 'key', run: async () => (await load()).checkKeyRights(config, checkKey) },
  ];
}

export function doctorDocument(
  request: DoctorRequest,
  results: readonly CheckResult[],
  repaired: readonly RepairRow[],
): DoctorDocument {
  return {
    schema: 'tradectl.doctor/1',
    as_of_ms: request.nowMs,
    home: request.config.home,
    healthy: results.every(({ verdict }) => verdict !== 'warn' && verdict !== 'fail'),
    venue_unanswered: request.unanswered(),
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
