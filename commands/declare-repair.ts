/** Commands that bring registry and venue together: reconcile, phantoms, quarantine. */
import { InvalidArgumentError, type Command } from 'commander';
import { SECOND, type Ms } from '../src/domain/clock.ts';
import { price, text, type DecimalText } from '../src/domain/decimal.ts';
import { parseDuration } from '../src/domain/setting.ts';
import { examples, type Dispatch } from './dispatch.ts';
import { reasonFlag } from './flags.ts';
import type { ImportFlags } from './phantoms.ts';
import type { LedgerFlags } from './quarantine-import.ts';
import type { ReleaseFlags, RetireFlags } from './quarantine.ts';
import type { ReconcileFlags } from './reconcile.ts';

const ROW = 'tradectl quarantine show row-1f2e3d4c5b6a7988';

export function declareRepair(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Repair:');
  declareReconcile(program, dispatch);
  declarePhantoms(program, dispatch);
  declareQuarantine(program, dispatch);
}

function declareReconcile(program: Command, dispatch: Dispatch): void {
  program
    .command('reconcile')
    .description('compare registry and venue; --apply repairs and protects')
    .option('--dry-run', 'only look (the default)')
    .option('--apply [file]', 'carry out a plan made now, or a saved one')
    .option('--symbol <symbol>', 'only this market; may be given again', collected)
    .option('--all', 'also list markets on which both agree')
    .option('--out <file>', 'save the plan as a file too')
    .option('--watch', 'look again until Ctrl-C, print what changed')
    .option('--interval <duration>', 'between two looks of --watch (5s)', intervalFlag)
    .option('--yes', 'do not ask')
    .option('--confirm <account>', 'the name of a live account, instead of typing it')
    .addHelpText(
      'after',
      examples(
        'tradectl reconcile',
        'tradectl reconcile --out plan.json',
        'tradectl reconcile --apply plan.json',
        'tradectl reconcile --apply --symbol TON --yes',
      ),
    )
    .action((flags: ReconcileFlags) =>
      dispatch(async (context) => (await import('./reconcile.ts')).reconcile(context, flags)),
    );
}

function declarePhantoms(program: Command, dispatch: Dispatch): void {
  const phantoms = program
    .command('phantoms')
    .description('positions at the venue that the registry does not know');
  phantoms
    .command('list')
    .description('what they are, and what an import would do')
    .addHelpText('after', examples('tradectl phantoms list', 'tradectl phantoms list --json'))
    .action(() =>
      dispatch(async (context) => (await import('./phantoms.ts')).listPhantoms(context)),
    );
  const importing = phantoms
    .command('import [symbol...]')
    .description('take them into the registry and protect them; never flattens')
    .option('--stop <price>', 'trigger price of the stop, for one symbol', priceFlag)
    .option('--stop-distance <share>', 'stop at this share from the mark: 0.03', shareFlag)
    .option('--no-stop', 'without a stop; leaves the alarm on, needs --reason')
    .option('--reason <text>', 'why, for the journal', reasonFlag)
    .option('--dry-run', 'only show it')
    .option('--yes', 'do not ask')
    .option('--confirm <account>', 'the name of a live account, instead of typing it')
    .addHelpText(
      'after',
      examples(
        'tradectl phantoms import',
        'tradectl phantoms import TON --stop 2.31',
        'tradectl phantoms import TON --no-stop --reason "hedged elsewhere"',
      ),
    );
  const given = stopsGiven(importing);
  importing.action((written: string[], flags: Omit<ImportFlags, 'stop' | 'withoutStop'>) =>
    dispatch(async (context) => {
      const { importPhantoms } = await import('./phantoms.ts');
      return importPhantoms(context, written, { flags: { ...flags, ...given() } });
    }),
  );
}

