/** Whether a stop covered it, from when to when, and on whose word. */
import type { PositionRow } from '../timeline.ts';
import { isTimed, ownRows, telling, whenOf } from './look.ts';
import { ownProtection } from './own-protection.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed, span } from './words.ts';

export const protection: Rule = (evidence) => [
  ...ownRows(evidence).flatMap((row) =>
    evidence.foreign ? byItsWord(evidence, row) : ownProtection(evidence, row),
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
