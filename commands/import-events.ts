/** `tradectl import-events FILE...`: another bot's events, positions, signals and log into a forensic database. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { homePaths } from '../src/core/home.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { shellWord } from '../src/domain/shell-word.ts';
import { importIncident, type ImportDocument } from '../src/forensics/foreign/import-incident.ts';
import { listed } from '../src/forensics/verdict/words.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeWord } from './output/named-home.ts';
import { safeText } from './output/safe-text.ts';
import { printTable } from './output/table.ts';
import { wrapped } from './output/wrapped.ts';
import { isInside, realPlace } from './place.ts';

export interface ImportEventsFlags {
  readonly db: string;
  readonly map?: string;
  readonly replace?: boolean;
}

export async function importEvents(
  context: Context,
  files: readonly string[],
  flags: ImportEventsFlags,
): Promise<number> {
  const db = resolve(flags.db);
  refuseHome(context, db);
  const document = importIncident(
    { files, map: flags.map ?? null, db, replace: flags.replace === true },
    context.clock.now(),
  );
  if (context.json) context.out(jsonLine(document));
  else await print(context, document, flags.db);
  for (const file of document.files) context.err(doubtsOf(file, document.bad_rows));
  if (document.files.some(({ rows }) => rows === 0)) return 1;
  return document.files.some(({ bad_rows: bad }) => bad > 0) ? INCOMPLETE : 0;
}

/** As in the table of exit codes: some of it was not understood, look before relying on it. */
const INCOMPLETE = 6;

/** What is in the home of a bot is the bot's: a backup, a restore and a doctor would find a stranger there. */
function refuseHome(context: Context, db: string): void {
  const place = realPlace(db);
  const { state, lock } = homePaths(dirname(place));
  const isHome = existsSync(state) || existsSync(lock);
  // A bot's own journal is refused by its header, with what to do instead.
  if (existsSync(db) || !(isHome || isInside(place, realPlace(context.home)))) return;
  throw new TradectlError('DENIED', `${db} is in the home of a bot; no incident goes there`, {
    hint: 'name a file outside of it',
  });
}

/** What a person should look at before trusting the import, a line each; on standard error. */
function doubtsOf(file: ImportDocument['files'][number], bad: ImportDocument['bad_rows']): string {
  const first = bad.find((row) => row.file === file.file);
  const why = first === undefined ? '' : `, line ${first.line}: ${first.why}`;
  const lines = [
    file.rows > 0
      ? someBad(file, why)
      : file.bad_rows === 0
        ? 'it holds no row'
        : isTaken(file, bad)
          ? `no row was added, each of its numbers is taken (${file.bad_rows} kept beside${why}); a copy of the same events needs no import, a bot that counts for itself needs a database of its own (--db)`
          : `no row was understood (${file.bad_rows} kept beside${why}); name its columns or its lines in a map (--map)`,
    file.rows === 0 || file.understood_rows !== 0 ? null : notUnderstood(file),
    file.not_utf8_lines === 0
      ? null
      : `${file.not_utf8_lines === 1 ? '1 line is' : `${file.not_utf8_lines} lines are`} not UTF-8 and read as Windows-1252`,
    file.columns_not_found.length === 0
      ? null
      : `no row has what the map names: ${file.columns_not_found.join(', ')}`,
  ];
  return lines
    .filter((line) => line !== null)
    .map((line) => `${safeText(`${file.file}: ${line}`)}\n`)
    .join('');
}

function someBad(
  { rows, bad_rows: bad }: ImportDocument['files'][number],
  why: string,
): string | null {
  if (bad === 0) return null;
  return `${bad === 1 ? '1 row was' : `${bad} rows were`} not understood, or not in full, beside ${rows} that ${rows === 1 ? 'is' : 'are'} kept${why}`;
}

/** Another map helps nothing there. */
function isTaken(
  { file }: ImportDocument['files'][number],
  bad: ImportDocument['bad_rows'],
): boolean {
  const own = bad.filter((row) => row.file === file);
  return own.length > 0 && own.every(({ why }) => /^number \d+ is taken by /.test(why));
}

/** Its rows are kept and searched, and nothing is concluded from them. */
function notUnderstood({ kind, rows }: ImportDocument['files'][number]): string {
  return kind === 'log'
    ? `no line of it was understood (0 of ${rows}): a map says what its lines mean (--map, [log.says])`
    : `no event of it was understood (0 of ${rows}): a map says what its words mean (--map, [events.says])`;
}

async function print(context: Context, document: ImportDocument, db: string): Promise<void> {
  await printTable(
    context,
    [
      { header: 'FILE' },
      { header: 'KIND' },
      { header: 'ROWS', align: 'right' },
      { header: 'BAD', align: 'right' },
      { header: 'OUTCOME' },
    ],
    document.files.map((file) => [
      file.file,
      file.kind,
      String(file.rows),
      String(file.bad_rows),
      file.outcome,
    ]),
  );
  const bad = document.bad_rows.map(
    ({ file, line, why }) => `  ${safeText(`${file}:${line} ${why}`)}\n`,
  );
  if (bad.length > 0) context.out(`\nKept beside, not understood:\n${bad.join('')}`);
  const named = `--db ${safeWord(db)}`;
  const [first, ...others] = document.symbols;
  const trace =
    first === undefined
      ? `tradectl query events-by-type ${named}`
      : `tradectl trace ${safeText(shellWord(first))} ${named}`;
  context.out(`\nNext:\n  ${trace}\n  tradectl events gap ${named}\n`);
  if (others.length > 0)
    context.out(
      `${wrapped(safeText(`Markets to trace: ${listed(document.symbols)}.`), { first: '', next: '  ' }).join('\n')}\n`,
    );
}
