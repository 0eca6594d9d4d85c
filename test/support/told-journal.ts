/** A journal made of a few words, for the forensic rules: what is not said is unremarkable. */
import type { RestoreRecord } from '../../src/core/restore-records.ts';
import { ms } from '../../src/domain/clock.ts';
import type {
  EventMark,
  HighWater,
  JournalSource,
  SourceEvent,
  SourceLogLine,
  SourceRun,
} from '../../src/forensics/journal-source.ts';

export interface ToldJournal {
  readonly kind?: 'own' | 'foreign';
  /** False for a copy of a journal. */
  readonly isHome?: boolean;
  readonly marks?: readonly EventMark[];
  readonly runs?: readonly SourceRun[];
  readonly mark?: HighWater;
  readonly log?: readonly SourceLogLine[];
  readonly restores?: readonly RestoreRecord[];
  /** Reading any of these numbers fails, as on a damaged page. */
  readonly unreadable?: readonly number[];
  readonly fail?: () => Error;
}

export const MINUTE = 60_000;
/** The first event of a told journal was recorded then. */
export const T0 = 1_700_000_000_000;

/** A cycle a minute unless said otherwise; happened when it was recorded. */
export function mark(seq: number, more: Partial<EventMark> = {}): EventMark {
  const recordedMs = more.recordedMs === undefined ? T0 + seq * MINUTE : more.recordedMs;
  return {
    seq,
    type: 'CYCLE_END',
    runId: 'run-1',
    positionId: null,
    tsMs: recordedMs,
    hash: hashOf(seq),
    link: 'whole',
    ...more,
    recordedMs,
  };
}

export function marks(from: number, to: number): EventMark[] {
  return Array.from({ length: to - from + 1 }, (_, at) => mark(from + at));
}

export function hashOf(seq: number): string {
  return String(seq).padStart(8, '0').padEnd(64, 'a');
}

export function run(life: number, more: Partial<SourceRun> = {}): SourceRun {
  return {
    life,
    runId: 'run-1',
    pid: 1000 + life,
    host: 'vm',
    bootId: 'boot-1',
    startedMs: T0,
    lastBeatMs: T0 + MINUTE,
    lastRssBytes: null,
    lastSeq: null,
    endedMs: null,
    endReason: null,
    isAlive: false,
    ...more,
  };
}

export function logLine(seq: number | null, more: Partial<SourceLogLine> = {}): SourceLogLine {
  return {
    file: 'bot.log',
    line: seq ?? 1,
    timeMs: T0 + (seq ?? 0) * MINUTE,
    seq,
    hash8: seq === null ? null : hashOf(seq).slice(0, 8),
    type: 'CYCLE_END',
    symbol: null,
    positionId: null,
    pid: 1001,
    isReplayed: false,
    text: `line of ${seq ?? 'nothing'}`,
    ...more,
  };
}

/** At the tenth minute: events 7 to 10 went, the journal goes on behind event 6. */
export function restored(more: Partial<RestoreRecord> = {}): RestoreRecord {
  return {
    atMs: ms(T0 + 10 * MINUTE),
    pid: 7,
    user: 'ops',
    from: '/b.db',
    relation: 'older',
    headSeq: 6,
    headMs: T0 + 6 * MINUTE,
    replacedSeq: 10,
    kept: '/archive/state.db',
    ...more,
  };
}

export function toldJournal(told: ToldJournal): JournalSource {
  const all = told.marks ?? [];
  const page = (after: number, limit: number): EventMark[] => {
    const found = all.filter(({ seq }) => seq > after).slice(0, limit);
    const bad = found.some(({ seq }) => told.unreadable?.includes(seq) === true);
    if (bad) throw told.fail?.() ?? new Error('unreadable');
    return found;
  };
  const [first, last] = [all[0], all.at(-1)];
  return {
    name: 'told.db',
    kind: told.kind ?? 'own',
    isHome: told.isHome ?? told.kind !== 'foreign',
    identity: () => 'told',
    ends: () => (first === undefined || last === undefined ? null : { first, last }),
    marks: page,
    events: (after, limit) => page(after, limit).map(eventOf),
    eventAt: (seq) => {
      const found = all.find((one) => one.seq === seq);
      return found === undefined ? null : eventOf(found);
    },
    contradictions: () => [],
    runs: () => told.runs ?? [],
    highWater: () => told.mark ?? { state: 'none', why: 'nobody wrote one' },
    restores: () => told.restores ?? [],
    heartbeats: told.kind === 'foreign' ? [] : ['CYCLE_END'],
    logLines: () => told.log ?? [],
  };
}

function eventOf(one: EventMark): SourceEvent {
  const { seq, type, runId, positionId, tsMs, recordedMs, hash } = one;
  return {
    seq,
    type,
    runId,
    positionId,
    tsMs,
    recordedMs,
    hash,
    symbol: null,
    clientOrderId: null,
    signalId: null,
    correlationId: null,
    causationSeq: null,
    payload: {},
    damage: null,
    where: `told.db event ${one.seq}`,
  };
}
