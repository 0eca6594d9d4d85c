/** What the evidence about another bot leaves open by what it does not say. */
import { isTimed, openingOf, ownRows, telling } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed, span } from './words.ts';

/** Until then a first sighting is the opening itself. */
const SOON_MS = 60_000;

export const untold: Rule = (evidence) =>
  evidence.foreign ? [...withoutTime(evidence), ...beforeFirstSeen(evidence)] : [];

/** An event without a time has a place in the numbers and none in the day. */
function withoutTime({ entries }: Evidence): Statement[] {
  const events = entries.filter(
    (entry) => entry.about && entry.source.kind === 'journal' && !isTimed(entry),
  );
  if (events.length === 0) return [];
  const names = events.map(({ source, type }) => `${source.seq ?? '-'} ${type}`);
  const text = `When ${events.length === 1 ? 'event' : 'events'} ${listed(names)} happened cannot be known from this evidence: ${events.length === 1 ? 'its row gives' : 'their rows give'} no time that can be read. The number tells only in which order it was written.`;
  return [statement('no-time', 'unknown', text, { evidence: events.slice(0, 3).map(cite) })];
}

/** The exchange was first heard of it long after it was made. */
function beforeFirstSeen(evidence: Evidence): Statement[] {
  const { time } = evidence;
  const seen = telling(evidence, ['at_venue', 'fill', 'not_at_venue']).filter(isTimed);
  const first = seen.toSorted((a, b) => a.atMs - b.atMs)[0];
  const row = ownRows(evidence).find(({ openedMs }) => openedMs > 0);
  if (first?.means !== 'at_venue' || row === undefined) return [];
  const opening = openingOf(evidence, row.positionId);
  const made = opening !== null && isTimed(opening) ? opening : { ...row, atMs: row.openedMs };
  if (first.atMs - made.atMs < SOON_MS) return [];
  const text = `Whether the exchange held it before ${time(first.atMs)} cannot be known from this evidence: that is the first line in which it does, ${span(first.atMs - made.atMs)} after the bot says it was made, and no fill is told.`;
  const settle =
    'Since when the exchange holds it: its fills and position history, with the client order id of each order.';
  return [
    statement('venue-before', 'unknown', text, { evidence: [cite(first), cite(made)] }),
    statement('venue-before', 'settle', settle, { evidence: [cite(first)] }),
  ];
}
