/** Whether the bot knew: which of its memories held the position, and which did not. */
import {
  about,
  isTimed,
  openingOf,
  ownRows,
  telling,
  unreadNaming,
  whenOf,
  whenOpened,
} from './look.ts';
import {
  cite,
  statement,
  type Citation,
  type Evidence,
  type Rule,
  type Statement,
} from './statement.ts';
import { count, listed, many, span } from './words.ts';

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
  if (ownRows(evidence).length === 0) {
    for (const opening of telling(evidence, ['position_opened'], 'journal').slice(0, 1)) {
      knew.push(`the events (${opening.source.seq}, of ${whenOf(evidence, opening)})`);
      quoted.push(cite(opening));
    }
  }
  const firstHand = telling(evidence, ['tracked', 'not_tracked'], 'log').filter(isTimed);
  for (const line of firstHand) {
    (line.means === 'tracked' ? knew : not).push(`its cache (${time(line.atMs)})`);
    quoted.push(cite(line));
  }
  if (evidence.log !== null && ownRows(evidence).length > 0) {
    const told = telling(evidence, ['position_opened'], 'log');
    if (told.length > 0) knew.push('its log');
    else if (isLogTelling(evidence) && unreadNaming(evidence).length === 0)
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

/** A log that tells of openings at all. */
function isLogTelling({ log }: Evidence): boolean {
  return log?.says.includes('position_opened') === true;
}

/** What was not understood may be the line of its creation: nothing follows from its absence. */
function logUnread(evidence: Evidence): Statement[] {
  const { log } = evidence;
  if (log === null || telling(evidence, ['position_opened'], 'log').length > 0) return [];
  const naming = unreadNaming(evidence);
  if (isLogTelling(evidence) && naming.length === 0) return [];
  const none =
    log.understood === 0
      ? `no line of it was understood (0 of ${count(log.lines)})`
      : isLogTelling(evidence)
        ? null
        : `none of its ${many(log.lines, 'line')} was understood as an opening`;
  const names =
    naming.length === 0
      ? null
      : `${many(naming.length, 'line')} that ${naming.length === 1 ? 'names' : 'name'} it ${naming.length === 1 ? 'was' : 'were'} not understood`;
  const why = [none, names].filter((each) => each !== null).join('; ');
  const text = `Whether its log tells of its creation cannot be known from this evidence: ${why}. Name a map that says how its lines read: tradectl import-events FILE --map ([log], [log.says]).`;
  return [
    statement('log-not-understood', 'unknown', text, {
      weight: 'warning',
      evidence: naming.slice(0, 3).map(cite),
    }),
  ];
}
