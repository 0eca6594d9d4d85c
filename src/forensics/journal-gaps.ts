/** What a walk over the journal found, as findings: missing, changed, unreadable, silent, late. */
import { eventsText, gapFinding, type GapFinding } from './gap-finding.ts';
import type {
  BrokenLink,
  Kept,
  LateBatch,
  MissingRange,
  ScanState,
  Silence,
  UnreadableRange,
} from './hole-scan.ts';
import type { HighWater, JournalSource, RowBeside, SourceHead } from './journal-source.ts';
import { counted } from '../domain/counted.ts';
import { duration } from '../domain/duration.ts';
import { goneText } from '../domain/lost-events.ts';

/** It says how the damaged files are kept and which copy is put back. */
const DOCTOR = 'tradectl doctor --only database';
/** It is proven and says what it would lose before it asks. */
const RESTORE = 'tradectl restore FILE';
/** A start halts, says what is gone, asks the venue and protects what is open. */
const START = 'tradectl run';

/** Numbers of our own journal leave no gap by themselves; ids of others may. */
export function journalGaps(
  scan: ScanState,
  { kind, beside }: Pick<JournalSource, 'kind' | 'beside'>,
): GapFinding[] {
  const isOwn = kind === 'own';
  const unread = scan.missing.total === 0 ? undefined : beside?.(scan.missing.rows);
  const missingIn = (range: MissingRange): GapFinding =>
    missingIds(range, unread?.inHole(range) ?? []);
  return [
    ...findingsOf(scan.unreadable, unreadable),
    ...findingsOf(scan.missing, isOwn ? missing : missingIn),
    ...findingsOf(scan.broken, broken),
    ...findingsOf(isOwn ? unexplained(scan) : scan.silences, isOwn ? silent : quiet),
    ...findingsOf(scan.late, late),
  ];
}

export interface MarkWitness {
  /** Elsewhere there is no mark; that is said among what is unknown. */
  readonly isHome: boolean;
  /** A process writes now: it moves the mark and the head, one after the other. */
  readonly isHeld: boolean;
  /** When the head was recorded. */
  readonly headMs: number | null;
  readonly hashAt: (seq: number) => string | null;
}

/** Of the head against the mark outside the database. Silent while a bot moves both. */
export function markGaps(
  mark: HighWater,
  head: SourceHead | null,
  { isHome, isHeld, headMs, hashAt }: MarkWitness,
): GapFinding[] {
  const last = head?.seq ?? 0;
  if (mark.state !== 'read') {
    if (head === null || (!isHome && mark.state === 'none')) return [];
    const text = `the high-water mark cannot witness the end of the journal: ${mark.why}`;
    return [gapFinding({ kind: 'mark_broken', severity: 'warn', text, repair: 'tradectl run' })];
  }
  if (mark.seq > last) {
    if (isHeld) return [];
    const [from, count] = [last + 1, mark.seq - last];
    const text =
      `${goneText(from, mark.seq)}: the journal ends at ${last}, its high-water mark is ` +
      `${mark.seq}; the next start halts, asks the venue and protects what is open`;
    const place = { from_seq: from, to_seq: mark.seq, count, from_ms: headMs };
    return [gapFinding({ kind: 'tail_lost', severity: 'fail', text, repair: START }, place)];
  }
  const hash = mark.seq === last ? (head?.hash ?? null) : hashAt(mark.seq);
  if (hash === null || mark.hash === null || hash === mark.hash) return [];
  const text = `event ${mark.seq} is not the one that the high-water mark saw committed`;
  const place = { from_seq: mark.seq, to_seq: mark.seq };
  return [gapFinding({ kind: 'mark_broken', severity: 'fail', text, repair: RESTORE }, place)];
}

/** Signs of life that are gone with other events were given. */
function unexplained({ silences, missing, unreadable }: ScanState): Kept<Silence> {
  const gone = [
    ...missing.rows,
    ...unreadable.rows.map(({ afterSeq, nextSeq }) => ({
      fromSeq: afterSeq + 1,
      toSeq: (nextSeq ?? Number.POSITIVE_INFINITY) - 1,
    })),
  ];
  const isTold = ({ fromSeq, toSeq }: Silence): boolean =>
    gone.some((range) => range.fromSeq < toSeq && range.toSeq > fromSeq);
  return { ...silences, rows: silences.rows.filter((silence) => !isTold(silence)) };
}

function findingsOf<T>(kept: Kept<T>, read: (row: T) => GapFinding): GapFinding[] {
  return kept.rows.map(read);
}

function unreadable({ afterSeq, nextSeq, why }: UnreadableRange): GapFinding {
  const what =
    nextSeq === null
      ? `event ${afterSeq + 1} and all that follow`
      : eventsText(afterSeq + 1, nextSeq - 1);
  const text = `${what} cannot be read: ${why}`;
  return gapFinding(
    { kind: 'unreadable', severity: 'fail', text, repair: DOCTOR },
    { from_seq: afterSeq + 1, to_seq: nextSeq === null ? null : nextSeq - 1 },
  );
}

/** What was found and not understood: nothing can be said of what it holds. */
export function besideUnknown({ beside }: Pick<JournalSource, 'beside'>): string[] {
  const { total, all } = beside?.([]) ?? { total: 0, all: [] };
  const first = all[0];
  if (first === undefined) return [];
  const what = total === 1 ? '1 imported row says' : `${total} imported rows say`;
  return [
    `what ${what}, kept beside and not understood, ${total === 1 ? '' : 'first '}${first.file}:${first.line} (${first.why}): query bad-rows tells all`,
  ];
}

