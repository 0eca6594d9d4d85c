/**
 * What a check answers. Each stands alone: one that throws is `unknown` with its reason, and the others go on,
 * because the host a doctor is called to is not a healthy one.
 */
import { messageOf } from '../domain/errors.ts';

export type Verdict = 'ok' | 'warn' | 'fail' | 'unknown';

export interface CheckResult {
  readonly name: CheckName;
  readonly verdict: Verdict;
  /** The number, in a few words: `0 MB of swap, 961 MB of memory`. */
  readonly figure: string;
  /** The same for programs. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Why it matters; one or two sentences. */
  readonly why: string;
  /** What was seen besides the number, a line each. */
  readonly details: readonly string[];
  /** Commands, one a line, in order; lines that are none begin with `#`. */
  readonly fix: readonly string[];
  /** What `--fix` would do about it. */
  readonly repairs: readonly Repair[];
}

/** Something that can be put right without being asked twice: ours, small, and reversible. */
export interface Repair {
  /** As an order: `chmod 0600 /home/x/.tradectl/state.db`. */
  readonly what: string;
  /** Returns what was done; throws when it could not be. */
  run(): string;
}

/** In the order in which they are printed. */
export const CHECK_NAMES = [
  'memory',
  'swap',
  'load',
  'disk',
  'filesystem',
  'fsync',
  'ballast',
  'clock',
  'modes',
  'umask',
  'secrets',
  'node',
  'sqlite',
  'database',
  'wal',
  'lock',
  'configuration',
  'key',
  'service',
  'journald',
  'deaths',
  'restarts',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** What a check gives; what it leaves out is empty. */
export type Finding = Pick<CheckResult, 'verdict' | 'figure' | 'why'> &
  Partial<Pick<CheckResult, 'numbers' | 'details' | 'fix' | 'repairs'>>;

export interface Check {
  readonly name: CheckName;
  /** Why it matters, also when nothing can be seen. */
  readonly why: string;
  /** How to find out where it cannot be seen from here; as `fix`. */
  readonly otherwise?: readonly string[];
  run(): Finding | Promise<Finding>;
}

/** Runs the checks one after the other; never throws. */
export async function runChecks(checks: readonly Check[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) results.push(await runCheck(check));
  return results;
}

async function runCheck(check: Check): Promise<CheckResult> {
  const empty = { name: check.name, numbers: {}, details: [], fix: [], repairs: [] };
  try {
    return inLines({ ...empty, ...(await check.run()) });
  } catch (error) {
    const [figure, { why, otherwise: fix = [] }] = [messageOf(error), check];
    return inLines({ ...empty, verdict: 'unknown', figure, why, fix });
  }
}

/** What others say may have several lines: the first is the figure, and no line holds another. */
function inLines(result: CheckResult): CheckResult {
  const [figure = '', ...rest] = result.figure.split('\n');
  const details = [...rest, ...result.details].flatMap((text) => text.split('\n'));
  return { ...result, figure, details: details.filter((line) => line.trim() !== '') };
}
