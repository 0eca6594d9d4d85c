/** The command that gives a bot a venue to practise on. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { MOST_SPEED } from '../src/domain/scaled-clock.ts';
import { parseDuration } from '../src/domain/setting.ts';
import { examples, type Dispatch } from './dispatch.ts';
import type { RehearseFlags } from './rehearse.ts';

export function declareRehearsal(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Rehearsal:');
  program
    .command('rehearse')
    .description('a local Kraken Futures on a recording, with faults on request')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', portFlag, 0)
    .option('--feed <dir>', 'directory of a recording (the bundled one)')
    .option('--faults <file>', 'JSON list of fault rules')
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
