/** The command that asks the journal in SQL. */
import { InvalidArgumentError, type Command } from 'commander';
import { HOUR, type Ms } from '../src/domain/clock.ts';
import { parseDuration } from '../src/domain/setting.ts';
import { examples, type Dispatch } from './dispatch.ts';
import { databaseFlag, rowsFlag } from './flags.ts';
import type { QueryFlags } from './query.ts';

export function declareQuery(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Looking:');
  program
    .command('query [sql]')
    .description('ask in SQL, read-only, also while the bot runs; or a saved question')
    .option('--list', 'saved questions and views')
    .option('--schema <view>', 'the columns of a view')
    .option('--db <file>', 'a backup or an imported incident instead of the home', databaseFlag)
    .option('--csv', 'comma-separated, for a spreadsheet')
    .option('--box', 'drawn as a box')
    .option('--limit <n>', 'how many rows; 0 is all (10000)', rowsFlag)
    .option('--timeout <duration>', 'after this the query is killed (10s)', timeoutFlag)
    .addHelpText(
      'after',
      examples(
        'tradectl query --list',
        'tradectl query late-events',
        'tradectl query "SELECT symbol, stop FROM v_positions WHERE status = \'open\'"',
        'tradectl query --csv --limit 0 "SELECT * FROM v_fills" > fills.csv',
        'tradectl query - < question.sql',
      ),
    )
    .action((asked: string | undefined, flags: QueryFlags) =>
      dispatch(async (context) =>
        (await import('./query.ts')).query(context, asked ?? null, flags),
      ),
    );
}

function timeoutFlag(written: string): Ms {
  const wrong = 'Expected a duration from 1s to 1h, for example 30s.';
  try {
    const timeout = parseDuration(written);
    if (timeout >= 1_000 && timeout <= HOUR) return timeout;
  } catch {
    throw new InvalidArgumentError(wrong);
  }
  throw new InvalidArgumentError(wrong);
}
