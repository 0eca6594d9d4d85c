/** Who created it: what the bot says it opened, what it found, and what nothing explains. */
import { ms } from '../../domain/clock.ts';
import { sourceName, type PositionRow, type TimelineEntry } from '../timeline.ts';
import { isDoubted, openingOf, ownRows, telling, told, whenOf, whenOpened } from './look.ts';
import { isLone, lone } from './lone-name.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed, span } from './words.ts';

export const origin: Rule = (evidence) => {
  const rows = ownRows(evidence);
  if (evidence.missingSeq !== null) return [numberMissing(evidence, evidence.missingSeq)];
  if (rows.length > 0) return rows.flatMap((row) => ofRow(evidence, row));
  return [isLone(evidence) ? lone(evidence) : withoutRow(evidence)];
};

function ofRow(evidence: Evidence, row: PositionRow): Statement[] {
  const opening = openingOf(evidence, row.positionId);
  if (opening === null) {
    const text = `${noEvent(evidence)} explains position ${row.positionId}: there is a row of it and nothing that says how it came to be.`;
    return [
      statement('row-without-event', 'origin', text, { weight: 'warning', evidence: [cite(row)] }),
    ];
  }
  if (opening.means === 'position_imported') return [imported(evidence, row, opening)];
  return evidence.foreign ? claimed(evidence, row, opening) : [opened(evidence, row, opening)];
}

/** An event that could not be read, or whose word nobody knows, may be the one. */
function noEvent({ unread, foreign, entries }: Evidence): string {
  const isVague = entries.some(
    ({ about, source, means }) => about && source.kind === 'journal' && means === 'other',
  );
  return foreign && ((unread?.events ?? 0) > 0 || isVague)
    ? 'No event that was understood'
    : 'No event';
}

function imported({ time }: Evidence, row: PositionRow, opening: TimelineEntry): Statement {
  const by =
    row.origin === 'operator'
      ? 'An operator brought it in'
      : 'The bot did not open it: it found it at the venue and imported it';
  const why = String(opening.facts['evidence'] ?? '');
  const text = `${by} at ${time(opening.atMs)} as position ${row.positionId}, ${row.side} ${row.quantity}${why === '' ? '' : ` (${why})`}. No order of this journal opened it: a hand, another program or a lost journal did.`;
  return statement('imported', 'origin', text, {
    weight: 'warning',
    evidence: [cite(opening)],
    command: 'tradectl reconcile',
  });
}

function opened(evidence: Evidence, row: PositionRow, opening: TimelineEntry): Statement {
  const { time } = evidence;
  const ofPosition = ({ refs }: TimelineEntry): boolean => refs.positionId === row.positionId;
  const signal = telling(evidence, ['signal']).find(({ refs }) => refs.signalId === row.signalId);
  const sent = telling(evidence, ['order_sent']).find(
    (each) => ofPosition(each) && each.facts['role'] === 'entry',
  );
  const fill = telling(evidence, ['fill']).find(ofPosition);
  const steps = [
    signal === undefined ? null : `signal ${row.signalId} at ${time(signal.atMs)}`,
    sent === undefined ? null : `entry order ${sent.refs.clientOrderId} sent at ${time(sent.atMs)}`,
    fill === undefined ? null : `first filled at ${time(fill.atMs)} for ${told(fill, 'price')}`,
  ].filter((step) => step !== null);
  const how = row.origin === 'fill' ? 'A fill that the bot read opened it' : 'The bot opened it';
  const size = isDoubted(evidence, row) ? '' : `${row.side} ${row.quantity}, `;
  const text = `${how} (${size}position ${row.positionId})${steps.length === 0 ? '' : `: ${listed(steps)}`}.`;
  return statement('opened-by-bot', 'origin', text, {
    evidence: [signal, sent, fill, opening].filter((each) => each !== undefined).map(cite),
  });
}

/** The words of another bot: its own event is strong, a time inside an id is stronger. */
function claimed(evidence: Evidence, row: PositionRow, opening: TimelineEntry): Statement[] {
  const { signalId, correlationId } = opening.refs;
  const named = signalId === null ? '' : ` and signal ${signalId}`;
  const text = `The bot's own events claim it: event ${opening.source.seq} ${opening.type} of ${whenOf(evidence, opening)} names position ${row.positionId}${named}. The row of it is of ${whenOpened(evidence, row)}.`;
  const claim = statement('claimed-by-bot', 'origin', text, {
    evidence: [cite(opening), cite(row)],
  });
  const epoch = epochIn(correlationId);
  if (epoch === null || row.openedMs === 0) return [claim];
  const apart = row.openedMs - epoch;
  const side = apart >= 0 ? 'before' : 'after';
  const clock = `Its correlation id carries the clock of whoever made it: ${evidence.time(ms(epoch))}, ${span(Math.abs(apart))} ${side} the row. Position, event and id agree, so the position was made at that time by a program that knew the signal; a venue or a hand does not write such an id.`;
  if (Math.abs(apart) > 60_000) return [claim];
  return [claim, statement('clock-in-id', 'origin', clock, { evidence: [cite(opening)] })];
}

