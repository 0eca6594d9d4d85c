/** `tradectl.trace/1`: one subject, its timeline with everything drawn in, and the verdict. */
import type { Ms } from '../../domain/clock.ts';
import { sourceName } from '../timeline.ts';
import type { Evidence, Statement } from '../verdict/statement.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { timeIn } from './moments.ts';
import { drawnTimeline, type DrawnLine } from './drawn-timeline.ts';

export interface TraceLine {
  readonly mark: 'entry' | 'death' | 'gap';
  /** Null for what was written later without a time. */
  readonly at_ms: number | null;
  readonly at: string | null;
  readonly recorded_ms: number | null;
  readonly late_ms: number | null;
  readonly source: string | null;
  readonly kind: string | null;
  readonly seq: number | null;
  readonly pid: number | null;
  readonly life: number | null;
  readonly means: string | null;
  readonly type: string | null;
  readonly about: boolean;
  readonly text: string;
}

export interface TraceDocument {
  readonly schema: 'tradectl.trace/1';
  readonly as_of_ms: number;
  readonly ref: string;
  readonly source: string;
  readonly foreign: boolean;
  /** Of the times that are written out: minutes east of UTC. */
  readonly zone_minutes: number;
  readonly symbols: readonly string[];
  readonly positions: readonly {
    readonly position_id: string;
    readonly symbol: string;
    readonly side: string | null;
    readonly status: string | null;
    readonly quantity: string | null;
    readonly entry_price: string | null;
    readonly stop_price: string | null;
    readonly targets: readonly string[];
    readonly signal_id: string | null;
    readonly opened_ms: number;
    readonly closed_ms: number | null;
  }[];
  readonly older: readonly string[];
  readonly left_out: number;
  readonly truncated: boolean;
  readonly lives: readonly {
    readonly life: number;
    readonly pid: number | null;
    readonly started_ms: number;
    readonly last_sign_ms: number;
    readonly ended_ms: number | null;
    readonly end: string;
  }[];
  readonly timeline: readonly TraceLine[];
  readonly verdict: readonly Statement[];
}

export function traceDocument(evidence: Evidence, source: string, asOfMs: Ms): TraceDocument {
  return {
    schema: 'tradectl.trace/1',
    as_of_ms: asOfMs,
    ref: evidence.ref,
    source,
    foreign: evidence.foreign,
    zone_minutes: evidence.zone,
    symbols: evidence.symbols,
    positions: evidence.positions
      .filter(({ about }) => about)
      .map((row) => ({
        position_id: row.positionId,
        symbol: row.symbol,
        side: row.side,
        status: row.status,
        quantity: row.quantity,
        entry_price: row.entryPrice,
        stop_price: row.stopPrice,
        targets: row.targets,
        signal_id: row.signalId,
        opened_ms: row.openedMs,
        closed_ms: row.closedMs,
      })),
    older: evidence.older,
    left_out: evidence.leftOut,
    truncated: evidence.truncated,
    lives: livesAround(evidence),
    timeline: drawnTimeline(evidence).map((line) => traceLine(evidence, line)),
    verdict: verdictOf(evidence),
  };
}

/** Lives that a line belongs to, and those that died in sight. */
function livesAround({ lives, entries }: Evidence): TraceDocument['lives'] {
  const named = new Set(entries.map(({ life }) => life));
  return lives
    .filter(({ life }) => named.has(life))
    .map((each) => ({
      life: each.life,
      pid: each.pid,
      started_ms: each.startedMs,
      last_sign_ms: each.lastSignMs,
      ended_ms: each.endedMs,
      end: each.end,
    }));
}

function traceLine(evidence: Evidence, line: DrawnLine): TraceLine {
  if (line.kind !== 'entry') {
    const nothing = {
      recorded_ms: null,
      late_ms: null,
      source: null,
      kind: null,
      seq: null,
      pid: null,
      life: null,
      means: null,
      type: null,
    };
    return {
      mark: line.kind,
      at_ms: line.atMs,
      at: timeIn(evidence.zone)(line.atMs),
      ...nothing,
      about: false,
      text: line.text,
    };
  }
  const { atMs, recordedMs, source, means, type, quote, life, about } = line.entry;
  // Where it stands in the order is then borrowed from its neighbour: no time of its own is told.
  const told = atMs > 0 && line.entry.facts['timed'] !== false ? atMs : null;
  return {
    mark: 'entry',
    at_ms: told,
    at: told === null ? null : timeIn(evidence.zone)(told),
    recorded_ms: recordedMs,
    late_ms: recordedMs === null || line.entry.facts['timed'] === false ? null : recordedMs - atMs,
    source: sourceName(source),
    kind: source.kind,
    seq: source.seq,
    pid: evidence.lives.find((each) => each.life === life)?.pid ?? null,
    life,
    means,
    type,
    about,
    text: quote,
  };
}
