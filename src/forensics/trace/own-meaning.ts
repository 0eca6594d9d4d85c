/** Our own events in the words that all sources share. */
import { EVENT_COLUMNS, storedEvent, type EventRow } from '../../core/event-row.ts';
import { ms } from '../../domain/clock.ts';
import { eventSentence, UNREADABLE } from '../../domain/event-sentence.ts';
import type { EventType } from '../../domain/event.ts';
import { NO_REFS, type Fact, type Meaning, type TimelineEntry } from '../timeline.ts';

const MEANS: Partial<Record<EventType, Meaning>> = {
  RUN_STARTED: 'run_started',
  RUN_ENDED: 'run_ended',
  PREVIOUS_RUN_DIED: 'died',
  JOURNAL_TAIL_LOST: 'events_lost',
  SIGNAL: 'signal',
  REJECTION: 'declined',
  AUCTION_LOST: 'declined',
  ENTRY_DENIED: 'declined',
  ORDER_INTENDED: 'order_sent',
  ORDER_ACCEPTED: 'order_accepted',
  ORDER_ADOPTED: 'order_accepted',
  ORDER_DENIED: 'order_refused',
  ORDER_REJECTED: 'order_refused',
  ORDER_IN_DOUBT: 'order_in_doubt',
  ORDER_CANCELLED: 'order_ended',
  FILL: 'fill',
  POSITION_OPENED: 'position_opened',
  POSITION_IMPORTED: 'position_imported',
  POSITION_ADJUSTED: 'position_changed',
  POSITION_CLOSED: 'position_closed',
  POSITION_RETIRED: 'position_closed',
  POSITION_PROTECTED: 'protected',
  POSITION_UNPROTECTED: 'unprotected',
  OPERATOR_COMMAND: 'operator',
  ACKNOWLEDGED: 'operator',
  POSITION_BLOCKED: 'blocked',
  ACKNOWLEDGEMENT_NEEDED: 'blocked',
};
const ENDED: ReadonlySet<unknown> = new Set([
  'filled',
  'cancelled',
  'rejected',
  'expired',
  'absent',
]);

export const OWN_COLUMNS = EVENT_COLUMNS;

/** An event as a line of the timeline; one whose payload cannot be read is told all the same. */
export function ownEntry(row: EventRow, about: boolean, life: number | null): TimelineEntry {
  const quote = sentenceOf(row);
  const facts: Record<string, Fact> = {
    ...factsOf(row.payload),
    ...(quote === UNREADABLE ? { damaged: true } : {}),
    ...(row.causation_seq === null ? {} : { caused_by: row.causation_seq }),
  };
  const { symbol, position_id, signal_id, client_order_id, correlation_id } = row;
  return {
    atMs: ms(row.ts_ms),
    recordedMs: ms(row.recorded_ms),
    source: { kind: 'journal', file: null, line: null, seq: row.seq },
    means: meaningOf(row.type, facts),
    type: row.type,
    quote,
    refs: {
      ...NO_REFS,
      symbol,
      positionId: position_id,
      signalId: signal_id,
      clientOrderId: client_order_id,
      correlationId: correlation_id,
      venueOrderId: textOrNull(facts['venue_order_id']),
      tradeId: textOrNull(facts['trade_id']),
    },
    life,
    about,
    facts,
  };
}

/** The sentence of the log, without the market that every line here has. */
function sentenceOf(row: EventRow): string {
  const said = eventSentence(storedEvent(row));
  return row.symbol !== null && said.startsWith(`${row.symbol}: `)
    ? said.slice(row.symbol.length + 2)
    : said;
}

function meaningOf(type: string, facts: TimelineEntry['facts']): Meaning {
  if (type === 'ORDER_STATE') return ENDED.has(facts['state']) ? 'order_ended' : 'order_accepted';
  return MEANS[type as EventType] ?? 'other';
}

/** The payload's own figures and words; what is nested stays in the journal. */
function factsOf(payload: string): Record<string, Fact> {
  let read: unknown;
  try {
    read = JSON.parse(payload);
  } catch {
    return { damaged: true };
  }
  if (typeof read !== 'object' || read === null) return { damaged: true };
  const pairs = Object.entries(read as Record<string, unknown>);
  const flat = pairs.filter(([, value]) => value === null || typeof value !== 'object');
  return Object.fromEntries(flat) as Record<string, Fact>;
}

function textOrNull(value: Fact | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
