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
  const nothing = document.files.filter(({ rows }) => rows === 0);
  for (const { file, bad_rows: bad } of nothing) {
    context.err(
      `${safeText(file)}: no row was understood (${bad} kept beside): UTF-8 text? a map (--map)?\n`,
    );
  }
  return nothing.length > 0 ? 1 : 0;
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
