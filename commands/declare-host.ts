/** Commands about the machine below the bot: its service unit. */
import type { Command } from 'commander';
import { examples, type Dispatch } from './dispatch.ts';
import type { ServiceFlags } from './service.ts';

export function declareHost(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Host:');
  program
    .command('service')
    .description('the systemd unit that runs this installation, and how to put it in force')
    .option('--user <name>', 'who runs the bot', 'tradectl')
    .option('--out <file>', 'save it there instead of printing it')
    .option('--yes', 'replace a file that differs without asking')
    .addHelpText(
      'after',
      examples(
        'tradectl service',
        'tradectl service --user tradectl --out tradectl.service',
        'tradectl service --home /srv/bot --out bot.service',
      ),
    )
    .action((flags: ServiceFlags) =>
      dispatch(async (context) => (await import('./service.ts')).service(context, flags)),
    );
}
