/** `tradectl import-events FILE...`: another bot's events, positions, signals and log into a forensic database. */
import { resolve } from 'node:path';
import { importIncident, type ImportDocument } from '../src/forensics/foreign/import-incident.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeWord } from './output/named-home.ts';
import { safeText } from './output/safe-text.ts';
import { printTable } from './output/table.ts';

export interface ImportEventsFlags {
  readonly db: string;
  readonly map?: string;
}

export async function importEvents(
  context: Context,
  files: readonly string[],
  flags: ImportEventsFlags,
): Promise<number> {
  const document = importIncident(
    { files, map: flags.map ?? null, db: resolve(flags.db) },
    context.clock.now(),
  );
  if (context.json) context.out(jsonLine(document));
  else await print(context, document, flags.db);
  for (const file of document.files) context.err(doubtsOf(file, document.bad_rows));
  return document.files.some(({ rows }) => rows === 0) ? 1 : 0;
}

/** What a person should look at before trusting the import, a line each; on standard error. */
function doubtsOf(file: ImportDocument['files'][number], bad: ImportDocument['bad_rows']): string {
  const first = bad.find((row) => row.file === file.file);
  const why = first === undefined ? '' : `, line ${first.line}: ${first.why}`;
  const lines = [
    file.rows > 0
      ? null
      : file.bad_rows === 0
        ? 'it holds no row'
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
  context.out(`\nNext:\n  tradectl trace SYMBOL ${named}\n  tradectl events gap ${named}\n`);
}
