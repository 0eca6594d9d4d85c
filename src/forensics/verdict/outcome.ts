/** How it ended or stands, and what hands, doubts and blocks were on the way. */
import { decimal, text as decimalText } from '../../domain/decimal.ts';
import type { PositionRow, TimelineEntry } from '../timeline.ts';
import { about, isAlive, isDoubted, ownRows, telling, told } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { span } from './words.ts';

export const outcome: Rule = (evidence) => [
  ...ownRows(evidence).flatMap((row) => standing(evidence, row)),
  ...doubts(evidence),
  ...refusals(evidence),
  ...hands(evidence),
  ...blocks(evidence),
];

function standing(evidence: Evidence, row: PositionRow): Statement[] {
  const { time } = evidence;
  const closing = telling(evidence, ['position_closed']).find(
    ({ refs }) => refs.positionId === row.positionId,
  );
  if (isDoubted(evidence, row)) {
    const text = `Its row says "${row.quote}", which is not what its events come to: see the contradictions.`;
    return [
      statement('row-doubted', 'outcome', about(evidence, row, text), {
        weight: 'act',
        evidence: [cite(row), ...(closing === undefined ? [] : [cite(closing)])],
      }),
    ];
  }
  if (row.status === 'open') {
    const text = `It is open: ${row.side ?? 'side unknown'} ${row.quantity ?? 'of unknown size'} at ${row.entryPrice ?? 'an unknown price'}${byWhom(evidence)}.`;
    return [statement('open', 'outcome', about(evidence, row, text), { evidence: [cite(row)] })];
  }
  if (row.closedMs === null) return [];
  const quoted = { evidence: [closing ?? row].map(cite) };
  if (closing?.type === 'POSITION_RETIRED') {
    const text = `It was retired at ${time(row.closedMs)} without a fill (${row.exitReason}): ${told(closing, 'evidence')}. Its profit is not known.`;
    return [
      statement('retired', 'outcome', about(evidence, row, text), { weight: 'warning', ...quoted }),
    ];
  }
  const held = row.openedMs > 0 ? `, held ${span(row.closedMs - row.openedMs)}` : '';
  const text = `It closed at ${time(row.closedMs)} by ${row.exitReason ?? 'an unknown hand'}${held}${profitOf(row)}.`;
  return [statement('closed', 'outcome', about(evidence, row, text), quoted)];
}

/** What nobody watches since may have ended. */
function byWhom(evidence: Evidence): string {
  if (evidence.foreign) return ', by the row';
  return isAlive(evidence) || evidence.venue !== null ? '' : ', as the journal left it';
}

function profitOf({ realizedPnl, fees }: PositionRow): string {
  if (realizedPnl === null || fees === null) return '';
  const net = decimal(realizedPnl).sub(decimal(fees)).toDecimalPlaces(2);
  return `: ${net.gt(0) ? '+' : ''}${decimalText(net)} after fees of ${decimalText(decimal(fees).toDecimalPlaces(2))}`;
}

/** An order of unknown outcome, and what resolved it. */
function doubts(evidence: Evidence): Statement[] {
  return telling(evidence, ['order_in_doubt']).map((doubt) => {
    const id = doubt.refs.clientOrderId;
    const answer = evidence.entries.find(
      (entry) =>
        entry.refs.clientOrderId === id &&
        (entry.source.seq ?? 0) > (doubt.source.seq ?? 0) &&
        ['order_accepted', 'order_ended', 'fill', 'order_refused'].includes(entry.means),
    );
    const asked = `Order ${id} (${doubt.facts['role'] ?? 'of its kind'}) was in doubt at ${evidence.time(doubt.atMs)}: ${doubt.facts['evidence'] ?? doubt.quote}.`;
    if (answer === undefined) {
      const text = `${asked} Nothing since says what became of it.`;
      return statement('still-in-doubt', 'unknown', text, {
        weight: 'act',
        evidence: [cite(doubt)],
        command: 'tradectl reconcile',
      });
    }
    const text = `${asked} ${span(answer.atMs - doubt.atMs)} later it was known: ${answer.quote}.`;
    return statement('doubt-resolved', 'outcome', text, { evidence: [cite(doubt), cite(answer)] });
  });
}

/** The same refusal many times is one sentence. */
function refusals(evidence: Evidence): Statement[] {
  const byQuote = Map.groupBy(telling(evidence, ['order_refused']), ({ quote }) => quote);
  return [...byQuote.entries()].map(([quote, entries]) => {
    const [first, last] = [entries[0] as TimelineEntry, entries.at(-1) as TimelineEntry];
    const times =
      entries.length === 1 ? '' : ` ${entries.length} times until ${evidence.time(last.atMs)}`;
    const text = `From ${evidence.time(first.atMs)}${times}: ${quote}.`;
    return statement('refused', 'outcome', text, { weight: 'warning', evidence: [cite(first)] });
  });
}

function hands(evidence: Evidence): Statement[] {
  const asked = telling(evidence, ['operator']).map((entry) => {
    const text = `An operator acted at ${evidence.time(entry.atMs)}: ${entry.quote}.`;
    return statement('operator', 'outcome', text, { evidence: [cite(entry)] });
  });
  const changed = telling(evidence, ['position_changed']).map((entry) => {
    const [before, quantity] = [told(entry, 'quantity_before'), told(entry, 'quantity')];
    const why = told(entry, 'evidence');
    const text = `At ${evidence.time(entry.atMs)} the books were brought in line with the venue, ${before} to ${quantity}, without a fill that explains it: ${why}.`;
    return statement('adjusted', 'contradiction', text, {
      weight: 'warning',
      evidence: [cite(entry)],
    });
  });
  return [...asked, ...changed];
}

function blocks(evidence: Evidence): Statement[] {
  return telling(evidence, ['blocked']).map((entry) => {
    const text = `Entries were blocked from ${evidence.time(entry.atMs)}: ${entry.quote}.`;
    return statement('blocked', 'outcome', text, { weight: 'warning', evidence: [cite(entry)] });
  });
}
