/** `tradectl events show SEQ`: everything of one event, and where it belongs. */
import { inOurWords } from '../src/core/database.ts';
import { duration } from '../src/domain/duration.ts';
import { counted } from '../src/domain/counted.ts';
import { isoTime, ms } from '../src/domain/clock.ts';
import { eventFacts, type EventFacts, type ShortEvent } from '../src/forensics/event-facts.ts';
import { openOwnJournal } from '../src/forensics/own-journal.ts';
import { ownNeighbours } from '../src/forensics/own-neighbours.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { paragraph } from './output/plan-lines.ts';
import { safeText } from './output/safe-text.ts';

/** Width of the column of names. */
const NAMES = 13;

export function showEvent(context: Context, seq: number): number {
  const journal = openOwnJournal(context.home);
  try {
    const facts = inOurWords(journal.name, () =>
      eventFacts(journal, ownNeighbours(journal.db, journal), seq),
    );
    const width = Math.min(80, context.columns);
    context.out(context.json ? jsonLine(facts) : factsText(facts, width));
    // An event that is not what was committed is a finding.
    return facts.hash_check === 'broken' || facts.damage !== null ? 1 : 0;
  } finally {
    journal.close();
  }
}

function factsText(facts: EventFacts, width: number): string {
  const { event } = facts;
  const rows: (readonly [string, string | null])[] = [
    ['Event', `${event.seq}  ${event.type}`],
    ['Happened', timeText(event.ts_ms)],
    ['Recorded', recordedText(facts)],
    ['Symbol', event.symbol],
    ['Position', event.position_id],
    ['Order', event.client_order_id],
    ['Signal', event.signal_id],
    ['Correlation', event.correlation_id],
    ['Run', runText(facts)],
    ['Hash', hashText(facts)],
    ['Caused by', facts.cause === null ? causeText(event.causation_seq) : shortText(facts.cause)],
  ];
  const told = rows.flatMap(([name, value]) => (value === null ? [] : named(name, value, width)));
  const lines = [
    ...told,
    ...payloadLines(facts, width),
    ...neighbourLines('Caused', facts.caused),
    ...relatedLines(facts),
    ...neighbourLines(
      'Around',
      [facts.before, facts.after].filter((each) => each !== null),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function named(name: string, value: string, width: number): string[] {
  const [first = '', ...rest] = paragraph(value, { indent: NAMES, width });
  return [name.padEnd(NAMES) + first.slice(NAMES), ...rest];
}

function timeText(at: number | null): string {
  return at === null ? 'not said' : isoTime(ms(at));
}

function recordedText({ event, lag_ms: lag }: EventFacts): string {
  const late = lag === null || lag === 0 ? '' : `, ${duration(lag)} after it happened`;
  return `${timeText(event.recorded_ms)}${late}`;
}

function runText({ run, run_known_by: known, event }: EventFacts): string {
  if (run === null) return `not known: ${known}`;
  const ended =
    run.liveness === 'ended'
      ? `ended ${utcMinute(run.ended_ms)} (${run.end_reason ?? 'no reason'})`
      : run.liveness;
  const host = run.host === null ? '' : ` on ${run.host}`;
  return `pid ${run.pid ?? '?'}${host}, started ${utcMinute(run.started_ms)}, ${ended}; ${event.run_id ?? ''}`;
}

function hashText({ event, hash_check: check, previous_seq: before }: EventFacts): string {
  if (event.hash === null) return 'none: this journal has no hashes';
  const said =
    check === 'whole'
      ? before === null
        ? `${event.seq === 1 ? 'begins the chain' : 'follows a gap'} and is as it was committed`
        : `follows event ${before} and is as it was committed`
      : 'BROKEN: this event, or the one before it, is not what was committed';
  return `${event.hash.slice(0, 16)}… ${said}`;
}

function causeText(seq: number | null): string | null {
  return seq === null ? null : `event ${seq}, which is not in the journal`;
}

function payloadLines({ event, damage }: EventFacts, width: number): string[] {
  if (damage !== null) return ['', ...paragraph(`Payload: ${damage}`, { indent: 0, width })];
  const rows = Object.entries(event.payload);
  if (rows.length === 0) return [];
  const lines = rows.flatMap(([name, value]) => {
    const said = typeof value === 'string' ? value : JSON.stringify(value);
    return paragraph(`${name}: ${said}`, { indent: 2, width });
  });
  return ['', 'Payload', ...lines];
}

function relatedLines({ related_by: by, related_total: total, related }: EventFacts): string[] {
  if (by === null) return [];
  return neighbourLines(`Same ${by} (${counted(total, 'event')})`, related);
}

function neighbourLines(title: string, events: readonly ShortEvent[]): string[] {
  if (events.length === 0) return [];
  return ['', safeText(title), ...events.map((event) => `  ${safeText(shortText(event))}`)];
}

function shortText({ seq, ts_ms: at, type, symbol }: ShortEvent): string {
  return [seq, timeText(at), type, symbol ?? ''].join(' ').trimEnd();
}
