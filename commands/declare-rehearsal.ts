/** The commands to practise with: a venue for a bot, past incidents for its operator. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { MOST_SPEED } from '../src/domain/scaled-clock.ts';
import { parseDuration } from '../src/domain/setting.ts';
import { examples, type Dispatch } from './dispatch.ts';
import type { DrillFlags } from './drill.ts';
import type { RehearseFlags } from './rehearse.ts';

export function declareRehearsal(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Rehearsal:');
  program
    .command('rehearse')
    .description('a local Kraken Futures on a recording, with faults on request')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', portFlag, 0)
    .option('--feed <dir>', 'directory of a recording (the bundled one)')
    .option('--faults <file>', 'JSON list of fault rules')
    .option('--seed <text>', 'same text: same key, ids and faults (drawn for each start)')
    .option('--speed <n>', 'times real time, 0 to 100000: 360 is a day in 4 minutes', speedFlag, 1)
    .option('--for <duration>', 'stop after this time, for example 10m', durationFlag)
    .addHelpText(
      'after',
      examples(
        'tradectl rehearse',
        'tradectl rehearse --port 8080 --faults ./faults.json',
        'tradectl rehearse --speed 360 --for 10m --json',
      ),
    )
    .action((flags: RehearseFlags) =>
      dispatch(async (context) => (await import('./rehearse.ts')).rehearse(context, flags)),
    );
  declareDrill(program, dispatch);
}

function declareDrill(program: Command, dispatch: Dispatch): void {
  program
    .command('drill [name]')
    .description('plays a past incident in a scratch home and checks what is done now')
    .option('--list', 'names and incidents, nothing is played')
    .option('--keep', 'keep the scratch folder, to look around in it')
    .addHelpText(
      'after',
      examples('tradectl drill --list', 'tradectl drill half-a-contract', 'tradectl drill --json'),
    )
    .action((name: string | undefined, flags: DrillFlags) =>
      dispatch(async (context) => (await import('./drill.ts')).drill(context, name ?? null, flags)),
    );
}

function portFlag(written: string): number {
  const port = Number(written);
  if (/^\d+$/.test(written) && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port, 0 to 65535.');
}

function speedFlag(written: string): number {
  const speed = Number(written);
  if (/^\d+(\.\d+)?$/.test(written) && speed <= MOST_SPEED) return speed;
  throw new InvalidArgumentError(`Expected a number, 0 to ${MOST_SPEED}.`);
}

/** The longest a timer can wait is 24 days. */
const LONGEST = 24 * 24 * 3_600_000;

function durationFlag(written: string): Ms {
  try {
    const duration = parseDuration(written);
    if (duration > 0 && duration <= LONGEST) return duration;
  } catch (error) {
    if (!(error instanceof TradectlError)) throw error;
  }
  throw new InvalidArgumentError('Expected a duration up to 24d, for example 30s or 10m.');
}
