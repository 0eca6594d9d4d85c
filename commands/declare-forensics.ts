/** Commands that answer what happened: trace. */
import type { Command } from 'commander';
import { examples, type Dispatch } from './dispatch.ts';
import { databaseFlag } from './flags.ts';
import type { TraceFlags } from './trace.ts';

export function declareForensics(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('What happened:');
  program
    .command('trace <ref>')
    .description('one position, order, signal or market: its timeline, and what follows from it')
    .option('--venue', 'ask the venue too')
    .option('--log <file...>', 'log files beside the journal')
    .option('--html <file>', 'write a page with chart, timeline and verdict')
    .option('--db <file>', "another bot's incident (import-events), or a backup", databaseFlag)
    .option('--all', 'every position of a market, not the newest and the open ones')
    .option('--yes', 'replace a page that trace wrote')
    .addHelpText(
      'after',
      `
REF is a market, a position id, signal id, client or venue order id, trade id,
correlation id or the number of an event; position:, signal:, order:, trade:,
correlation: or seq: before it says which. --venue asks through the running bot;
without one it holds the lock of the home meanwhile. No event is written.
`,
    )
    .addHelpText(
      'after',
      examples(
        'tradectl trace SOL',
        'tradectl trace pos-f3045fdae37b6dac --html sol.html',
        'tradectl trace 2126 --json',
        'tradectl trace RSRUSDT --db incident.db',
      ),
    )
    .action((ref: string, flags: TraceFlags) =>
      dispatch(async (context) => (await import('./trace.ts')).trace(context, ref, flags)),
    );
}
