/**
 * How far a journal was verified, in a small file of the home: what the walk had seen by then, bound to the
 * database and to the hash of the event it stopped at. It is a convenience that may be deleted or lost;
 * one that does not fit in every point counts for nothing, and the journal is verified from its beginning.
 */
import { readFileSync } from 'node:fs';
import { replaceFile } from '../core/durable-file.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { sha256 } from '../domain/random.ts';
import type { ScanState } from './hole-scan.ts';
import type { LastWords } from './judge-death.ts';
import type { JournalSource } from './journal-source.ts';

const SCHEMA = 'tradectl.verified/2';

export interface VerifiedCursor {
  readonly identity: string;
  /** Its `last` is the event the walk stopped at. */
  readonly scan: ScanState;
  /** Every event up to here had its line in the log; 0 when none is known to. */
  readonly loggedTo: number;
  /** The log that was compared, and its lines; null when it was not compared to its end without a fault. */
  readonly log: {
    readonly identity: string;
    readonly lines: number;
    readonly unknown: readonly string[];
    /** What lives without an end said last: number and words. */
    readonly words: readonly (readonly [number, LastWords])[];
    /** Of which lives they were wanted. */
    readonly asked: readonly number[];
  } | null;
  readonly atMs: number;
}

/** Null when there is none, or when it is not of this very journal. */
export function readVerified(file: string, source: JournalSource): VerifiedCursor | null {
  const cursor = parsed(file);
  if (cursor === null || cursor.identity !== source.identity()) return null;
  const { last } = cursor.scan;
  if (last === null || source.eventAt(last.seq)?.hash !== last.hash) return null;
  return cursor;
}

/** Best effort: who may only read the home verifies from the beginning each time. */
export function writeVerified(file: string, cursor: VerifiedCursor): void {
  const body = canonicalJson(cursor);
  try {
    replaceFile(file, `${JSON.stringify({ schema: SCHEMA, check: sha256(body), cursor: body })}\n`);
  } catch {
    // Nothing rests on it.
  }
}

/** Its own digest keeps a half edited file from being taken for what a walk has seen. */
function parsed(file: string): VerifiedCursor | null {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
    const { schema, check, cursor } = read;
    if (schema !== SCHEMA || typeof cursor !== 'string' || sha256(cursor) !== check) return null;
    return JSON.parse(cursor) as VerifiedCursor;
  } catch {
    return null;
  }
}
