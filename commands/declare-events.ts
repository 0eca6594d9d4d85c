/** Commands about the journal itself: what stands in it, what does not, and whether it can be believed. */
import type { Command } from 'commander';
import { examples, type Dispatch } from './dispatch.ts';
import type { EventsFlags } from './events.ts';
import type { GapFlags } from './events-gap.ts';
import type { VerifyFlags } from './events-verify.ts';
import { countFlag, databaseFlag, seqFlag, sinceFlag } from './flags.ts';

export function declareEvents(program: Command, dispatch: Dispatch): void {
  const events = program.command('events').description('the journal: what it holds, its holes');
  declareReading(events, dispatch);
  declareChecking(events, dispatch);
}

function declareReading(events: Command, dispatch: Dispatch): void {
  events
    .command('tail')
    .description('the newest events, one line each')
    .option('-f, --follow', 'go on printing new ones until Ctrl-C')
    .option(
      '--since <when>',
      'after a sequence number, a UTC time or an age: 2h, 30m, 1d',
      sinceFlag,
    )
    .option('--type <type>', 'only this type, for example FILL')
    .option('--symbol <symbol>', 'only this market')
    .option('-n, --limit <n>', 'how many to begin with: 20, all with --since', countFlag)
    .addHelpText(
      'after',
      examples(
        'tradectl events tail -f',
        'tradectl events tail --since 2h',
        'tradectl events tail --type FILL --symbol TON',
      ),
    )
    .action((flags: EventsFlags) =>
      dispatch(async (context) => (await import('./events.ts')).tail(context, flags)),
    );
  events
    .command('show <seq>')
    .description('everything of one event: its run, its lag, its hash, what it belongs to')
    .addHelpText('after', examples('tradectl events show 1200', 'tradectl events show 1200 --json'))
    .action((written: string) =>
      dispatch(async (context) =>
        (await import('./events-show.ts')).showEvent(context, seqFlag(written)),
      ),
    );
  events
    .command('stats')
    .description('events by type, rate, span, lag between happening and recording, size')
    .addHelpText('after', examples('tradectl events stats', 'tradectl events stats --json'))
    .action(() =>
      dispatch(async (context) => (await import('./events-stats.ts')).eventStats(context)),
    );
}

function declareChecking(events: Command, dispatch: Dispatch): void {
  events
    .command('gap')
    .description('every hole: lost events, silence, deaths, late events, the log, the venue')
    .option('--venue', 'also what happened at the venue meanwhile')
    .option('--log <file...>', 'log files to compare instead of the own log of the home')
    .option('--since <when>', 'only holes after a number, a UTC time or an age', sinceFlag)
    .option('--full', 'read everything again, not only what is new since the last look')
    .option('--db <file>', "another bot's incident (import-events), or a backup", databaseFlag)
    .addHelpText(
      'after',
      examples('tradectl events gap', 'tradectl events gap --venue', 'tradectl events gap --full'),
    )
    .action((flags: GapFlags) =>
      dispatch(async (context) => (await import('./events-gap.ts')).gap(context, flags)),
    );
  events
    .command('verify')
    .description('hash chain, contiguity, references; exit 1 when anything is wrong')
    .option('--fold', 'also: the registry is what its events say (reads everything)')
    .option('--full', 'verify from the first event, whatever was verified before')
    .option('--db <file>', "another bot's incident (import-events), or a backup", databaseFlag)
    .addHelpText(
      'after',
      examples('tradectl events verify', 'tradectl events verify --full --fold'),
    )
    .action((flags: VerifyFlags) =>
      dispatch(async (context) => (await import('./events-verify.ts')).verify(context, flags)),
    );
}
