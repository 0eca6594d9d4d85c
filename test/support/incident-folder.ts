/** A folder with another bot's files, and the forensic database they are imported into. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readForeign } from '../../src/core/foreign-store.ts';
import { ms } from '../../src/domain/clock.ts';
import {
  importIncident,
  type ImportDocument,
} from '../../src/forensics/foreign/import-incident.ts';

export interface IncidentFolder {
  readonly dir: string;
  readonly db: string;
  /** Writes a file of these lines and returns its path. */
  put(name: string, ...lines: readonly string[]): string;
  putBytes(name: string, bytes: Buffer): string;
  bring(files: readonly string[], map?: string | null, replace?: boolean): ImportDocument;
  rows(sql: string): unknown[];
  remove(): void;
}

export function incidentFolder(): IncidentFolder {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-import-'));
  const db = join(dir, 'incident.db');
  const putBytes = (name: string, bytes: Buffer): string => {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  return {
    dir,
    db,
    put: (name, ...lines) => putBytes(name, Buffer.from(lines.map((line) => `${line}\n`).join(''))),
    putBytes,
    bring: (files, map = null, replace = false) =>
      importIncident({ files, map, db, replace }, ms(1)),
    rows: (sql) => readForeign(db, (open) => open.prepare(sql).all()),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A line of JSON with what an event needs. */
export function eventLine(id: number, more = {}): string {
  return JSON.stringify({ id, created_at: '2025-10-18 14:07:15.098', event_type: 'tick', ...more });
}