/** Milliseconds of seconds since 1970 written inside an id, as `..._1760785632.851694`. */
export function epochIn(id: string | null): number | null {
  const seconds = /(?:^|\D)(1\d{9})(?:\.(\d{1,9}))?(?!\d)/.exec(id ?? '');
  if (seconds?.[1] === undefined) return null;
  return Number(seconds[1]) * 1_000 + Number((seconds[2] ?? '').padEnd(3, '0').slice(0, 3));
}

/** A number that was given out: what stands beside it, and what the log kept of it. */
function numberMissing(evidence: Evidence, seq: number): Statement {
  const beside = evidence.entries.filter(({ source }) => source.kind === 'journal');
  const line = evidence.entries.find(({ source }) => source.kind === 'log');
  const logged =
    line !== undefined
      ? ` The log has its line: ${line.quote}`
      : evidence.log === null
        ? ' No log was read that could tell what it said.'
        : ' The log that was read has no line of it.';
  const text = `Event ${seq} is missing: the journal gave out that number and holds no event of it.${logged}`;
  return statement('number-missing', 'origin', text, {
    weight: 'act',
    evidence: [...beside, ...(line === undefined ? [] : [line])].map(cite),
    command: 'tradectl events gap',
  });
}

function withoutRow(evidence: Evidence): Statement {
  const { symbols, time, foreign } = evidence;
  const name = symbols.length === 0 ? evidence.ref : listed(symbols);
  const seen = telling(evidence, ['at_venue'])[0];
  const opening = telling(evidence, ['position_opened', 'position_imported'], 'journal')[0];
  // What another bot's events claim they claim, whatever the exchange lists.
  if (seen !== undefined && !(foreign && opening !== undefined)) {
    const but = foreign
      ? 'no row or event of the bot that was understood explains it'
      : 'the bot holds nothing of it';
    const text = `${name} is at the venue (${time(seen.atMs)}) and ${but}.`;
    return statement('nothing-explains', 'origin', text, {
      weight: 'act',
      evidence: [cite(seen)],
      command: 'tradectl reconcile',
    });
  }
  if (opening !== undefined) return eventWithoutRow(evidence, opening, name);
  const declined = telling(evidence, ['declined']).at(-1);
  const text = evidence.foreign
    ? `No row and no event that was understood tells of the opening of a position of ${name}. Whether there was one cannot be known from this evidence.`
    : `The bot holds no position of ${name}, and no event says that it ever did.`;
  const why =
    declined === undefined
      ? ''
      : ` Its last decision on it, at ${time(declined.atMs)}: ${declined.quote}.`;
  return statement('never-held', 'origin', text + why, {
    evidence: declined === undefined ? [] : [cite(declined)],
    command: evidence.foreign || symbols.length === 0 ? null : `tradectl why ${symbols[0]}`,
  });
}

/** A row that stands beside and names it may be the one that is missed. */
function eventWithoutRow(evidence: Evidence, opening: TimelineEntry, name: string): Statement {
  const beside = evidence.unread?.rows.filter(({ names }) => names.length > 0) ?? [];
  const row =
    beside.length === 0
      ? 'no row of it is here'
      : `no row of it was understood (${listed(
          beside.map(({ source }) => sourceName(source)),
          3,
        )} ${beside.length === 1 ? 'names' : 'name'} it)`;
  const { positionId, signalId } = opening.refs;
  const named = [
    positionId === null ? null : ` as position ${positionId}`,
    signalId === null ? null : ` of signal ${signalId}`,
  ];
  const text = `Event ${opening.source.seq ?? '-'} ${opening.type} of ${whenOf(evidence, opening)} says that a position of ${name} came to be${named.join('')}, and ${row}: what became of it cannot be known from this evidence.`;
  return statement('event-without-row', 'origin', text, {
    weight: 'warning',
    evidence: [opening, ...beside.slice(0, 2)].map(cite),
  });
}
