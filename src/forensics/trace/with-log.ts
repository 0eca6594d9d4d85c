/**
 * The log beside the timeline: which of the subject's events have their line, and what a log says of the subject
 * in lines that are no event's, or of an event that the journal lacks.
 */
import { parseLogLine } from '../../core/log-record.ts';
import { ms, parseTime, type Ms } from '../../domain/clock.ts';
import type { SourceLogLine } from '../journal-source.ts';
import { NO_REFS, type TimelineEntry } from '../timeline.ts';
import type { Evidence } from '../verdict/statement.ts';
import type { Lacks } from './lacked-lines.ts';

/** Lines that are no event's; of a market in trouble there may be thousands. */
const MOST_LINES = 200;

/** `lacks` is asked of the numbered lines about the subject, its own events' included. */
export function withLog(
  evidence: Evidence,
  lines: Iterable<SourceLogLine>,
  lacks: Lacks = () => false,
): Evidence {
  const own = seqsOf(evidence);
  const names = namesOf(evidence);
  const logged = new Set<number>();
  const said: TimelineEntry[] = [];
  let [read, lowest, from, to] = [0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0];
  for (const line of lines) {
    read += 1;
    from = Math.min(from, line.timeMs ?? from);
    to = Math.max(to, line.timeMs ?? to);
    if (line.seq !== null) {
      lowest = Math.min(lowest, line.seq);
      const isOurs = own.has(line.seq) || names.some((name) => line.text.includes(name));
      const isLacked = said.length < MOST_LINES && isOurs && lacks(line);
      if (!isLacked) logged.add(line.seq);
      if (isLacked || line.seq === evidence.missingSeq) said.push(entryOf(line, isLacked));
    } else if (said.length < MOST_LINES && isAbout(line, names)) said.push(entryOf(line));
  }
  if (read === 0) return evidence;
  // What came before the log began is nobody's omission.
  const judged = (entry: TimelineEntry): TimelineEntry => {
    const { kind, seq } = entry.source;
    if (kind !== 'journal' || seq === null || seq < lowest) return entry;
    return { ...entry, facts: { ...entry.facts, logged: logged.has(seq) } };
  };
  // Nobody knows the words of another bot's log without the patterns of a map.
  const told = evidence.foreign
    ? said.map((entry) => ({ ...entry, facts: { ...entry.facts, unread: true } }))
    : said;
  const numbered = lowest < Number.MAX_SAFE_INTEGER && !evidence.foreign;
  return {
    ...evidence,
    entries: [...(numbered ? evidence.entries.map(judged) : evidence.entries), ...told],
    log: evidence.log ?? {
      lines: read,
      understood: evidence.foreign ? 0 : null,
      namedUnread: [],
      fromMs: ms(to === 0 ? 0 : from),
      toMs: to as Ms,
      says: [],
    },
  };
}

function namesOf({ symbols, positions, entries }: Evidence): string[] {
  const ids = entries
    .filter(({ about }) => about)
    .flatMap(({ refs }) => [refs.signalId, refs.clientOrderId, refs.venueOrderId]);
  const own = positions.filter(({ about }) => about).map(({ positionId }) => positionId);
  return [
    ...new Set([...symbols, ...own, ...ids].filter((name) => name !== null && name.length > 2)),
  ] as string[];
}

function isAbout({ symbol, text }: SourceLogLine, names: readonly string[]): boolean {
  return (symbol !== null && names.includes(symbol)) || names.some((name) => text.includes(name));
}

function seqsOf({ entries }: Evidence): ReadonlySet<number> {
  return new Set(
    entries.flatMap(({ source }) => (source.kind === 'journal' ? (source.seq ?? []) : [])),
  );
}

/** `unheld`: of an event that the journal lacks. */
function entryOf(line: SourceLogLine, unheld = false): TimelineEntry {
  return {
    atMs: momentOf(line),
    recordedMs: null,
    source: {
      kind: 'log',
      file: line.file.split('/').at(-1) ?? line.file,
      line: line.line,
      seq: null,
    },
    means: 'other',
    type: line.type ?? 'line',
    quote: parseLogLine(line.text)?.msg ?? line.text,
    refs: { ...NO_REFS, symbol: line.symbol, positionId: line.positionId },
    life: null,
    about: true,
    facts: {
      timed: line.timeMs !== null,
      pid: line.pid,
      ...(unheld ? { unheld: line.seq, path: line.file } : {}),
    },
  };
}

/** `at` is of the bot's own clock, as its events are; the time of the line is the wall's. */
function momentOf({ text, timeMs }: SourceLogLine): Ms {
  const [, at] = /^\{.*?"at":"([^"]+)"/.exec(text) ?? [];
  return ms((at === undefined ? null : parseTime(at)) ?? timeMs ?? 0);
}
