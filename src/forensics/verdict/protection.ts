/** Whether a stop covered it, from when to when, and on whose word. */
import type { PositionRow, TimelineEntry } from '../timeline.ts';
import { isTimed, ownRows, telling, told, whenOf } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed, span } from './words.ts';

export const protection: Rule = (evidence) => [
  ...ownRows(evidence).flatMap((row) =>
    evidence.foreign ? byItsWord(evidence, row) : proven(evidence, row),
  ),
  ...unknownToUs(evidence),
];

/** What the venue lists and the books do not have: only the venue can say what protects it. */
function unknownToUs(evidence: Evidence): Statement[] {
  const { venue, time } = evidence;
  const strangers = (venue?.positions ?? []).filter(
    ({ symbol }) => venue?.books.some((held) => held.symbol === symbol) === false,
  );
  return strangers.map(({ symbol, side, quantity }) => {
    const seen = telling(evidence, ['at_venue']).filter(({ refs }) => refs.symbol === symbol);
    const live = venue?.stops?.filter((stop) => stop.symbol === symbol) ?? null;
    const prices = live?.map((stop) => `${stop.quantity} at ${stop.stopPrice ?? 'no price'}`);
    const what = `${side} ${quantity} of ${symbol}`;
    const text =
      prices === undefined
        ? `Whether a stop protects ${what} cannot be known from this evidence: the open orders of the venue could not be read.`
        : prices.length === 0
          ? `No stop stands at the venue for ${what} (${time(venue?.takenMs ?? evidence.asOfMs)}).`
          : `The venue lists stops for ${what}: ${listed(prices)}. No event tells who placed them.`;
    return statement('stranger-protected', 'protection', text, {
      weight: prices === undefined || prices.length === 0 ? 'act' : 'warning',
      evidence: seen.map(cite),
      command: 'tradectl reconcile',
    });
  });
}

/** Our own events: covered and uncovered alternate, and each says when. */
function proven(evidence: Evidence, row: PositionRow): Statement[] {
  const { time } = evidence;
  const turns = telling(evidence, ['protected', 'unprotected']).filter(
    ({ refs }) => refs.positionId === row.positionId,
  );
  const end = row.closedMs ?? evidence.asOfMs;
  const first = turns[0];
  if (first === undefined) return [never(evidence, row)];
  const alarms = turns.filter(({ means }) => means === 'unprotected');
  const last = turns.at(-1);
  if (last?.means === 'unprotected') return [openAlarm(evidence, row, last)];
  const start =
    first.means === 'protected'
      ? ` ${span(Number(first.facts['unprotected_ms'] ?? 0))} after it opened`
      : '';
  const until = row.closedMs === null ? 'until now' : `until it closed at ${time(row.closedMs)}`;
  const text = `A stop at ${told(first, 'stop_price')} covered all of it from ${time(first.atMs)},${start}, ${until}${alarms.length === 0 ? '' : ', but for what follows'}.`;
  return [
    statement('covered', 'protection', text, { evidence: turns.slice(0, 4).map(cite) }),
    ...alarms.map((alarm) => uncovered(evidence, alarm, { turns, end })),
    ...doubtful(evidence, row),
  ];
}

function never({ time, gaps, proof }: Evidence, row: PositionRow): Statement {
  const isOpen = row.closedMs === null;
  const lacks = gaps.length > 0 || (proof?.broken.length ?? 0) > 0;
  const text = lacks
    ? 'No event that is left says that a stop covered it. Events are missing or were changed: whether one did cannot be known from this evidence.'
    : isOpen
      ? `No stop has covered it since it opened at ${time(row.openedMs)}.`
      : `No event says that a stop ever covered all of it.`;
  return statement('never-covered', 'protection', text, {
    weight: isOpen ? 'act' : 'warning',
    evidence: [cite(row)],
    command: isOpen ? 'tradectl reconcile' : null,
  });
}

function openAlarm({ time }: Evidence, row: PositionRow, alarm: TimelineEntry): Statement {
  const isOpen = row.closedMs === null;
  const text = `${isOpen ? 'It is not fully covered' : 'It was not fully covered when it closed'}: stops cover ${told(alarm, 'covered')} of ${told(alarm, 'quantity')} since ${time(alarm.atMs)} (${told(alarm, 'why')}).`;
  return statement('uncovered-now', 'protection', text, {
    weight: isOpen ? 'act' : 'warning',
    evidence: [cite(alarm)],
    command: isOpen ? 'tradectl reconcile' : null,
  });
}

function uncovered(
  { time }: Evidence,
  alarm: TimelineEntry,
  { turns, end }: { turns: readonly TimelineEntry[]; end: number },
): Statement {
  const again = turns.find(({ means, atMs }) => means === 'protected' && atMs >= alarm.atMs);
  const text = `From ${time(alarm.atMs)}, for ${span((again?.atMs ?? end) - alarm.atMs)}, stops covered ${told(alarm, 'covered')} of ${told(alarm, 'quantity')}: ${told(alarm, 'why')}.`;
  return statement('uncovered-then', 'protection', text, {
    weight: 'warning',
    evidence: [cite(alarm)],
  });
}

/** The venue was asked and shows no stop for what is open. */
function doubtful(evidence: Evidence, row: PositionRow): Statement[] {
  const stops = evidence.venue?.stops ?? null;
  if (row.closedMs !== null || stops === null) return [];
  const live = stops.filter(({ symbol }) => symbol === row.symbol);
  if (live.length > 0) return [];
  const text = `The journal says that a stop covers it; the venue lists none now (${evidence.time(evidence.venue?.takenMs ?? evidence.asOfMs)}).`;
  return [
    statement('stop-not-listed', 'protection', text, {
      weight: 'act',
      evidence: [cite(row)],
      command: 'tradectl reconcile',
    }),
  ];
}

/** Another bot's word for its own stop is not the venue's. */
function byItsWord(evidence: Evidence, row: PositionRow): Statement[] {
  const placed = telling(evidence, ['stop_placed', 'protected']);
  const first = placed[0];
  if (first === undefined) {
    const noted =
      row.stopPrice === null
        ? ''
        : ` The row notes a stop at ${row.stopPrice}, which is a plan and no order.`;
    const text = `Nothing says that a stop was ever placed.${noted}`;
    return [
      statement('no-stop-told', 'protection', text, { weight: 'warning', evidence: [cite(row)] }),
    ];
  }
  const atVenue = telling(evidence, ['protected', 'order_accepted', 'stop_placed']).some(
    ({ source, refs }) => source.kind === 'venue' || refs.venueOrderId !== null,
  );
  const word = atVenue
    ? 'The venue answered with an order id.'
    : "That is the bot's word alone: no answer, order id or list of the venue is in this evidence, so whether a stop stood there cannot be known from it.";
  const after =
    isTimed(first) && row.openedMs > 0
      ? `${span(first.atMs - row.openedMs)} after the row of position ${row.positionId}, `
      : '';
  const text = `From ${whenOf(evidence, first)} a stop was placed, ${after}says event ${first.source.seq ?? '-'} ${first.type}. ${word}`;
  const about = statement('stop-told', 'protection', text, {
    weight: atVenue ? 'note' : 'warning',
    evidence: [cite(first)],
  });
  if (atVenue) return [about];
  const settle =
    'Whether it was protected: the open orders and the order history of the exchange for that time.';
  return [about, statement('stop-told', 'settle', settle, { evidence: about.evidence })];
}
