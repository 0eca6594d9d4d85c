/** Two sources that cannot both be right, or not without a reason: both are quoted. */
import { isTimed, openingOf, ownRows, telling } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { count, listed, many, span } from './words.ts';

export const contradictions: Rule = (evidence) => [
  ...signalIds(evidence),
  ...counts(evidence),
  ...trackedAndNot(evidence),
  ...notTrackedThoughThere(evidence),
  ...createdElsewhere(evidence),
  ...conclusions(evidence),
  ...distanceForCount(evidence),
  ...venueAgainstRows(evidence),
];

/** A row without the reference that the event of its creation names, or with another one. */
function signalIds(evidence: Evidence): Statement[] {
  return ownRows(evidence).flatMap((row) => {
    const opening = openingOf(evidence, row.positionId);
    const named = opening?.refs.signalId ?? null;
    if (opening === null || named === null || named === row.signalId) return [];
    const held =
      row.signalId === null ? 'its signal id is NULL' : `its signal id is ${row.signalId}`;
    const text = `The row of position ${row.positionId} and the event that made it do not agree: ${held} in the row, event ${opening.source.seq} names signal ${named}. The two were not written by one statement, or one of them was changed later.`;
    return [
      statement('signal-id', 'contradiction', text, {
        weight: 'warning',
        evidence: [cite(row), cite(opening)],
      }),
    ];
  });
}

/** How many a batch says it wrote, and by how many the count grew. */
function counts({ entries }: Evidence): Statement[] {
  return entries.flatMap((entry) => {
    const { wrote, count_before: before, count_after: after } = entry.facts;
    if (entry.means !== 'batch_written' || typeof wrote !== 'number') return [];
    if (typeof before !== 'number' || typeof after !== 'number' || after - before === wrote)
      return [];
    const text = `The batch says it wrote ${count(wrote)} events; the count grew from ${before} to ${after}, by ${count(after - before)}. ${count(Math.abs(after - before - wrote))} are somebody else's, or the two count different things.`;
    return [
      statement('batch-count', 'contradiction', text, {
        weight: 'warning',
        evidence: [cite(entry)],
      }),
      statement(
        'batch-count',
        'settle',
        `What grew by ${count(after - before)}: the rows ${before + 1} to ${after} of the events table, whole, with the connection or process that wrote each.`,
        { evidence: [cite(entry)] },
      ),
    ];
  });
}

/** One text says it was found, another that it was not: what is first-hand is said to be so. */
function trackedAndNot(evidence: Evidence): Statement[] {
  const found = telling(evidence, ['tracked']);
  const not = telling(evidence, ['not_tracked']);
  const one = found[0];
  if (one === undefined || not.length === 0) return [];
  const firstHand = [...found, ...not].filter(({ source }) => source.kind === 'log');
  const word =
    firstHand.length === 0
      ? 'Neither is a line of the bot itself.'
      : `First-hand is only ${firstHand.map((line) => cite(line).source).join(', ')}: it says ${firstHand[0]?.means === 'tracked' ? 'that it was found' : 'that it was not tracked'}.`;
  const text = `One source says that a price update found the position, another that it was not tracked. ${word}`;
  const quoted = [one, ...not].map(cite);
  return [
    statement('tracked-or-not', 'contradiction', text, { weight: 'warning', evidence: quoted }),
  ];
}

/** "Not tracked", at a time when the database says that it was there. */
function notTrackedThoughThere(evidence: Evidence): Statement[] {
  const { time } = evidence;
  const line = telling(evidence, ['not_tracked'], 'log')[0];
  const row = ownRows(evidence).find(
    (each) => line !== undefined && isTimed(line) && each.openedMs > 0 && each.openedMs < line.atMs,
  );
  if (line === undefined || row === undefined) return [];
  const opening = openingOf(evidence, row.positionId);
  const event =
    opening === null || !isTimed(opening) || opening.atMs > line.atMs
      ? ''
      : ` and event ${opening.source.seq} ${span(line.atMs - opening.atMs)}`;
  const text = `At ${time(line.atMs)} the log says that it was not tracked; by their own times the row of position ${row.positionId} was then ${span(line.atMs - row.openedMs)}${event} old. Row and event were not there yet, or they were there and the cache was not told: a cache that is loaded once, another process, or times that were written afterwards.`;
  return [
    statement('not-tracked-though-there', 'contradiction', text, {
      weight: 'warning',
      evidence: [line, row, ...(opening === null ? [] : [opening])].map(cite),
    }),
  ];
}

