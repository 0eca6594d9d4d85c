/**
 * Every kind of hole in one report (`tradectl.gaps/1`), from any {@link JournalSource}. The walk over the
 * journal goes on from where an earlier one had verified it; everything else is read anew, for it is small.
 */
import { counted } from '../domain/counted.ts';
import { compareLog, type LogComparison } from './compare-log.ts';
import type { GapDocument, GapFinding } from './gap-finding.ts';
import { LATE_MS, type ScanRules, type ScanState } from './hole-scan.ts';
import { besideUnknown, journalGaps, markGaps } from './journal-gaps.ts';
import { CUT, type JournalSource, type SourceRun } from './journal-source.ts';
import { speakersOf, type Speaker } from './last-words.ts';
import { logGaps } from './log-gaps.ts';
import { restoreGaps } from './restore-gaps.ts';
import { runGaps, type RunFacts } from './run-gaps.ts';
import { scanJournal } from './scan-journal.ts';
import { wholeBatches } from './whole-batches.ts';
import { readVerified, writeVerified, type VerifiedCursor } from './verified-cursor.ts';

export interface GapOptions {
  readonly nowMs: number;
  /** Log files instead of the source's own log. */
  readonly logFiles: readonly string[] | null;
  /** Where the cursor is kept; null to keep none. */
  readonly cursorFile: string | null;
  /** Read everything, whatever the cursor says. */
  readonly full: boolean;
  /** True while a process writes this journal. */
  readonly isHeld: boolean;
  /** What the machine tells of processes that ended; null for the incident of another machine. */
  readonly machine: RunFacts['machine'];
}

/** Throws STORE_CORRUPT when not even the ends of the journal can be read, FILE_INVALID for a log. */
export function readGaps(source: JournalSource, options: GapOptions): GapDocument {
  const { cursorFile, nowMs, isHeld } = options;
  const known = cursorFile === null || options.full ? null : readVerified(cursorFile, source);
  const runs = source.runs();
  const isOwn = source.kind === 'own';
  const scan = scanJournal(source, scanRules(source, runs), known?.scan ?? null);
  // Before it is read: a line that comes meanwhile changes it.
  const logIs = options.logFiles === null ? (source.logIdentity?.() ?? null) : null;
  const speakers = isOwn ? speakersOf(runs) : [];
  const log =
    unchangedLog(known, { scan, logIs, speakers }) ??
    compareOwn(source, { options, scan, known, speakers });
  if (cursorFile !== null) keepCursor(source, { options, scan, log, known, logIs, speakers });
  const head = source.ends()?.last ?? null;
  const headMs = scan.last?.recordedMs ?? null;
  const hashAt = (seq: number): string | null => source.eventAt(seq)?.hash ?? null;
  const findings = [
    ...markGaps(source.highWater(), head, { isHome: source.isHome, isHeld, headMs, hashAt }),
    ...journalGaps(isOwn ? scan : wholeBatches(scan, source), source),
    ...runGaps({
      journal: source,
      runs,
      takeovers: scan.takeovers.rows,
      lastSeq: head?.seq ?? null,
      headMs,
      nowMs,
      machine: options.machine,
      words: log.words,
    }),
    ...restoreGaps(source),
    ...logGaps(log, source, options.logFiles !== null),
  ];
  return {
    schema: 'tradectl.gaps/1',
    as_of_ms: nowMs,
    source: source.name,
    source_kind: source.kind,
    since_ms: null,
    events: scan.events,
    first_seq: scan.firstSeq,
    last_seq: scan.last?.seq ?? null,
    verified_before_seq: known?.scan.last?.seq ?? 0,
    verified_before_ms: known?.atMs ?? null,
    log_lines: log.lines,
    venue_since_ms: null,
    venue_fills: null,
    venue_orders: null,
    longest_lag_ms: scan.longestLagMs,
    findings: worstFirst(findings),
    unknown: [...unknownOf(source, scan, runs), ...log.unknown],
  };
}

export function scanRules(source: JournalSource, runs: readonly SourceRun[]): ScanRules {
  const isOwn = source.kind === 'own';
  return {
    heartbeats: source.heartbeats,
    lateMs: LATE_MS + (source.venueLagMs ?? 0),
    isWholeFromOne: isOwn,
    // Our own events tell when a run began; lives are on another clock than a recording's events.
    downtimes: isOwn ? [] : downtimesOf(runs),
  };
}

function downtimesOf(runs: readonly SourceRun[]): { fromMs: number; toMs: number }[] {
  return runs.slice(1).map((run, at) => {
    const before = runs[at];
    const fromMs = before?.endedMs ?? before?.lastBeatMs ?? run.startedMs;
    return { fromMs, toMs: run.startedMs };
  });
}

