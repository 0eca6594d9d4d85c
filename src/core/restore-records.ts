/**
 * What each `restore` left in `archive/` beside the journal it replaced: when, by whom, and which numbers went. Their
 * numbers are given out again, so whoever reads what was written of them must know of it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ms, type Ms } from '../domain/clock.ts';
import type { HomePaths } from './home.ts';
import type { Relation } from './replace-state.ts';

export interface RestoreRecord {
  readonly atMs: Ms;
  readonly pid: number | null;
  /** Null where nobody's name was known. */
  readonly user: string | null;
  /** The backup that was put in place. */
  readonly from: string;
  readonly relation: Relation;
  /** The last event of the backup, and when it was recorded; null for an empty one. */
  readonly headSeq: number;
  readonly headMs: number | null;
  /** The last event of the journal that went; null when nobody knew. */
  readonly replacedSeq: number | null;
  /** Where that journal is kept; null when it is not there any more. */
  readonly kept: string | null;
}

const ENDING = '-restore.json';

/** Oldest first. One that cannot be read is passed over: what it would explain stays unexplained. */
export function restoreRecords({ archive, state }: HomePaths): RestoreRecord[] {
  return recordNames(archive).flatMap((name) => {
    const kept = join(archive, `${name.slice(0, -ENDING.length)}-${basename(state)}`);
    const told = parsed(join(archive, name));
    return told === null ? [] : [{ ...told, kept: existsSync(kept) ? kept : null }];
  });
}

/** They begin with their time. */
function recordNames(archive: string): string[] {
  try {
    return readdirSync(archive)
      .filter((name) => name.endsWith(ENDING))
      .sort();
  } catch {
    return [];
  }
}

function parsed(file: string): Omit<RestoreRecord, 'kept'> | null {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Told;
    const { at_ms: at, pid, by, file: from, head, headMs, relation, replacedSeq } = read;
    if (read.schema !== 'tradectl.restored/1' || !Number.isSafeInteger(head.seq)) return null;
    const user = by.user ?? (by.uid === 0 ? 'root' : null);
    return { atMs: ms(at), pid, user, from, relation, headSeq: head.seq, headMs, replacedSeq };
  } catch {
    return null;
  }
}

/** As `restore` writes it. */
interface Told {
  readonly schema: string;
  readonly at_ms: number;
  readonly pid: number;
  readonly by: { readonly uid: number | null; readonly user: string | null };
  readonly file: string;
  readonly head: { readonly seq: number };
  readonly headMs: number | null;
  readonly relation: Relation;
  readonly replacedSeq: number | null;
}
