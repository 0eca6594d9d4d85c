/** What the comparison of journal and log found, as findings. */
import type { LogComparison, LogFault } from './compare-log.ts';
import type { JournalSource } from './journal-source.ts';
import { eventsText, gapFinding, type GapFinding } from './gap-finding.ts';

/** Longest quotation of a log line in a finding. */
const QUOTED = 300;

export function logGaps(
  { faults, lastSeq }: LogComparison,
  { kind, name }: Pick<JournalSource, 'kind' | 'name'>,
): GapFinding[] {
  return faults.map((fault) => {
    if (fault.kind === 'no_line')
      return kind === 'own' ? unlogged(fault, lastSeq) : unnamed(fault, name);
    if (fault.kind === 'differs') return different(fault);
    return unrecorded(fault, kind === 'own' ? null : name);
  });
}

function unlogged(fault: LogFault, lastLogged: number | null): GapFinding {
  const [from, to] = [fault.fromSeq ?? 0, fault.toSeq ?? 0];
  const what = `${eventsText(from, to)} ${fault.count === 1 ? 'has' : 'have'} no log line`;
  const atEnd = lastLogged === null || from > lastLogged;
  const text = atEnd
    ? `${what}: the process ended before it wrote them; the next start writes them, marked replayed`
    : `${what}, later ones have: the lines were removed, or the log could not be written`;
  return gapFinding(
    {
      kind: 'no_log_line',
      severity: 'warn',
      text,
      repair: atEnd ? 'tradectl run' : `tradectl events show ${from}`,
    },
    placeOf(fault),
  );
}

function unnamed(fault: LogFault, db: string): GapFinding {
  const text = `${fault.evidence} (event ${fault.fromSeq ?? '?'}) has no line in the log, which names others of its type`;
  return gapFinding(
    {
      kind: 'no_log_line',
      severity: 'warn',
      text,
      repair: `tradectl trace ${fault.fromSeq ?? 'REF'} --db ${db}`,
    },
    placeOf(fault),
  );
}

function unrecorded(fault: LogFault, db: string | null): GapFinding {
  const { fromSeq, toSeq } = fault;
  const what =
    fromSeq === null
      ? 'a log line tells of an event that'
      : `log lines tell of ${eventsText(fromSeq, toSeq ?? fromSeq)}, which`;
  const text = `${what} the journal does not have: it was committed and is gone, or another journal was meant`;
  return gapFinding(
    {
      kind: 'no_event',
      severity: 'fail',
      text,
      repair: db === null ? 'tradectl reconcile --dry-run' : `tradectl trace REF --db ${db}`,
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
