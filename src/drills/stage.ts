/**
 * Where a drill plays: a scratch folder with a feed and a home in it. Collects what was done, said and
 * checked, step by step.
 */
import { join } from 'node:path';
import { homePaths, type HomePaths } from '../core/home.ts';
import { ms, type Clock } from '../domain/clock.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { Check, Step } from './drill.ts';
import { startProgram, type Ended, type Living, type Program } from './program.ts';

/** Commands run in the scratch folder, on the home `bot` in it. */
const HOME = ['--home', 'bot'] as const;

type Json = Readonly<Record<string, unknown>>;

export interface Stage {
  readonly dir: string;
  readonly feed: string;
  readonly home: HomePaths;
  readonly clock: Clock;
  /** Waits; ends early when the drill is stopped. */
  pause(milliseconds: number): Promise<void>;
  /** Begins a step: one sentence on what the old bot did, or on what happens now. */
  step(title: string): void;
  /** Runs a command of the program and shows it; a step shows one thing, what follows gets its own. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Starts the program and shows the command; it lives on. */
  start(...args: readonly string[]): Living;
  /** The document of a command, for checks; not shown. */
  ask(...args: readonly string[]): Promise<Json>;
  /** Something that was found without a command, as lines. */
  show(lines: readonly string[]): void;
  /** `found` tells what is there when the claim does not hold. */
  check(claim: string, holds: boolean, found?: unknown): void;
  /** Ends the last step. */
  end(): void;
}

export interface StageOptions {
  readonly dir: string;
  readonly program: Program;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStep: (step: Step) => void;
}

interface Open {
  title: string;
  command: string | null;
  exit: number | null;
  output: string | null;
  errors: string | null;
  checks: Check[];
}

export function createStage(options: StageOptions): Stage {
  const { dir, program, onStep } = options;
  let open: Open | null = null;
  const end = (): void => {
    if (open !== null) onStep(open);
    open = null;
  };
  const step = (title: string): Open => {
    end();
    open = { title, command: null, exit: null, output: null, errors: null, checks: [] };
    return open;
  };
  const current = (): Open => open ?? step('');
  const shown = (args: readonly string[]): Open => {
    const isFree = current().command === null && current().output === null;
    const at = isFree ? current() : step('');
    at.command = `tradectl ${whole(args).map(shellWord).join(' ')}`;
    return at;
  };
  const begin = (args: readonly string[]): Living =>
    startProgram(program, whole(args), { dir, signal: options.signal });
  return {
    dir,
    feed: join(dir, 'feed'),
    home: homePaths(join(dir, 'bot')),
    clock: options.clock,
    pause: (milliseconds) => options.clock.sleep(ms(milliseconds), options.signal),
    step: (title) => void step(title),
    async run(...args) {
      const at = shown(args);
      const ended = await begin(args).ended;
      at.exit = ended.exit;
      at.output = ended.stdout;
      at.errors = ended.stderr;
      return ended;
    },
    start(...args) {
      shown(args);
      return begin(args);
    },
    async ask(...args) {
      const { stdout, stderr } = await begin([...args, '--json']).ended;
      return JSON.parse(stdout === '' ? stderr : stdout) as Json;
    },
    show: (lines) => {
      const at = current();
      at.output = `${at.output ?? ''}${lines.map((line) => `${line}\n`).join('')}`;
    },
    check: (claim, holds, found) => {
      const told = holds ? null : found === undefined ? 'it does not' : asText(found);
      current().checks.push({ claim, holds, found: told });
    },
    end,
  };
}

/** A database of another bot has no home. */
function whole(args: readonly string[]): readonly string[] {
  return args.includes('--db') ? args : [...args, ...HOME];
}

function asText(found: unknown): string {
  return typeof found === 'string' ? found : (JSON.stringify(found) ?? 'nothing');
}
