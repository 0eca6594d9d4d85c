/** A name that is no position's: what the event is, who wrote it when, and what came of it. */
import { processName, telling } from './look.ts';
import { cite, statement, type Evidence, type Statement } from './statement.ts';
import type { TimelineEntry } from '../timeline.ts';
import { listed, many, span } from './words.ts';

/** Looked up in our own journal, and neither a market nor a position's. */
export function isLone({ kind, entries, positions }: Evidence): boolean {
  const isNamed = kind !== undefined && kind !== 'symbol' && kind !== 'nothing';
  return isNamed && positions.length === 0 && entries.some(({ about }) => about) && !opens(entries);
}

/** One that opened a position is that position's. */
function opens(entries: readonly TimelineEntry[]): boolean {
  return entries.some(
    ({ about, means }) => about && (means === 'position_opened' || means === 'position_imported'),
  );
}

export function lone(evidence: Evidence): Statement {
  const own = evidence.entries.filter(
    ({ about, source }) => about && source.kind === 'journal' && source.seq !== null,
  );
  const asked = Number(evidence.ref.replace('seq:', ''));
  const event = own.find(({ source }) => source.seq === asked);
  return evidence.kind === 'event' && event !== undefined
    ? ofEvent(evidence, { event, own })
    : ofName(evidence, own);
}

interface Named {
  readonly event: TimelineEntry;
  /** With the events of the signal and the order that it names. */
  readonly own: readonly TimelineEntry[];
}

function ofEvent(evidence: Evidence, { event, own }: Named): Statement {
  const { time, entries, lives } = evidence;
  const { seq } = event.source;
  const symbol = event.refs.symbol === null ? '' : ` of ${event.refs.symbol}`;
  const life = lives.find((each) => each.life === event.life);
  const by = life === undefined ? 'somebody outside any life of the bot' : processName(life, time);
  const late = (event.recordedMs ?? event.atMs) - event.atMs;
  const when = late === 0 ? '' : ` and recorded ${span(late)} later`;
  const tied = entries.filter((each) => !each.about && each.source.kind === 'journal');
  const caused = tied.filter(({ facts }) => facts['caused_by'] === seq);
  const cause = tied.find(({ source }) => source.seq === event.facts['caused_by']);
  const parts = [
    `Event ${seq} is ${event.type}${symbol}, written by ${by}: it happened at ${time(event.atMs)}${when}. ${quoted(event)}`,
    cause === undefined ? '' : ` Its cause is event ${cause.source.seq} (${cause.type}).`,
    caused.length === 0
      ? ''
      : ` It caused ${listed(caused.map((each) => `event ${each.source.seq} (${each.type})`))}.`,
    following(own, event),
    lifeOf(evidence, event),
  ];
  const evidenced = [event, ...(cause === undefined ? [] : [cause]), ...caused.slice(0, 3)];
  return statement('event-alone', 'origin', parts.join(''), {
    evidence: evidenced.map(cite),
    command: `tradectl events show ${seq}`,
  });
}

/** What else its signal or its order came to, and that no position did. */
function following(own: readonly TimelineEntry[], event: TimelineEntry): string {
  if (event.means === 'declined') {
    return ' The bot decided not to trade: it sent no order for it, and no position came of it.';
  }
  const after = own.filter(({ source }) => (source.seq ?? 0) > (event.source.seq ?? 0));
  const last = after.at(-1);
  const { signalId, clientOrderId } = event.refs;
  if (signalId === null && clientOrderId === null) return " It is no position's event.";
  const name = clientOrderId === null ? `signal ${signalId}` : `order ${clientOrderId}`;
  const then =
    last === undefined
      ? `Nothing later names ${name}`
      : `Of ${name} the last is event ${last.source.seq} (${last.type}): ${last.quote}`;
  return ` ${then}. No position came of it.`;
}

/** What a start or an end says of its life. */
function lifeOf({ lives, time }: Evidence, event: TimelineEntry): string {
  const life = lives.find((each) => each.life === event.life);
  if (event.means !== 'run_started' || life === undefined) return '';
  const ends = {
    clean: `ended in order (${life.endReason}) at ${time(life.endedMs ?? life.lastSignMs)}`,
    died: `died without a word; its last sign of life is of ${time(life.lastSignMs)}`,
    running: 'runs still',
    unknown: 'has no end in this copy',
  };
  return ` The life that began with it ${ends[life.end]}.`;
}

function quoted({ quote }: TimelineEntry): string {
  const said = `${quote[0]?.toUpperCase() ?? ''}${quote.slice(1)}`;
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

/** A signal, an order or a trade of which no position came. */
function ofName(evidence: Evidence, own: readonly TimelineEntry[]): Statement {
  const { time, ref, kind } = evidence;
  const [first, last] = [own[0], own.at(-1)];
  const declined = telling(evidence, ['declined']).at(-1);
  const ended = declined ?? last;
  const told =
    first === undefined || ended === undefined
      ? ''
      : ` ${many(own.length, 'event')} from ${time(first.atMs)} on; event ${ended.source.seq} (${ended.type}) says: ${quoted(ended)}`;
  const what = `${(kind ?? 'name')[0]?.toUpperCase()}${kind?.slice(1)}`;
  const text = `${what} ${ref} led to no position.${told}`;
  const shown = [first, ended].filter((each) => each !== undefined);
  return statement('no-position', 'origin', text, {
    evidence: [...new Set(shown)].map(cite),
    command: ended === undefined ? null : `tradectl events show ${ended.source.seq}`,
  });
}
