/** What should be there and is not: numbers, and log lines of what the database holds. */
import { shellWord } from '../../domain/shell-word.ts';
import { sourceName, type NumberGap, type PositionRow, type TimelineEntry } from '../timeline.ts';
import { isHole, unreadNaming } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { count, listed, many } from './words.ts';

/** A file that was read by the wrong map has thousands. */
const MOST_UNREAD = 5;

export const missing: Rule = (evidence) => [
  ...evidence.gaps.filter((gap) => !isHole(gap)).flatMap((gap) => hole(evidence, gap)),
  ...notUnderstood(evidence),
  ...withoutLogLine(evidence),
  ...unlogged(evidence),
  ...onlyInLog(evidence),
];

function hole(evidence: Evidence, gap: NumberGap): Statement[] {
  const { after, before, missing: numbers, witness } = gap;
  const range =
    numbers === 1 ? `Number ${after + 1} is` : `Numbers ${after + 1} to ${before - 1} are`;
  if (witness !== null) {
    const text = `${range} missing from the journal: ${many(numbers, 'committed event')} (${witness}).`;
    return [
      statement('tail-lost', 'missing', text, { weight: 'act', command: 'tradectl events gap' }),
    ];
  }
  const edges = evidence.entries.filter(
    ({ source }) => source.kind === 'journal' && (source.seq === after || source.seq === before),
  );
  const beside = evidence.unread?.rows.filter(({ numbers: held }) =>
    held.some((number) => number > after && number < before),
  );
  const where =
    (evidence.unread?.events ?? 0) === 0
      ? 'in none of the files'
      : `in no event that was understood${(beside?.length ?? 0) === 0 ? '' : ` (of ${listed(beside?.map((row) => sourceName(row.source)) ?? [])} nothing was)`}`;
  const text = `${range} ${where}: a hole of ${many(numbers, 'number')} between event ${after} and event ${before}. A hole in numbers is no count of lost events: other writers, a rolled back write or a counter that jumps spend numbers too.`;
  const counts = evidence.entries.find(
    ({ means, facts }) => means === 'batch_written' && facts['count_before'] === before - 1,
  );
  const agreeing = counts === undefined ? [] : [counted(gap, counts)];
  return [
    statement('number-hole', 'missing', text, { weight: 'warning', evidence: edges.map(cite) }),
    ...agreeing,
    statement(
      'number-hole',
      'settle',
      `What ${numbers === 1 ? `number ${after + 1} was` : `the ${count(numbers)} numbers were`}: the rows of the events table between ${after} and ${before} on the host itself, and its sequence or counter.`,
      { evidence: edges.map(cite) },
    ),
  ];
}

/** What stands in the files and could not be read may be the very thing that seems to be missing. */
function notUnderstood({ unread }: Evidence): Statement[] {
  return (unread?.rows ?? []).slice(0, MOST_UNREAD).map((row) => {
    const names = listed([...row.names, ...row.numbers.map(String)]);
    const text = `${sourceName(row.source)} was found and not understood (${row.why}). Its text names ${names}; what it says of it is not part of this verdict.`;
    return statement('row-not-understood', 'missing', text, {
      weight: 'warning',
      evidence: [cite(row)],
      command: 'tradectl query bad-rows',
    });
  });
}

/** The count that the log gives goes on exactly where the hole ends. */
function counted({ after, before, missing: numbers }: NumberGap, line: TimelineEntry): Statement {
  const text = `The log gives ${line.facts['count_before']} as the count before event ${before}, the number right before it. If it counts rows, ${numbers === 1 ? 'it was' : `all ${count(numbers)} were`} in the table by then, and these files lack ${numbers === 1 ? 'it' : 'them'}; if it is the last number given, it says nothing about ${numbers === 1 ? 'it' : 'them'}. Either way event ${after} was not the last one when event ${before} was written.`;
  return statement('count-meets-hole', 'missing', text, { evidence: [cite(line)] });
}