/** "Created externally", beside an event of the bot that claims it. */
function createdElsewhere(evidence: Evidence): Statement[] {
  const claim = telling(evidence, ['created_elsewhere'])[0];
  const opening = ownRows(evidence)
    .map(({ positionId }) => openingOf(evidence, positionId))
    .find((each) => each?.means === 'position_opened');
  if (claim === undefined || opening == null) return [];
  const signal = opening.refs.signalId === null ? '' : ` with signal ${opening.refs.signalId}`;
  const text = `That it was created outside the bot stands against event ${opening.source.seq}, in which the bot claims it${signal}.`;
  return [
    statement('created-elsewhere', 'contradiction', text, {
      weight: 'warning',
      evidence: [cite(claim), cite(opening)],
    }),
  ];
}

/** Two people who cannot both be right, whatever else is true. */
function conclusions(evidence: Evidence): Statement[] {
  const elsewhere = telling(evidence, ['created_elsewhere'], 'note')[0];
  const inside = telling(evidence, ['held_in_memory', 'events_lost'], 'note')[0];
  if (elsewhere === undefined || inside === undefined) return [];
  const text =
    'Two conclusions exclude each other: what was created outside the bot never had its events in the queue of the bot. Neither is a line of the bot itself.';
  return [
    statement('conclusions-exclude', 'contradiction', text, {
      weight: 'warning',
      evidence: [cite(elsewhere), cite(inside)],
    }),
  ];
}

/** A count that somebody gives and that is nothing but the distance between two numbers. */
function distanceForCount({ entries }: Evidence): Statement[] {
  const numbers = entries.flatMap(({ source }) =>
    source.kind === 'journal' ? (source.seq ?? []) : [],
  );
  return entries.flatMap((claim) => {
    const { wrote } = claim.facts;
    if (claim.source.kind !== 'note' || typeof wrote !== 'number') return [];
    const from = numbers.find((number) => numbers.includes(number + wrote));
    if (from === undefined) return [];
    const text = `The ${count(wrote)} events are the distance between the numbers ${from} and ${from + wrote}. A distance between numbers is not a number of events, and nothing in this evidence counts what a queue held.`;
    const ends = entries.filter(
      ({ source }) =>
        source.kind === 'journal' && (source.seq === from || source.seq === from + wrote),
    );
    return [
      statement('distance-for-count', 'contradiction', text, {
        weight: 'warning',
        evidence: [claim, ...ends].map(cite),
      }),
    ];
  });
}

/** What the venue lists now, and what the books hold. */
function venueAgainstRows(evidence: Evidence): Statement[] {
  const { venue, time } = evidence;
  if (venue === null) return [];
  if (venue.positions === null) {
    const text =
      'The venue was asked and its positions could not be read: whether it agrees is unknown.';
    return [
      statement('venue-unread', 'unknown', text, { weight: 'warning', command: 'tradectl status' }),
    ];
  }
  const unread = venue.fills ?? [];
  const lacking = unread.length === 0 ? [] : [fillsLacking(evidence, unread)];
  if (venue.coming.length > 0) {
    const text = `Whether the running bot misses ${many(venue.coming.length, 'fill')} of the last minute (${listed(venue.coming)}), and so whether venue and books differ, cannot be known yet: it reads them in turn.`;
    return [...lacking, statement('fills-coming', 'unknown', text)];
  }
  const differing = evidence.symbols.flatMap((symbol) => {
    const shown = venue.positions?.find((each) => each.symbol === symbol);
    const books = venue.books.find((each) => each.symbol === symbol);
    const row = ownRows(evidence).find((each) => each.symbol === symbol && each.status === 'open');
    const told = shown === undefined ? 'nothing' : `${shown.side} ${shown.quantity}`;
    const held = books === undefined ? 'nothing' : `${books.side} ${books.quantity}`;
    if (told === held) return [];
    const text = `At ${time(venue.takenMs)} the venue lists ${told} of ${symbol}; the books hold ${held}.`;
    return [
      statement('venue-differs', 'contradiction', text, {
        weight: 'act',
        evidence: row === undefined ? [] : [cite(row)],
        command: 'tradectl reconcile',
      }),
    ];
  });
  return [...lacking, ...differing];
}

function fillsLacking(evidence: Evidence, trades: readonly string[]): Statement {
  const quoted = evidence.entries.filter(
    ({ source, refs }) => source.kind === 'venue' && trades.includes(refs.tradeId ?? ''),
  );
  const text = `The venue reports ${many(trades.length, 'fill')} that no event of the journal tells of (${listed(trades)}).`;
  return statement('fills-lacking', 'missing', text, {
    weight: 'act',
    evidence: quoted.slice(0, 3).map(cite),
    command: 'tradectl reconcile',
  });
}
