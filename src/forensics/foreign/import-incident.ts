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
import { statOf } from './text-lines.ts';

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
  /** What can be traced: markets that notes or positions name before the others; at most {@link SYMBOLS_TOLD}. */
  readonly symbols: readonly string[];
}

export interface ImportRequest {
  readonly files: readonly string[];
  readonly map: string | null;
  readonly db: string;
  /** A file that is no continuation of what was imported under its path takes the place of it. */
  readonly replace?: boolean;
}

const BAD_ROWS_SHOWN = 20;
const SYMBOLS_TOLD = 50;

const SYMBOLS = `SELECT symbol FROM (
  SELECT DISTINCT 1 AS place, symbol FROM log WHERE source = 'note' AND symbol IS NOT NULL UNION ALL
  SELECT DISTINCT 2, symbol FROM positions WHERE symbol IS NOT NULL UNION ALL
  SELECT DISTINCT 3, symbol FROM events WHERE symbol IS NOT NULL)
  GROUP BY symbol ORDER BY min(place), symbol LIMIT ${SYMBOLS_TOLD}`;

/**
 * Throws FILE_INVALID for a map or file that cannot be read (files before it stay imported) or a file of no
 * known kind (nothing is imported), STORE_* for a database that is not forensic.
 */
export function importIncident(request: ImportRequest, nowMs: Ms): ImportDocument {
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
        files.push(
          importFile(db, { path, kind, name }, map, { nowMs, replace: request.replace === true }),
        );
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
  refuseNoFile(path);
  const kind = kindOf(map, basename(path));
  if (kind !== null) return kind;
  throw new TradectlError('FILE_INVALID', `${path}: neither events, positions, signals nor log`, {
    hint: 'name it so (events.jsonl, bot.log), or give a map with files = "..." for its kind',
  });
}

/** A name is no kind of a file that is not there. */
function refuseNoFile(path: string): void {
  const found = statOf(path);
  if (found?.isFile() === true) return;
  const isInput = path === '-' || path === '/dev/stdin';
  const why = isInput
    ? 'standard input is not read: a file is read twice'
    : found === undefined
      ? 'does not exist'
      : 'is a directory or a pipe, not a file';
  const hint = isInput ? 'save it first: cat > events.jsonl' : 'name the files themselves';
  throw new TradectlError('FILE_INVALID', `${path}: ${why}`, { hint });
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
    symbols: db.prepare<[], string>(SYMBOLS).pluck().all(),
  };
}
