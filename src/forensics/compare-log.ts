/**
 * The journal beside its log: events without a line, lines without an event, lines that tell another
 * history. Lines are streamed and remembered as ranges, so a log of any size needs little memory. A log
 * that numbers its lines is compared event by event; one that does not, by type and position.
 */
import type { JournalSource, SourceLogLine } from './journal-source.ts';
import { compareNames, NamedLines } from './compare-log-names.ts';
import type { LastWords } from './judge-death.ts';
import { LastWordsFinder, type Speaker } from './last-words.ts';
import { replacedBy } from './replaced-by.ts';
import type { RestoreRecord } from '../core/restore-records.ts';
import { NearbyHashes } from './nearby-hashes.ts';
import type { MissingRange } from './hole-scan.ts';
import { SeqSet, type SeqRange } from './seq-set.ts';

export interface LogFault {
  readonly kind: 'no_line' | 'no_event' | 'differs';
  readonly fromSeq: number | null;
  readonly toSeq: number | null;
  readonly count: number;
  /** When it was recorded, or when the line was written. */
  readonly atMs: number | null;
  /** What is quoted: the line, or the events by their names. */
  readonly evidence: string;
}

export interface LogComparison {
  readonly lines: number;
  /** Lines that name an event by its number, or by type and position. */
  readonly told: number;
  readonly replayed: number;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Every event up to here has its line, counted from the first one the log tells of. */
  readonly loggedTo: number;
  readonly faults: readonly LogFault[];
  /** What this log cannot tell. */
  readonly unknown: readonly string[];
  /** What lives without an end said last, by their numbers. */
  readonly words: ReadonlyMap<number, LastWords>;
}

export interface LogScope {
  readonly files: readonly string[] | null;
  /** Events that the journal is known to lack, and the event by which a start said so. */
  readonly missing: readonly Pick<MissingRange, 'fromSeq' | 'toSeq' | 'announcedBy'>[];
  /** Up to here the log was compared before. */
  readonly loggedTo: number;
  /** Lives of which the last words are wanted. */
  readonly speakers: readonly Speaker[];
  /** True while a bot writes: its newest lines are on their way. */
  readonly isHeld: boolean;
}

const MOST_FAULTS = 200;

export function compareLog(source: JournalSource, scope: LogScope): LogComparison {
  // The head before the log: what is committed while the log is read has its line later.
  const head = source.ends()?.last.seq ?? 0;
  const check = new LineCheck(source, scope);
  const named = new NamedLines();
  const finder = new LastWordsFinder(scope.speakers);
  let lines = 0;
  for (const line of source.logLines(scope.files)) {
    lines += 1;
    finder.note(line);
    if (line.seq === null) named.note(line);
    else check.note(line);
  }
  if (check.told === 0 && named.told > 0) {
    return { lines, words: finder.result(), ...NO_NUMBERS, ...compareNames(source, named) };
  }
  return { lines, words: finder.result(), ...check.result(head) };
}

const NO_NUMBERS = { replayed: 0, firstSeq: null, lastSeq: null, loggedTo: 0 };

class LineCheck {
  told = 0;
  private replayed = 0;
  private firstSeq: number | null = null;
  private lastSeq: number | null = null;
  private readonly seen = new SeqSet();
  private readonly hashes: NearbyHashes;
  private readonly faults: LogFault[] = [];
  private readonly source: JournalSource;
  private readonly scope: LogScope;
  private readonly restores: readonly RestoreRecord[];

  constructor(source: JournalSource, scope: LogScope) {
    this.source = source;
    this.scope = scope;
    this.restores = source.restores?.() ?? [];
    this.hashes = new NearbyHashes(source);
    if (scope.loggedTo > 0) this.seen.add(1, scope.loggedTo);
  }

  note(line: SourceLogLine): void {
    const seq = line.seq ?? 0;
    this.told += 1;
    if (line.isReplayed) this.replayed += 1;
    this.firstSeq = Math.min(this.firstSeq ?? seq, seq);
    if (seq <= this.scope.loggedTo) return this.tell(seq);
    // At once: lines that wait for others keep the pieces of the file alive that they were cut from.
    const hash = this.hashes.of(seq);
    const differs = hash != null && line.hash8 !== null && !hash.startsWith(line.hash8);
    if (hash !== undefined && !differs) return this.tell(seq);
    // A line of the journal that a restore replaced says nothing of the one that has its numbers now.
    if (replacedBy(this.restores, { seq, timeMs: line.timeMs }) !== null) return;
    this.tell(seq);
    if (hash !== undefined) this.fault('differs', line);
    else if (!this.isAnnounced(seq)) this.fault('no_event', line);
  }

  private tell(seq: number): void {
    this.lastSeq = Math.max(this.lastSeq ?? seq, seq);
    this.seen.add(seq);
  }

  private isAnnounced(seq: number): boolean {
    return this.scope.missing.some(
      ({ fromSeq, toSeq, announcedBy }) => announcedBy !== null && seq >= fromSeq && seq <= toSeq,
    );
  }

  result(head: number): Omit<LogComparison, 'lines' | 'words'> {
    const { told, replayed, firstSeq, lastSeq, scope } = this;
    for (const { fromSeq, toSeq } of scope.missing) this.seen.add(fromSeq, toSeq);
    const begin = scope.loggedTo > 0 ? scope.loggedTo + 1 : (firstSeq ?? 1);
    const gaps = told === 0 && scope.loggedTo === 0 ? [] : this.seen.missingFrom(begin, head);
    // A living bot may be about to write the last ones.
    const isPending = ({ to }: SeqRange): boolean => scope.isHeld && to === head;
    const unlogged = gaps.filter((gap) => !isPending(gap));
    const unknown: string[] = [];
    const first = this.source.ends()?.first.seq ?? 1;
    if (told === 0 && scope.loggedTo === 0) {
      unknown.push(
        'whether events had log lines: no line of the log was understood to name an event',
      );
    } else if (begin > first && scope.loggedTo === 0) {
      unknown.push(
        `whether events before ${begin} had log lines: the log begins at event ${begin}`,
      );
    }
    return {
      told,
      replayed,
      firstSeq,
      lastSeq,
      loggedTo: gaps.length === 0 && told > 0 ? head : (gaps[0]?.from ?? scope.loggedTo + 1) - 1,
      faults: [...this.faults, ...unlogged.map((gap) => this.unlogged(gap))],
      unknown,
    };
  }

  private unlogged({ from, to }: SeqRange): LogFault {
    const event = this.source.eventAt(from);
    const evidence = event === null ? '' : `${event.type} ${event.symbol ?? ''}`.trim();
    const atMs = event?.recordedMs ?? null;
    return { kind: 'no_line', fromSeq: from, toSeq: to, count: to - from + 1, atMs, evidence };
  }

  private fault(kind: 'no_event' | 'differs', line: SourceLogLine): void {
    const last = this.faults.at(-1);
    if (last?.kind === kind && line.seq !== null && last.toSeq === line.seq - 1) {
      this.faults[this.faults.length - 1] = { ...last, toSeq: line.seq, count: last.count + 1 };
      return;
    }
    if (this.faults.length >= MOST_FAULTS) return;
    this.faults.push({
      kind,
      fromSeq: line.seq,
      toSeq: line.seq,
      count: 1,
      atMs: line.timeMs,
      evidence: `${line.file} line ${line.line}: ${line.text}`,
    });
  }
}
