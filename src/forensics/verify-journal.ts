/**
 * Whether a journal can be believed (`tradectl.events_verify/1`): hash chain, contiguity, its head against the
 * mark outside, references, and on request that folding all events gives the stored registry. The walk
 * goes on from the cursor that an earlier one left; the tables are always looked at whole.
 */
import type { Verification } from '../core/verify.ts';
import { TradectlError } from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';
import { gapFinding, type GapFinding } from './gap-finding.ts';
import { scanRules, worstFirst } from './gaps.ts';
import { besideUnknown, journalGaps, markGaps } from './journal-gaps.ts';
import type { Contradiction, JournalSource } from './journal-source.ts';
import { scanJournal } from './scan-journal.ts';
import { readVerified, writeVerified } from './verified-cursor.ts';

export interface VerifyDocument {
  readonly schema: 'tradectl.events_verify/1';
  readonly as_of_ms: number;
  readonly source: string;
  readonly verified: boolean;
  readonly events: number;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly head_hash: string | null;
  /** The event up to which an earlier look had verified the chain; 0 when all was read now. */
  readonly verified_before_seq: number;
  readonly verified_before_ms: number | null;
  /** How many events were folded; null when that was not asked. */
  readonly folded: number | null;
  readonly findings: readonly GapFinding[];
  readonly unknown: readonly string[];
}

export interface VerifyOptions {
  readonly nowMs: number;
  readonly cursorFile: string | null;
  readonly full: boolean;
  readonly isHeld: boolean;
  /** Folds everything and compares; null when it was not asked for. */
  readonly fold: (() => Verification) | null;
}

/** Findings of the walk that say something about the journal itself, not about the bot that wrote it. */
const OF_THE_JOURNAL: readonly GapFinding['kind'][] = [
  'missing_events',
  'broken_link',
  'unreadable',
];
const RESTORE = 'tradectl restore FILE';
const MOST_CONTRADICTIONS = 1_000;

export function verifyJournal(source: JournalSource, options: VerifyOptions): VerifyDocument {
  const { cursorFile, nowMs, isHeld } = options;
  const known = cursorFile === null || options.full ? null : readVerified(cursorFile, source);
  const scan = scanJournal(source, scanRules(source, source.runs()), known?.scan ?? null);
  const isNew = scan.last !== null && (known === null || scan.last.seq !== known.scan.last?.seq);
  if (cursorFile !== null && isNew && scan.unreadable.total === 0) {
    const loggedTo = known?.loggedTo ?? 0;
    const log = known?.log ?? null;
    writeVerified(cursorFile, { identity: source.identity(), scan, loggedTo, log, atMs: nowMs });
  }
  const head = source.ends()?.last ?? null;
  const headMs = scan.last?.recordedMs ?? null;
  const hashAt = (seq: number): string | null => source.eventAt(seq)?.hash ?? null;
  const unread: string[] = [];
  const contradictions = unlessCorrupt('whether references hold', unread, () =>
    contradictionsOf(source),
  );
  const fold = unlessCorrupt('whether the registry is the fold of its events', unread, () =>
    options.fold?.(),
  );
  const findings = worstFirst([
    ...markGaps(source.highWater(), head, { isHome: source.isHome, isHeld, headMs, hashAt }),
    ...journalGaps(scan, source).filter(({ kind }) => OF_THE_JOURNAL.includes(kind)),
    ...unread.map(unreadable),
    ...(contradictions ?? []),
    ...(fold?.differences ?? []).map(foldFinding),
  ]);
  return {
    schema: 'tradectl.events_verify/1',
    as_of_ms: nowMs,
    source: source.name,
    verified: unread.length === 0 && findings.every(({ severity }) => severity === 'note'),
    events: scan.events,
    first_seq: scan.firstSeq,
    last_seq: scan.last?.seq ?? null,
    head_hash: scan.last?.hash ?? null,
    verified_before_seq: known?.scan.last?.seq ?? 0,
    verified_before_ms: known?.atMs ?? null,
    folded: fold?.events ?? null,
    findings,
    unknown: [
      ...unread,
      ...unknownOf(source, { hashed: scan.last?.hash !== null, known: known !== null }),
    ],
  };
}

/** What a damaged file keeps from being read is said to be unknown; the rest of the report stands. */
function unlessCorrupt<T>(what: string, unread: string[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code !== 'STORE_CORRUPT') throw error;
    unread.push(`${what}: ${error.message}`);
    return null;
  }
}

/** The doctor names the damaged page, and how its file is kept and replaced. */
function unreadable(what: string): GapFinding {
  const repair = 'tradectl doctor --only database';
  return gapFinding({ kind: 'unreadable', severity: 'fail', text: `not known: ${what}`, repair });
}

function contradictionsOf(source: JournalSource): GapFinding[] {
  const findings: GapFinding[] = [];
  for (const each of source.contradictions()) {
    findings.push(contradiction(each, source));
    if (findings.length >= MOST_CONTRADICTIONS) break;
  }
  return findings;
}

function contradiction(
  { text, seq, kind, symbol, positionId }: Contradiction,
  source: JournalSource,
): GapFinding {
  const ref = positionId ?? symbol ?? seq;
  const repair =
    ref !== null && (source.kind === 'foreign' || kind === 'signal')
      ? `tradectl trace ${shellWord(String(ref))}`
      : RESTORE;
  const place = { from_seq: seq, to_seq: seq };
  return gapFinding({ kind: 'contradiction', severity: 'fail', text, repair }, place);
}

/** `reconcile` and each start fold what is alive anew and mend its rows; nothing mends those of the past. */
function foldFinding(difference: string): GapFinding {
  const [, seq] = /^event (\d+)/.exec(difference) ?? [];
  const at = seq === undefined ? null : Number(seq);
  const repair = at === null ? 'tradectl reconcile --dry-run' : RESTORE;
  const how =
    at === null ? '; reconcile mends what is open, of what is over only a backup has it right' : '';
  const text = `fold of all events: ${difference}${how}`;
  return gapFinding(
    { kind: 'fold_differs', severity: 'fail', text, repair },
    { from_seq: at, to_seq: at },
  );
}

function unknownOf(
  source: JournalSource,
  { hashed, known }: { hashed: boolean; known: boolean },
): string[] {
  if (source.ends() === null) return ['anything: the journal is empty', ...besideUnknown(source)];
  const unknown = besideUnknown(source);
  if (!hashed) unknown.push('whether an event was changed later: this journal has no hashes');
  const mark = source.highWater();
  if (mark.state === 'none' && !source.isHome) {
    unknown.push(`whether events after the last one were committed: ${mark.why}`);
  }
  if (known) {
    unknown.push(
      'whether the disk changed an event that was verified before: --full reads it again',
    );
  }
  return unknown;
}
