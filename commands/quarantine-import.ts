/**
 * `tradectl quarantine import FILE`: the rows of another ledger, into the registry or beside it. It writes to the
 * journal for good, so it says what would become of the rows and asks; a dry run only says it.
 */
import type { LedgerImport } from '../src/engine/operations/import-ledger.ts';
import { readLedger } from '../src/engine/operations/read-ledger.ts';
import { confirmMild, type Ask } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { paragraph } from './output/plan-lines.ts';

export interface LedgerFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Throws USAGE for a file that is no ledger, NOT_CONFIRMED, LOCK_HELD beside a running bot. */
export async function importLedgerFile(
  context: Context,
  file: string,
  { flags, ask }: { flags: LedgerFlags; ask?: Ask },
): Promise<number> {
  const rows = readLedger(file);
  const engine = await import('../src/engine/operations/request-plan.ts');
  const told: Told = { file, count: rows.length, dryRun: flags.dryRun === true };
  if (told.dryRun) {
    tell(context, told, await engine.requestLedgerPreview(context.home, { file, rows }));
    return 0;
  }
  const isAsking = context.canPrompt && flags.yes !== true;
  if (isAsking) {
    const preview = await engine.requestLedgerPreview(context.home, { file, rows });
    context.err(countsText(context, { ...told, dryRun: true }, preview));
  }
  const question = { what: `import ${rowsText(rows.length)} of ${file}`, yes: flags.yes === true };
  await (ask === undefined ? confirmMild(context, question) : confirmMild(context, question, ask));
  const by = operatorOf(context);
  tell(context, told, await engine.requestLedgerImport(context.home, { file, rows, by }));
  return 0;
}

interface Told {
  readonly file: string;
  /** Rows in the file. */
  readonly count: number;
  readonly dryRun: boolean;
}

function tell(context: Context, told: Told, result: LedgerImport): void {
  if (context.json) return context.out(documentOf(context, told, result));
  context.out(countsText(context, told, result));
  if (told.dryRun) return context.out('Dry run: nothing was written.\n');
  // Alone on its line and never broken: it is there to be copied.
  if (result.backup !== null) context.out(`backup: ${result.backup}\n`);
  context.out('  tradectl reconcile\n');
}

function documentOf({ clock }: Context, told: Told, result: LedgerImport): string {
  const { positions, staged, malformed, closed, known, backup } = result;
  return jsonLine({
    schema: 'tradectl.ledger_import/1',
    as_of_ms: clock.now(),
    file: told.file,
    dry_run: told.dryRun,
    rows: told.count,
    positions,
    staged,
    malformed,
    closed,
    known,
    backup,
  });
}

function countsText({ columns }: Context, told: Told, result: LedgerImport): string {
  const { positions, staged, malformed, closed, known } = result;
  const begin = `${rowsText(told.count)}${told.dryRun ? ' would give' : ''}`;
  const counts = `${positions} open positions, ${closed} closed ones, ${staged} that wait for a look (${malformed} of them malformed), ${known} imported before`;
  const width = Math.min(80, columns);
  return paragraph(`${begin}: ${counts}.`, { indent: 0, width })
    .map((line) => `${line}\n`)
    .join('');
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
