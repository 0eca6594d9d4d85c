/**
 * A log without numbers beside a journal: by type and position. Only types that the log tells of at all are
 * compared, and only in the time it covers; what it never tells of, it cannot be missing.
 */
import type { EventMark, JournalSource, SourceLogLine } from './journal-source.ts';
import type { LogComparison, LogFault } from './compare-log.ts';

/** Names of a log that are remembered; a larger log is compared as far as that. */
const MOST_NAMES = 200_000;
const PAGE = 1_000;
const MOST_FAULTS = 200;

interface Told {
  readonly atMs: number | null;
  readonly quote: string;
  isMatched: boolean;
}

export class NamedLines {
  told = 0;
  readonly types = new Set<string>();
  readonly names = new Map<string, Told>();
  fromMs: number | null = null;
  toMs: number | null = null;

  note(line: SourceLogLine): void {
    const { timeMs, type, positionId } = line;
    if (timeMs !== null) {
      this.fromMs = Math.min(this.fromMs ?? timeMs, timeMs);
      this.toMs = Math.max(this.toMs ?? timeMs, timeMs);
    }
    if (type === null || positionId === null) return;
    this.told += 1;
    this.types.add(type);
    if (this.names.size >= MOST_NAMES) return;
    const quote = `${line.file} line ${line.line}: ${line.text}`;
    this.names.set(nameOf(type, positionId), { atMs: timeMs, quote, isMatched: false });
  }
}

type Compared = Pick<LogComparison, 'told' | 'faults' | 'unknown'>;

export function compareNames(source: JournalSource, log: NamedLines): Compared {
  const faults: LogFault[] = [];
  for (const mark of eachMark(source)) {
    const { type, positionId } = mark;
    if (positionId === null || !log.types.has(type)) continue;
    const told = log.names.get(nameOf(type, positionId));
    if (told !== undefined) told.isMatched = true;
    else if (isCovered(mark, log) && faults.length < MOST_FAULTS) faults.push(noLine(mark));
  }
  for (const [name, told] of log.names) {
    if (told.isMatched || faults.length >= MOST_FAULTS) continue;
    faults.push({ ...NO_EVENT, atMs: told.atMs, evidence: `${name}; ${told.quote}` });
  }
  const unknown = [
    `whether other events had log lines: this log names only ${[...log.types].join(', ')}`,
  ];
  return { told: log.told, faults, unknown };
}

const NO_EVENT = { kind: 'no_event', fromSeq: null, toSeq: null, count: 1 } as const;

function noLine({ seq, type, positionId, recordedMs, tsMs }: EventMark): LogFault {
  const evidence = `${type} of position ${positionId}`;
  return {
    kind: 'no_line',
    fromSeq: seq,
    toSeq: seq,
    count: 1,
    atMs: recordedMs ?? tsMs,
    evidence,
  };
}

/** An event that was recorded late has its line then, or when it happened: both count as covered. */
function isCovered({ tsMs, recordedMs }: EventMark, { fromMs, toMs }: NamedLines): boolean {
  if (fromMs === null || toMs === null) return true;
  return [tsMs, recordedMs].some((at) => at !== null && at >= fromMs && at <= toMs);
}

function* eachMark(source: JournalSource): Iterable<EventMark> {
  for (let after = Number.MIN_SAFE_INTEGER; ;) {
    const page = source.marks(after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

function nameOf(type: string, positionId: string): string {
  return `${type} of position ${positionId}`;
}
