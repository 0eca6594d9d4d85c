/**
 * What another bot left behind, into a forensic database: each file all or nothing, then what only the whole
 * can tell, the lives of the process and when counts prove that events were written.
 */
import { basename } from 'node:path';
import {
  dateByCounts,
  heldPaths,
  inForensicWords,
  openForeignStore,
  renameFiles,
  replaceRuns,
  setZone,
  type ForeignFile,
} from '../../core/foreign-store.ts';
import type { Db } from '../../core/database.ts';
import type { Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import { deriveLives } from './derive-lives.ts';
import { kindOf, readFieldMap, type FieldMap } from './field-map.ts';
import { importFile, type ImportedFile } from './import-file.ts';
import { fullPath, namesOf } from './name-files.ts';

export interface BadRow {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

export interface ImportDocument {
  readonly schema: 'tradectl.events_import/1';
  readonly as_of_ms: number;
  readonly db: string;
  readonly files: readonly {
    readonly file: string;
    readonly kind: string;
    readonly outcome: string;
    readonly rows: number;
    readonly bad_rows: number;
    readonly understood_rows: number | null;
    readonly not_utf8_lines: number;
    readonly columns_not_found: readonly string[];
  }[];
  /** The first of them; all are in `v_bad_rows`. */
  readonly bad_rows: readonly BadRow[];
  readonly runs: number;
}

const BAD_ROWS_SHOWN = 20;

/**
 * Throws FILE_INVALID for a map or file that cannot be read (files before it stay imported) or a file of no
 * known kind (nothing is imported), STORE_* for a database that is not forensic.
 */
export function importIncident(
  request: { readonly files: readonly string[]; readonly map: string | null; readonly db: string },
  nowMs: Ms,
): ImportDocument {
  const map = readFieldMap(request.map);
  const found = request.files.map((path) => ({ path: fullPath(path), kind: kindIn(map, path) }));
  const db = openForeignStore(request.db);
  const work = (): ImportDocument => {
    if (request.map !== null) setZone(db, map.zone);
    const names = namesOf([...heldPaths(db), ...found.map(({ path }) => path)]);
    const files: ImportedFile[] = [];
    try {
      for (const { path, kind } of found) {
        const name = names.get(path) ?? basename(path);
        files.push(importFile(db, { path, kind, name }, map, nowMs));
      }
    } finally {
      renameFiles(db, namesOf(heldPaths(db)));
      dateByCounts(db);
      replaceRuns(db, deriveLives(db));
    }
    return documentOf(db, { db: request.db, files, nowMs });
  };
  try {
    return inForensicWords(request.db, work);
  } finally {
    db.close();
  }
}

function kindIn(map: FieldMap, path: string): ForeignFile['kind'] {
  const kind = kindOf(map, basename(path));
  if (kind !== null) return kind;
  throw new TradectlError('FILE_INVALID', `${path}: neither events, positions, signals nor log`, {
    hint: 'name it so (events.jsonl, bot.log), or give a map with files = "..." for its kind',
  });
}

function documentOf(
  db: Db,
  { db: path, files, nowMs }: { db: string; files: readonly ImportedFile[]; nowMs: Ms },
): ImportDocument {
  const bad = db.prepare<[string, number], BadRow>(
    `SELECT name AS file, line, why FROM bad_rows JOIN files USING (file_id)
     WHERE path IN (SELECT value FROM json_each(?)) ORDER BY file_id, line LIMIT ?`,
  );
  return {
    schema: 'tradectl.events_import/1',
    as_of_ms: nowMs,
    db: path,
    files: files.map((file) => ({
      file: file.name,
      kind: file.kind,
      outcome: file.outcome,
      rows: file.rows,
      bad_rows: file.badRows,
      understood_rows: file.understood,
      not_utf8_lines: file.foreignLines,
      columns_not_found: file.columnsNotFound,
    })),
    bad_rows: bad.all(JSON.stringify(files.map(({ path: each }) => each)), BAD_ROWS_SHOWN),
    runs: db.prepare('SELECT count(*) FROM runs').pluck().get() as number,
  };
}
