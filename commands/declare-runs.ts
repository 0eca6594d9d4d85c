/** Commands about the lives of the bot: how each ended, and what it said. */
import { InvalidArgumentError, type Command } from 'commander';
import type { DeathsFlags } from './deaths.ts';
import { examples, type Dispatch } from './dispatch.ts';
import { rowsFlag, sinceFlag } from './flags.ts';
import type { LogsFlags } from './logs.ts';

export function declareRuns(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Looking:');
  program
    .command('deaths')
    .description('each life of the bot: start, end, how it ended, and how that is known')
    .option('--limit <n>', 'how many, newest first; 0 is all', rowsFlag, 10)
    .option('--unit <name>', 'ask systemd about this service unit')
    .addHelpText(
      'after',
      examples(
        'tradectl deaths',
        'tradectl deaths --unit tradectl.service',
        'tradectl deaths --json',
      ),
    )
    .action((flags: DeathsFlags) =>
      dispatch(async (context) => (await import('./deaths.ts')).deaths(context, flags)),
    );
  declareLogs(program, dispatch);
  declareInternal(program, dispatch);
}

function declareLogs(program: Command, dispatch: Dispatch): void {
  program
    .command('logs [file]')
    .description("what a log says, ours or any bot's; exit 1 when it says act now; - is stdin")
    .option('--explain', 'each pattern with its meaning, the next command and its last line')
    .option('--since <when>', 'only lines after a UTC time or an age (2h, 30m, 1d)', timeOrAge)
    .option('--unit <name>', 'read the journal of this systemd unit instead')
    .addHelpText(
      'after',
      examples(
        'tradectl logs --since 2h',
        'tradectl logs other-bot.log --explain',
        'tradectl logs --unit tradectl.service --json',
        'docker logs bot 2>&1 | tradectl logs -',
      ),
    )
    .action((file: string | undefined, flags: LogsFlags) =>
      dispatch(async (context) => (await import('./logs.ts')).logs(context, file ?? null, flags)),
    );
}

function timeOrAge(written: string): LogsFlags['since'] {
  const since = sinceFlag(written);
  if (!('seq' in since)) return since;
  throw new InvalidArgumentError(
    'Expected a UTC time (2023-01-31T16:00Z) or an age (2h, 30m, 1d).',
  );
}

/** Called by units, not by people: they are in no list of commands. */
function declareInternal(program: Command, dispatch: Dispatch): void {
  const internal = program.command('internal', { hidden: true }).description('for service units');
  internal
    .command('record-exit')
    .description('ExecStopPost of a unit: keeps how the service ended, for tradectl deaths')
    .addHelpText('after', examples('tradectl internal record-exit --home /var/lib/tradectl'))
    .action(() => dispatch(async (context) => (await import('./internal.ts')).recordExit(context)));
}
