/**
 * `tradectl run`: flags to options, progress on a terminal, the summary at the end. The first SIGINT or
 * SIGTERM stops the bot in order; the second ends the process at once, which is safe because start-up
 * and crash recovery are the same path.
 */
import type { LogLevel, RunHooks, RunOptions } from '../src/engine/run-options.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { Ms } from '../src/domain/clock.ts';
import { notifySupervisor } from '../src/host/notify-supervisor.ts';
import { leaveReportOnAbort } from '../src/host/abort-report.ts';
import { keepHeapSmall } from '../src/host/small-heap.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { progressLine, type ProgressLine } from './output/progress-line.ts';
import { summaryText } from './output/run-summary.ts';
import { safeText } from './output/safe-text.ts';
import { stopOnSignals } from './stop-on-signals.ts';

export interface RunFlags {
  readonly feed?: string;
  readonly from?: Ms;
  readonly to?: Ms;
  readonly speed: string;
  readonly cycles?: number;
  readonly once?: boolean;
  readonly venue?: string;
  readonly mode?: string;
  readonly rehearse?: string;
  readonly confirm?: string;
}

export async function run(context: Context, flags: RunFlags): Promise<number> {
  const options = runOptions(context, flags);
  keepHeapSmall();
  if (options.home !== null) leaveReportOnAbort(options.home);
  // After the flags: a usage error must not wait for the engine.
  const { runBot } = await import('../src/engine/run.ts');
  const progress = progressLine(context);
  const stop = stopOnSignals({
    announce: (name) => {
      progress.clear();
      context.err(`tradectl: ${name}: stopping in order; once more to stop at once\n`);
    },
  });
  try {
    const result = await runBot(options, hooks(context, progress, stop.signal));
    progress.clear();
    context.out(context.json ? jsonLine(result.summary) : summaryText(context, result));
    return result.exitCode;
  } finally {
    progress.clear();
    stop.release();
  }
}

/** Typed options; throws USAGE for flags that contradict each other. */
export function runOptions(context: Context, flags: RunFlags): RunOptions {
  const usage = (message: string, hint: string): never => {
    throw new TradectlError('USAGE', message, { hint });
  };
  const { from = null, to = null, speed } = flags;
  if (speed !== 'max' && speed !== 'real') {
    return usage(`--speed ${JSON.stringify(speed)} is unknown`, 'use --speed max or --speed real');
  }
  if (from !== null && to !== null && from >= to) {
    return usage('--from is not before --to', 'both are UTC: --from 2023-01-01 --to 2023-02-01');
  }
  if (flags.once === true && flags.cycles !== undefined) {
    return usage('--once and --cycles exclude each other', 'use --cycles 1 or --once');
  }
  return {
    home: context.homeIsNamed ? context.home : null,
    configFile: context.configFile,
    feed: flags.feed ?? null,
    from,
    to,
    speed,
    cycles: flags.cycles ?? null,
    once: flags.once === true,
    rehearse: flags.rehearse ?? null,
    confirm: flags.confirm ?? null,
    env: context.env,
    overrides: overridesOf(flags),
  };
}

/** A rehearsal goes the way of live trading unless it is asked for prices only. */
function overridesOf({ venue, mode, rehearse }: RunFlags): Record<string, string> {
  const meant = mode ?? (rehearse === undefined ? undefined : 'live');
  return {
    ...(venue === undefined ? {} : { venue }),
    ...(meant === undefined ? {} : { mode: meant }),
  };
}

function hooks(context: Context, progress: ProgressLine, signal: AbortSignal): RunHooks {
  return {
    progress: (now) => progress.draw(now),
    log: (level: LogLevel, line: string) => {
      if (level === 'debug') return;
      progress.clear();
      const mark = level === 'info' ? '' : `${level}: `;
      context.err(`${mark}${safeText(line)}\n`);
    },
    signal,
    supervisor: notifySupervisor({
      env: context.env,
      clock: context.clock,
      onFailure: (why) =>
        context.err(`error: the service manager cannot be told: ${safeText(why)}\n`),
    }),
  };
}
