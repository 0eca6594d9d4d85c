/** Whether the bot knew: which of its memories held the position, and which did not. */
import { about, isTimed, openingOf, ownRows, telling, whenOf, whenOpened } from './look.ts';
import {
  cite,
  statement,
  type Citation,
  type Evidence,
  type Rule,
  type Statement,
} from './statement.ts';
import { listed, many, span } from './words.ts';

export const knowledge: Rule = (evidence) => (evidence.foreign ? foreign(evidence) : own(evidence));

/** Ours has one memory: what is committed is known, from the moment it was recorded. */
function own(evidence: Evidence): ReturnType<Rule> {
  return ownRows(evidence).flatMap((row) => {
    const opening = openingOf(evidence, row.positionId);
    if (opening?.recordedMs == null) return [];
    const late = opening.recordedMs - opening.atMs;
    const after = late === 0 ? 'at once' : `${span(late)} after it happened`;
    const text = `The bot knew it from ${evidence.time(opening.recordedMs)} (event ${opening.source.seq}), ${after}.`;
    return [
      statement('known-since', 'knowledge', about(evidence, row, text), {
        evidence: [cite(opening)],
      }),
    ];
  });
}

function foreign(evidence: Evidence): ReturnType<Rule> {
  const { time } = evidence;
  const knew: string[] = [];
  const not: string[] = [];
  const quoted: Citation[] = [];
  for (const row of ownRows(evidence)) {
    knew.push(`the database (row of ${whenOpened(evidence, row)})`);
    quoted.push(cite(row));
    const opening = openingOf(evidence, row.positionId);
    if (opening !== null)
      knew.push(`the events (${opening.source.seq}, of ${whenOf(evidence, opening)})`);
  }
  const firstHand = telling(evidence, ['tracked', 'not_tracked'], 'log').filter(isTimed);
  for (const line of firstHand) {
    (line.means === 'tracked' ? knew : not).push(`its cache (${time(line.atMs)})`);
    quoted.push(cite(line));
  }
  if (evidence.log !== null && ownRows(evidence).length > 0) {
    const told = telling(evidence, ['position_opened'], 'log');
    if (told.length > 0) knew.push('its log');
    else if (evidence.log.says.includes('position_opened'))
      not.push('its log, which has no line of its creation');
    quoted.push(...told.slice(0, 1).map(cite));
  }
  for (const line of telling(evidence, ['at_venue']).slice(0, 1)) {
    knew.push(`the exchange (${time(line.atMs)})`);
    quoted.push(cite(line));
  }
  if (knew.length === 0) return [];
  const without = not.length === 0 ? '' : ` Did not hold it: ${listed(not)}.`;
  const text = `Held it: ${listed(knew)}.${without}`;
  const weight = not.length === 0 ? 'note' : 'warning';
  const held = statement('who-held-it', 'knowledge', text, { weight, evidence: quoted });
  return [held, ...logUnread(evidence)];
}

/** No line of the log was understood as an opening, of this position or of any: it may be there all the same. */
function logUnread({ log }: Evidence): Statement[] {
  if (log === null || log.says.includes('position_opened')) return [];
  const text = `Whether its log tells of its creation cannot be known from this evidence: none of its ${many(log.lines, 'line')} was understood as an opening. Say in the map how one reads ([log.says], position_opened).`;
  return [statement('log-not-understood', 'unknown', text, { weight: 'warning' })];
}
