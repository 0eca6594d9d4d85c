/** Commands about the lives of the bot: how each ended, and what it said. */
import type { Command } from 'commander';
import type { DeathsFlags } from './deaths.ts';
import { examples, type Dispatch } from './dispatch.ts';
import { rowsFlag } from './flags.ts';

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
  declareInternal(program, dispatch);
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