/** A log that was compared to its end without a fault, and that did not change, says the same again. */
function unchangedLog(
  known: VerifiedCursor | null,
  { scan, logIs, speakers }: Pick<Walked, 'scan' | 'logIs' | 'speakers'>,
): LogComparison | null {
  if (known?.log == null || logIs === null || known.log.identity !== logIs) return null;
  if (known.loggedTo !== scan.last?.seq) return null;
  const { loggedTo, log } = known;
  if (speakers.some(({ life }) => !log.asked.includes(life))) return null;
  const words = new Map(log.words);
  const { lines, unknown } = log;
  return { ...SILENT_LOG, lines, unknown, words, loggedTo, lastSeq: loggedTo };
}

const SILENT_LOG = { told: 0, replayed: 0, firstSeq: null, faults: [], words: new Map() };

function compareOwn(
  source: JournalSource,
  { options, scan, known, speakers }: Omit<Walked, 'log' | 'logIs'>,
): LogComparison {
  if (source.kind === 'own' && !source.isHome && options.logFiles === null) return NO_LOG;
  return compareLog(source, {
    files: options.logFiles,
    missing: scan.missing.rows,
    speakers: options.logFiles === null ? speakers : [],
    loggedTo: options.logFiles === null ? (known?.loggedTo ?? 0) : 0,
    isHeld: options.isHeld,
  });
}

/** Nothing is missing where nothing could be. */
const NO_LOG: LogComparison = {
  ...SILENT_LOG,
  lines: 0,
  lastSeq: null,
  loggedTo: 0,
  unknown: ['which events have a line in the log: a copy has none beside it, --log names one'],
};

interface Walked {
  readonly speakers: readonly Speaker[];
  readonly logIs: string | null;
  readonly options: GapOptions;
  readonly scan: ScanState;
  readonly log: LogComparison;
  readonly known: VerifiedCursor | null;
}

/** A damaged part is looked at again each time; another log than our own says nothing about ours. */
function keepCursor(source: JournalSource, walked: Walked): void {
  const { options, scan, log, known, logIs, speakers } = walked;
  if (options.cursorFile === null || scan.unreadable.total > 0 || scan.last === null) return;
  const loggedTo = options.logFiles === null ? log.loggedTo : (known?.loggedTo ?? 0);
  const isClean = logIs !== null && log.faults.length === 0;
  const { lines, unknown } = log;
  const [words, asked] = [[...log.words], speakers.map(({ life }) => life)];
  const compared = isClean ? { identity: logIs, lines, unknown, words, asked } : null;
  const isSame = known?.scan.last?.seq === scan.last.seq && known.loggedTo === loggedTo;
  const isAsked = known?.log?.asked.length === compared?.asked.length;
  if (isSame && isAsked && known.log?.identity === compared?.identity) return;
  const identity = source.identity();
  const atMs = options.nowMs;
  writeVerified(options.cursorFile, { identity, scan, loggedTo, log: compared, atMs });
}

function unknownOf(source: JournalSource, scan: ScanState, runs: readonly SourceRun[]): string[] {
  const unknown: string[] = [];
  const mark = source.highWater();
  if (scan.events === 0) {
    return ['anything about events: the journal is empty', ...besideUnknown(source)];
  }
  if (mark.state === 'none' && !source.isHome) {
    unknown.push(`whether events after ${scan.last?.seq ?? 0} were committed: ${mark.why}`);
  }
  if (scan.untimed > 0) {
    const [was, it] = scan.untimed === 1 ? ['was', 'it carries'] : ['were', 'they carry'];
    const what = counted(scan.untimed, 'event');
    unknown.push(`how late ${what} ${was} recorded: ${it} one time only`);
  }
  unknown.push(...besideUnknown(source), ...cutLives(runs));
  if (runs.length === 0) unknown.push('how the process lived and died: there is no run table');
  return unknown;
}

/** A copy knows of its newest life only that it had not ended. */
function cutLives(runs: readonly SourceRun[]): string[] {
  return runs
    .filter(({ endReason }) => endReason === CUT)
    .map(
      ({ pid }) =>
        `whether pid ${pid ?? '?'} died or runs still: it had not ended in this copy, which has no lock`,
    );
}

const ORDER = { fail: 0, warn: 1, note: 2 } as const;

/** Worst first, facts that are gone before processes that are, then in the order of the journal. */
export function worstFirst(findings: readonly GapFinding[]): GapFinding[] {
  return findings.toSorted(
    (a, b) =>
      ORDER[a.severity] - ORDER[b.severity] ||
      Number(isOfProcess(a)) - Number(isOfProcess(b)) ||
      placeOf(a) - placeOf(b),
  );
}

function isOfProcess({ kind }: GapFinding): boolean {
  return kind === 'death' || kind === 'no_heartbeat' || kind === 'silence';
}

/** What has no place in the journal comes last. */
function placeOf({ from_seq: seq }: GapFinding): number {
  return seq ?? Number.MAX_SAFE_INTEGER;
}

/** What is of this time or later; a finding without a place stays. */
export function gapsSince(document: GapDocument, sinceMs: number): GapDocument {
  const isLater = ({ to_ms: to, from_ms: from }: GapFinding): boolean => {
    const until = to ?? from;
    return until === null || until >= sinceMs;
  };
  return { ...document, since_ms: sinceMs, findings: document.findings.filter(isLater) };
}
