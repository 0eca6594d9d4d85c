/** Commands about files: candles, config, backup, another bot's files. */
import type { Command } from 'commander';
import { examples, type Dispatch } from './dispatch.ts';
import { databaseFlag } from './flags.ts';
import type { RestoreFlags } from './restore.ts';
import type { ImportEventsFlags } from './import-events.ts';

export function declareData(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Files:');
  declareCandles(program, dispatch);
  declareConfig(program, dispatch);
  program
    .command('backup <file>')
    .description('copy the journal and registry, also while the bot runs, and verify')
    .addHelpText('after', examples('tradectl backup ./state-2023-01-31.db'))
    .action((file: string) =>
      dispatch(async (context) => (await import('./backup.ts')).backup(context, file)),
    );
  program
    .command('restore <file>')
    .description('put a verified backup in the place of the journal; the old one is kept')
    .option('--yes', 'into a home without a journal: do not ask')
    .option('--confirm <account>', 'the name of its account, instead of typing it')
    .addHelpText(
      'after',
      examples(
        'tradectl restore ./state-2023-01-31.db',
        'tradectl restore ./state-2023-01-31.db --confirm paper',
      ),
    )
    .action((file: string, flags: RestoreFlags) =>
      dispatch(async (context) => (await import('./restore.ts')).restore(context, file, flags)),
    );
  declareImport(program, dispatch);
}

function declareImport(program: Command, dispatch: Dispatch): void {
  program
    .command('import-events <files...>')
    .description("another bot's events, positions, signals and log, to ask questions of")
    .requiredOption('--db <file>', 'forensic database to create or add to', databaseFlag)
    .option('--map <file>', 'TOML: which column is what, how a log line looks')
    .option('--replace', 'put a file in the place of what was imported under its name before')
    .addHelpText(
      'after',
      examples(
        'tradectl import-events events.jsonl positions.csv bot.log --db incident.db',
        'tradectl import-events dump/* --map map.toml --db incident.db',
        'tradectl trace RSRUSDT --db incident.db',
      ),
    )
    .action((files: string[], flags: ImportEventsFlags) =>
      dispatch(async (context) =>
        (await import('./import-events.ts')).importEvents(context, files, flags),
      ),
    );
}

function declareCandles(program: Command, dispatch: Dispatch): void {
  const candles = program.command('candles').description('the candle cache of this home');
  candles
    .command('import <path>')
    .description('import a CSV file or a directory; all of it or nothing')
    .addHelpText(
      'after',
      examples('tradectl candles import TON_USD_USD-4h.csv', 'tradectl candles import ./4h'),
    )
    .action((path: string) =>
      dispatch(async (context) => (await import('./candles.ts')).importFiles(context, path)),
    );
  candles
    .command('verify')
    .description('gaps and candles that cannot be right; exit 1 when there are any')
    .addHelpText('after', examples('tradectl candles verify'))
    .action(() => dispatch(async (context) => (await import('./candles.ts')).verify(context)));
}

function declareConfig(program: Command, dispatch: Dispatch): void {
  const config = program.command('config').description('the configuration and where it comes from');
  config
    .command('show')
    .description('every value with its source; secrets are masked')
    .addHelpText('after', examples('tradectl config show'))
    .action(() => dispatch(async (context) => (await import('./config.ts')).show(context)));
  config
    .command('check')
    .description('every violation at once: path, value, rule; exit 1 when there are any')
    .addHelpText('after', examples('tradectl config check --config ./tradectl.toml'))
    .action(() => dispatch(async (context) => (await import('./config.ts')).check(context)));
  config
    .command('path')
    .description('the configuration file in use')
    .addHelpText('after', examples('tradectl config path'))
    .action(() => dispatch(async (context) => (await import('./config.ts')).path(context)));
}
