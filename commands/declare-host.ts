/** Commands about the machine below the bot: its health, its service unit. */
import { InvalidArgumentError, type Command } from 'commander';
import { CHECK_NAMES, type CheckName } from '../src/host/check.ts';
import type { DoctorFlags } from './doctor.ts';
import { examples, type Dispatch } from './dispatch.ts';
import type { ServiceFlags } from './service.ts';

export function declareHost(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Host:');
  program
    .command('doctor')
    .description(
      'memory, disk, clock, files, database, service; exit 1 when any is wrong, 4 when an asked venue is silent',
    )
    .option('--fix', 'mend what is safe (files of ours), after asking')
    .option('--yes', 'with --fix: do not ask')
    .option('--venue', 'also ask the venue: its clock, and what the key may do')
    .option('--rehearse <url>', 'ask a local rehearsal venue in its place')
    .option('--only <names>', 'only these checks, with commas: memory,swap', onlyFlag)
    .addHelpText(
      'after',
      examples(
        'tradectl doctor',
        'tradectl doctor --only memory,swap',
        'tradectl doctor --fix',
        'tradectl doctor --venue --only key,clock',
        'tradectl doctor --json',
      ),
    )
    .action((flags: DoctorFlags) =>
      dispatch(async (context) => (await import('./doctor.ts')).doctor(context, flags)),
    );
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

/** Names of checks with commas between them. */
function onlyFlag(written: string): CheckName[] {
  return written.split(',').map((word) => {
    const name = CHECK_NAMES.find((each) => each === word.trim());
    if (name !== undefined) return name;
    throw new InvalidArgumentError(`Checks: ${CHECK_NAMES.join(', ')}.`);
  });
}