/** `--stop` and `--no-stop` are one value to commander, the last one wins; here both are told. */
function stopsGiven(importing: Command): () => Pick<ImportFlags, 'stop' | 'withoutStop'> {
  let stop: DecimalText | undefined;
  let withoutStop: true | undefined;
  importing.on('option:stop', (written: string) => (stop = priceFlag(written)));
  importing.on('option:no-stop', () => (withoutStop = true));
  return () => ({ stop, withoutStop });
}

function declareQuarantine(program: Command, dispatch: Dispatch): void {
  const quarantine = program
    .command('quarantine')
    .description('registry rows that were set aside: look, release, retire');
  quarantine
    .command('list')
    .description('rows that wait for an operator')
    .option('--all', 'also those released or retired')
    .addHelpText('after', examples('tradectl quarantine list', 'tradectl quarantine list --all'))
    .action((flags: { all?: boolean }) =>
      dispatch(async (context) => (await import('./quarantine.ts')).listQuarantine(context, flags)),
    );
  quarantine
    .command('show <row>')
    .description('a row as it was written, why it waits, what releasing does')
    .addHelpText('after', examples(ROW))
    .action((id: string) =>
      dispatch(async (context) => (await import('./quarantine.ts')).showQuarantined(context, id)),
    );
  quarantine
    .command('release <row>')
    .description('vouch for a row: it becomes an open position')
    .requiredOption('--reason <text>', 'why, for the journal', reasonFlag)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('tradectl quarantine release row-1f2e3d4c5b6a7988 --reason "checked by hand"'),
    )
    .action((id: string, flags: ReleaseFlags) =>
      dispatch(async (context) =>
        (await import('./quarantine.ts')).releaseRow(context, id, { flags }),
      ),
    );
  declareRetire(quarantine, dispatch);
  declareImport(quarantine, dispatch);
}

function declareImport(quarantine: Command, dispatch: Dispatch): void {
  quarantine
    .command('import <file>')
    .description('rows of a legacy ledger: JSON, JSON lines or CSV')
    .option('--dry-run', 'only say what would become of the rows')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'tradectl quarantine import positions.json --dry-run',
        'tradectl quarantine import positions.json --yes',
      ),
    )
    .action((file: string, flags: LedgerFlags) =>
      dispatch(async (context) =>
        (await import('./quarantine-import.ts')).importLedgerFile(context, file, { flags }),
      ),
    );
}

function declareRetire(quarantine: Command, dispatch: Dispatch): void {
  quarantine
    .command('retire [row...]')
    .description('done with rows: kept for ever, acted on never')
    .option('--reason <text>', 'why, for the journal', reasonFlag)
    .option('--all', 'every row in quarantine')
    .option('--older-than <duration>', 'with --all: only older ones, for example 30d', ageFlag)
    .option('--dry-run', 'only show it')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'tradectl quarantine retire row-1f2e3d4c5b6a7988 --reason "closed in 2022"',
        'tradectl quarantine retire --all --older-than 30d',
      ),
    )
    .action((ids: string[], flags: RetireFlags) =>
      dispatch(async (context) =>
        (await import('./quarantine.ts')).retireRows(context, ids, { flags }),
      ),
    );
}

function collected(written: string, before: readonly string[] = []): string[] {
  return [...before, written];
}

function ageFlag(written: string): Ms {
  try {
    return parseDuration(written);
  } catch {
    throw new InvalidArgumentError('Expected a duration, for example 30d or 12h.');
  }
}

/** Not below a second: each look is a few requests of a venue's budget. */
function intervalFlag(written: string): Ms {
  const interval = ageFlag(written);
  if (interval >= SECOND) return interval;
  throw new InvalidArgumentError('Expected 1s or more.');
}

function priceFlag(written: string): DecimalText {
  try {
    return text(price(written));
  } catch {
    throw new InvalidArgumentError('Expected a price above 0, for example 2.31.');
  }
}

function shareFlag(written: string): DecimalText {
  const share = priceFlag(written);
  if (price(share).lt(1)) return share;
  throw new InvalidArgumentError('Expected a share of the price below 1, for example 0.03.');
}