/** Positions that the database has, by whether the log tells of their opening. */
function withoutLogLine(evidence: Evidence): Statement[] {
  // A log of which no line was understood as an opening leaves none out.
  if (!evidence.foreign || evidence.log?.says.includes('position_opened') !== true) return [];
  const logged = new Map(
    evidence.entries
      .filter(({ means, source }) => means === 'position_opened' && source.kind === 'log')
      .map((line) => [line.refs.positionId ?? line.refs.symbol, line]),
  );
  const within = evidence.positions.filter(
    ({ openedMs }) =>
      openedMs >= (evidence.log?.fromMs ?? 0) && openedMs <= (evidence.log?.toMs ?? 0),
  );
  const lineOf = (row: PositionRow): TimelineEntry | undefined =>
    logged.get(row.positionId) ?? logged.get(row.symbol);
  // A line that names it and was not understood may be the one.
  const isUnread = ({ symbol, about }: PositionRow): boolean =>
    evidence.log?.namedUnread.includes(symbol) === true ||
    (about && unreadNaming(evidence).length > 0);
  const unlined = sorted(within.filter((row) => lineOf(row) === undefined));
  const without = unlined.filter((row) => !isUnread(row));
  const have = sorted(within.filter((row) => lineOf(row) !== undefined));
  if (!without.some(({ about }) => about)) return [];
  const names = (rows: readonly PositionRow[]): string =>
    listed(rows.map(({ symbol, positionId }) => `${positionId} ${symbol}`));
  const split =
    have.length > 0 &&
    without.length === unlined.length &&
    Number(have.at(-1)?.positionId) < Number(without[0]?.positionId)
      ? ` It parts by position id: up to ${have.at(-1)?.positionId} the log has a line, from ${without[0]?.positionId} on it has none and the database goes on.`
      : '';
  const told =
    have.length === 0
      ? 'No line of the log that was understood tells of the opening of one of these'
      : `The log tells of the opening of ${names(have)}`;
  const text = `${told}; the database also holds ${names(without)}, without a line.${split}`;
  const quoted = [
    ...have.flatMap((row) => lineOf(row) ?? []).slice(0, 2),
    ...without.filter(({ about }) => about),
  ];
  return [
    statement('log-against-database', 'missing', text, {
      weight: 'warning',
      evidence: quoted.map(cite),
    }),
  ];
}

function sorted(rows: readonly PositionRow[]): PositionRow[] {
  return rows.toSorted(
    (a, b) => Number(a.positionId) - Number(b.positionId) || a.openedMs - b.openedMs,
  );
}

/** What a log tells and the journal does not have, or not so. */
function onlyInLog({ entries }: Evidence): Statement[] {
  const lines = entries.filter(({ facts }) => typeof facts['unheld'] === 'number');
  if (lines.length === 0) return [];
  const text = `${many(lines.length, 'line')} of the log ${lines.length === 1 ? 'tells of an event' : 'tell of events'} that the journal does not have (${listed(lines.map(({ facts }) => String(facts['unheld'])))}): the event is gone, or the log belongs to another journal.`;
  return [
    statement('only-in-log', 'missing', text, {
      weight: 'act',
      evidence: lines.slice(0, 3).map(cite),
      command: `tradectl events gap --log ${shellWord(String(lines[0]?.facts['path']))}`,
    }),
  ];
}

/** Events of ours whose line the log that was read does not have. */
function unlogged({ entries, log, foreign }: Evidence): Statement[] {
  if (foreign || log === null) return [];
  const without = entries.filter(
    ({ facts, source }) => source.kind === 'journal' && facts['logged'] === false,
  );
  if (without.length === 0) return [];
  const text = `${many(without.length, 'event')} of these have no line in the log that was read (${listed(without.map(({ source }) => String(source.seq)))}).`;
  return [
    statement('unlogged', 'missing', text, {
      weight: 'warning',
      evidence: without.slice(0, 3).map(cite),
      command: 'tradectl events gap',
    }),
  ];
}
