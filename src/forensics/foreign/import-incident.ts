/**
 * What another bot left behind, into a forensic database: each file all or nothing, then what only the whole
 * can tell, the lives of the process and when counts prove that events were written.
 */
import { dateByCounts, openForeignStore, replaceRuns, setZone } from '../../core/foreign-store.ts';
import { inOurWords } from '../../core/database.ts';
import type { Ms } from '../../domain/clock.ts';
import { deriveLives } from './derive-lives.ts';
import { readFieldMap } from './field-map.ts';
import { importFile, type ImportedFile } from './import-file.ts';

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
  }[];
  /** The first of them; all are in `v_bad_rows`. */
  readonly bad_rows: readonly BadRow[];
  readonly runs: number;
}

const BAD_ROWS_SHOWN = 20;

/**
 * Throws FILE_INVALID for a file or map that cannot be read (files before it stay imported), STORE_* for
 * a database that is not forensic.
 */
export function importIncident(
  request: { readonly files: readonly string[]; readonly map: string | null; readonly db: string },
  nowMs: Ms,
): ImportDocument {
  const map = readFieldMap(request.map);
  const db = openForeignStore(request.db);
  const work = (): ImportDocument => {
    if (request.map !== null) setZone(db, map.zone);
    const files: ImportedFile[] = [];
    try {
      for (const path of request.files) files.push(importFile(db, path, map, nowMs));
    } finally {
      dateByCounts(db);
      replaceRuns(db, deriveLives(db));
    }
    const bad = db.prepare<[string, number], BadRow>(
      'SELECT file, line, why FROM v_bad_rows WHERE file IN (SELECT value FROM json_each(?)) LIMIT ?',
    );
    return {
      schema: 'tradectl.events_import/1',
      as_of_ms: nowMs,
      db: request.db,
      files: files.map(({ file, kind, outcome, rows, badRows }) => ({
        file,
        kind,
        outcome,
        rows,
        bad_rows: badRows,
      })),
      bad_rows: bad.all(JSON.stringify(files.map(({ file }) => file)), BAD_ROWS_SHOWN),
      runs: db.prepare('SELECT count(*) FROM runs').pluck().get() as number,
    };
  };
  try {
    return inOurWords(request.db, work);
  } finally {
    db.close();
  }
}
