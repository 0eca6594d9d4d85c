/** What the comparison of journal and log found, as findings. */
import type { LogComparison, LogFault } from './compare-log.ts';
import type { JournalSource } from './journal-source.ts';
import { counted } from '../domain/counted.ts';
import { eventsText, gapFinding, type GapFinding } from './gap-finding.ts';

/** Longest quotation of a log line in a finding. */
const QUOTED = 300;

export function logGaps(
  { faults, lastSeq, lines, told }: LogComparison,
  { kind, ends }: Pick<JournalSource, 'kind' | 'ends'>,
  isNamed: boolean,
): GapFinding[] {
  if (isNamed && told === 0 && faults.length === 0) return [untold(lines)];
  const headSeq = ends()?.last.seq ?? 0;
  return faults.map((fault) => {
    if (fault.kind === 'differs') return different(fault);
    if (fault.kind === 'no_event') return unrecorded(fault, headSeq);
    return kind === 'own' ? unlogged(fault, { lastSeq, isNamed }) : unnamed(fault);
  });
}

/** A file that has nothing to do with the journal would otherwise pass for a log without a hole. */
function untold(lines: number): GapFinding {
  const text = `no line of the log that was named tells of an event (${counted(lines, 'line')}): it was not compared`;
  const repair = 'tradectl events gap --full';
  return gapFinding({ kind: 'no_log_line', severity: 'warn', text, repair }, { count: lines });
}

interface LogEnd {
  /** The last event that the log tells of. */
  readonly lastSeq: number | null;
  /** Files that were named: no start writes into them. */
  readonly isNamed: boolean;
}

/** Only what is known: a line that was never written and one that was taken away leave the same hole. */
function unlogged(fault: LogFault, { lastSeq, isNamed }: LogEnd): GapFinding {
  const [from, to] = [fault.fromSeq ?? 0, fault.toSeq ?? 0];
  const [what, it] = fault.count === 1 ? ['has no log line', 'it'] : ['have no log line', 'them'];
  const isAtEnd = lastSeq === null || from > lastSeq;
  const why = isNamed
    ? 'the files that were named do not tell of ' + it
    : isAtEnd
      ? `the process ended before it wrote ${it}, or the log was removed or moved away since; the next start writes ${it}, marked replayed`
      : `later ones have: the lines were removed, or the log could not be written; no start writes ${it} again, the journal has ${it}`;
  const text = `${eventsText(from, to)} ${what}: ${why}`;
  const shown = `tradectl events tail --since ${from - 1} --limit ${fault.count}`;
  const repair = isAtEnd && !isNamed ? 'tradectl run' : shown;
  return gapFinding({ kind: 'no_log_line', severity: 'warn', text, repair }, placeOf(fault));
}

function unnamed(fault: LogFault): GapFinding {
  const text = `${fault.evidence} (event ${fault.fromSeq ?? '?'}) has no line in the log, which names others of its type`;
  return gapFinding(
    {
      kind: 'no_log_line',
      severity: 'warn',
      text,
      repair: `tradectl trace ${fault.fromSeq ?? fault.toSeq ?? 1}`,
    },
    placeOf(fault),
  );
}

function unrecorded(fault: LogFault, headSeq: number): GapFinding {
  const { fromSeq, toSeq } = fault;
  const [gone, are] = fromSeq === toSeq ? ['it was', 'is'] : ['they were', 'are'];
  const what =
    fromSeq === null
      ? 'a log line tells of an event that'
      : `log lines tell of ${eventsText(fromSeq, toSeq ?? fromSeq)}, which`;
  const text = `${what} the journal does not have: ${gone} committed and ${are} gone, or another journal was meant`;
  return gapFinding(
    {
      kind: 'no_event',
      severity: 'fail',
      text,
      // A start says that a tail is gone; what is gone before it only a backup may still have.
      repair: (fromSeq ?? 0) > headSeq ? 'tradectl run' : 'tradectl restore FILE',
    },
    placeOf(fault),
  );
}

function different(fault: LogFault): GapFinding {
  const text = `log lines of ${eventsText(fault.fromSeq ?? 0, fault.toSeq ?? 0)} carry other hashes than the journal: one of the two was replaced or changed`;
  return gapFinding(
    {
      kind: 'log_differs',
      severity: 'fail',
      text,
      repair: 'tradectl events verify --full',
    },
    placeOf(fault),
  );
}

function placeOf(fault: LogFault): Partial<GapFinding> {
  const { fromSeq, toSeq, atMs, count, evidence } = fault;
  return {
    from_seq: fromSeq,
    to_seq: toSeq,
    from_ms: atMs,
    to_ms: atMs,
    count,
    evidence: evidence.length > QUOTED ? `${evidence.slice(0, QUOTED)}…` : evidence,
  };
}