function missing(range: MissingRange): GapFinding {
  const { fromSeq, toSeq, fromMs, toMs, link, announcedBy } = range;
  const place = {
    from_seq: fromSeq,
    to_seq: toSeq,
    from_ms: fromMs,
    to_ms: toMs,
    count: toSeq - fromSeq + 1,
  };
  const what = eventsText(fromSeq, toSeq);
  if (announcedBy !== null) {
    const text = `${what}: a committed tail was lost; event ${announcedBy} says so, numbers go on behind it; lines of the log may still tell of them`;
    const repair = `tradectl events show ${announcedBy}`;
    return gapFinding(
      { kind: 'missing_events', severity: 'note', text, repair },
      { ...place, evidence: `event ${announcedBy} JOURNAL_TAIL_LOST` },
    );
  }
  const chain =
    link === 'whole'
      ? `the hash chain goes on across the gap: ${fromSeq === toSeq ? 'the number was' : 'the numbers were'} left out, not removed later`
      : `the hash chain is broken there: ${fromSeq === toSeq ? 'it was written and is' : 'they were written and are'} gone`;
  const text = `${what} ${fromSeq === toSeq ? 'is' : 'are'} missing, and ${chain}`;
  return gapFinding({ kind: 'missing_events', severity: 'fail', text, repair: RESTORE }, place);
}

function missingIds(
  { fromSeq, toSeq, fromMs, toMs }: MissingRange,
  beside: readonly RowBeside[],
): GapFinding {
  const count = toSeq - fromSeq + 1;
  const range =
    count === 1 ? `the id ${fromSeq}` : `an id from ${fromSeq} to ${toSeq} (${count} ids)`;
  const first = beside[0];
  const rest =
    beside.length > 1 ? ` and ${counted(beside.length - 1, 'more row', 'more rows')}` : '';
  const unread =
    first === undefined
      ? ''
      : `; ${first.file}:${first.line}${rest} may hold it: kept beside, not understood (${first.why})`;
  const text =
    `no event has ${range}: a gap between ids, not a count of lost events; ids are also used up by ` +
    `writes that were rolled back${unread}`;
  // The event behind the gap is there to be asked for.
  const repair = `tradectl trace ${toSeq + 1}`;
  return gapFinding(
    { kind: 'missing_events', severity: 'warn', text, repair },
    { from_seq: fromSeq, to_seq: toSeq, from_ms: fromMs, to_ms: toMs, count },
  );
}

function broken({ seq, type, atMs }: BrokenLink): GapFinding {
  const text = `event ${seq} (${type}) does not continue the hash chain: it, or the one before it, is not what was committed`;
  return gapFinding(
    { kind: 'broken_link', severity: 'fail', text, repair: RESTORE },
    { from_seq: seq, to_seq: seq, from_ms: atMs, to_ms: atMs },
  );
}

function silent(silence: Silence): GapFinding {
  const { fromSeq, toSeq, fromMs, toMs, usualMs } = silence;
  const text = `no heartbeat for ${duration(toMs - fromMs)} while the run was alive, usual is ${duration(usualMs)}: between events ${fromSeq} and ${toSeq}`;
  const repair = 'tradectl logs --explain';
  return gapFinding({ kind: 'silence', severity: 'warn', text, repair }, placeOf(silence));
}

/** Another bot's events are all the signs of life there are: it may have had nothing to say. */
function quiet(silence: Silence): GapFinding {
  const { fromSeq, toSeq, fromMs, toMs, usualMs } = silence;
  const text = `no event for ${duration(toMs - fromMs)} between ${fromSeq} and ${toSeq}, usual is ${duration(usualMs)}: silence, or nothing to say`;
  const repair = `tradectl trace ${fromSeq}`;
  return gapFinding({ kind: 'silence', severity: 'note', text, repair }, placeOf(silence));
}

function placeOf({ fromSeq, toSeq, fromMs, toMs }: Silence): Partial<GapFinding> {
  return { from_seq: fromSeq, to_seq: toSeq, from_ms: fromMs, to_ms: toMs, count: 0 };
}

function late(batch: LateBatch): GapFinding {
  const { fromSeq, toSeq, count, recordedMs, firstTsMs, types, longestMs, cause } = batch;
  const held = cause === 'held';
  const isOne = count === 1;
  const why = held
    ? `a bot recorded other things meanwhile, so ${isOne ? 'it was' : 'these were'} held somewhere or came late`
    : `no bot ran when ${isOne ? 'it' : 'they'} happened, and the next start recorded ${isOne ? 'it' : 'them'}`;
  const isAll = count === toSeq - fromSeq + 1;
  const what = isOne ? 'was' : isAll ? 'were' : `(${count} of them) were`;
  const text = `${eventsText(fromSeq, toSeq)} ${what} recorded up to ${duration(longestMs)} after happening: ${why}`;
  return gapFinding(
    {
      kind: 'late_events',
      severity: held ? 'warn' : 'note',
      text,
      repair: `tradectl events show ${fromSeq}`,
    },
    {
      from_seq: fromSeq,
      to_seq: toSeq,
      from_ms: firstTsMs,
      to_ms: recordedMs,
      count,
      evidence: types.join(', '),
    },
  );
}
