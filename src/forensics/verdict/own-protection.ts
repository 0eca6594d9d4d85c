/** Whether a stop of ours covered a position, step by step, and how far that is known. */
import { decimal, text as decimalText, ZERO } from '../../domain/decimal.ts';
import type { PositionRow, TimelineEntry } from '../timeline.ts';
import { about, isAlive, isDoubted, telling, told } from './look.ts';
import { cite, statement, type Evidence, type Statement } from './statement.ts';
import { stopSteps, type OrderStep } from './order-steps.ts';
import { listed, span } from './words.ts';

/** A stop that trails for weeks moved often: the first and the last tell enough. */
const MOST_STEPS = 6;

/** Our own events: covered and uncovered alternate, and each says when. */
export function ownProtection(evidence: Evidence, row: PositionRow): Statement[] {
  const turns = telling(evidence, ['protected', 'unprotected']).filter(
    ({ refs }) => refs.positionId === row.positionId,
  );
  const first = turns.find(({ means }) => means === 'protected');
  const last = turns.at(-1);
  if (last === undefined) return [never(evidence, row)];
  const alarms = turns.filter(isAlarm);
  const were = (some: readonly TimelineEntry[]): Statement[] =>
    some.map((alarm) => uncovered(evidence, { alarm, row, turns }));
  const now = isAlarm(last) ? [openAlarm(evidence, row, last)] : [];
  if (first === undefined) return now;
  const before = alarms.filter((alarm) => alarm !== last);
  return [
    ...now,
    covered(evidence, row, { first, turns }),
    ...were(before),
    ...(now.length === 0 ? doubtful(evidence, row) : []),
  ];
}

function covered(
  evidence: Evidence,
  row: PositionRow,
  { first, turns }: { first: TimelineEntry; turns: readonly TimelineEntry[] },
): Statement {
  const steps = stopSteps(evidence, row);
  const what = steps.length > 1 ? 'A stop' : `A stop at ${told(first, 'stop_price')}`;
  const isFirst = turns[0] === first;
  const after = span(Number(first.facts['unprotected_ms'] ?? 0));
  const opened = isFirst ? ` ${after} after it opened,` : '';
  const isBroken = turns.slice(turns.indexOf(first), -1).some(isAlarm);
  const but = isBroken ? ', but for what follows' : '';
  const { until, isKnown } = endOf(evidence, row, turns.at(-1) ?? first);
  const sentence = `${what} covered all of it from ${evidence.time(first.atMs)},${opened} until ${until}${but}${isKnown ? '' : since(evidence, row)}.${moves(evidence, steps)}`;
  const isAskable = !isKnown && evidence.venue === null && evidence.isCopy !== true;
  return statement('covered', 'protection', about(evidence, row, sentence), {
    evidence: [...turns.slice(0, 4), ...shown(steps).map(({ began }) => began)].map(cite),
    command: isAskable ? `tradectl trace ${row.positionId} --venue` : null,
  });
}

function isAlarm({ means }: TimelineEntry): boolean {
  return means === 'unprotected';
}

/** To where the cover is known. What no bot watched is not known to have lasted. */
function endOf(
  evidence: Evidence,
  row: PositionRow,
  last: TimelineEntry,
): { readonly until: string; readonly isKnown: boolean } {
  const { time } = evidence;
  if (isAlarm(last)) return { until: time(last.atMs), isKnown: true };
  if (row.closedMs !== null) {
    const how = isRetired(evidence, row) ? 'was retired' : 'closed';
    return { until: `it ${how} at ${time(row.closedMs)}`, isKnown: true };
  }
  if (isAlive(evidence)) return { until: 'now, says the running bot', isKnown: true };
  return { until: `the last event of the journal (${time(evidence.asOfMs)})`, isKnown: false };
}

function isRetired(evidence: Evidence, { positionId }: PositionRow): boolean {
  return telling(evidence, ['position_closed']).some(
    ({ type, refs }) => type === 'POSITION_RETIRED' && refs.positionId === positionId,
  );
}

/** Nobody looked since: what stands at the venue may have filled, expired or been cancelled. */
function since(evidence: Evidence, { symbol }: PositionRow): string {
  const { venue, time } = evidence;
  if (venue === null || venue.stops === null) {
    return '; whether one has stood there since is not known here: only the venue can tell';
  }
  const live = venue.stops.filter((stop) => stop.symbol === symbol);
  const prices = live.map(({ quantity, stopPrice }) => `${quantity} at ${stopPrice ?? 'no price'}`);
  return live.length === 0
    ? ''
    : `; at ${time(venue.takenMs)} the venue lists ${live.length === 1 ? 'a stop' : 'stops'} of ${listed(prices)}`;
}

function shown(steps: readonly OrderStep[]): readonly OrderStep[] {
  if (steps.length < 2) return [];
  return steps.length <= MOST_STEPS
    ? steps
    : [steps[0], steps.at(-1)].flatMap((step) => step ?? []);
}

function moves({ time }: Evidence, steps: readonly OrderStep[]): string {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined || steps.length < 2) return '';
  const stood = ({ price, purpose, fromMs }: OrderStep): string =>
    `${price} from ${time(fromMs)} (${purpose})`;
  return steps.length <= MOST_STEPS
    ? ` It stood at ${listed(steps.map(stood))}.`
    : ` It stood at ${stood(first)} first and at ${stood(last)} last, ${steps.length} stops in all.`;
}

function never(evidence: Evidence, row: PositionRow): Statement {
  const { time, gaps, proof } = evidence;
  const isOpen = row.closedMs === null;
  const lacks = gaps.length > 0 || (proof?.broken.length ?? 0) > 0;
  const sentence = lacks
    ? 'No event that is left says that a stop covered it. Events are missing or were changed: whether one did cannot be known from this evidence.'
    : isOpen
      ? `No stop has covered it since it opened at ${time(row.openedMs)}, as far as the journal tells.`
      : `No event says that a stop ever covered all of it.`;
  return statement('never-covered', 'protection', about(evidence, row, sentence), {
    weight: isOpen ? 'act' : 'warning',
    evidence: [cite(row)],
    command: isOpen ? 'tradectl reconcile' : null,
  });
}

function openAlarm(evidence: Evidence, row: PositionRow, alarm: TimelineEntry): Statement {
  const isOpen = row.closedMs === null;
  const sentence = `${isOpen ? 'It is not fully covered' : 'It was not fully covered when it closed'}: stops cover ${told(alarm, 'covered')} of ${told(alarm, 'quantity')} since ${evidence.time(alarm.atMs)} (${told(alarm, 'why')}).`;
  return statement('uncovered-now', 'protection', about(evidence, row, sentence), {
    weight: isOpen ? 'act' : 'warning',
    evidence: [cite(alarm)],
    command: isOpen ? 'tradectl reconcile' : null,
  });
}

function uncovered(
  evidence: Evidence,
  {
    alarm,
    row,
    turns,
  }: { alarm: TimelineEntry; row: PositionRow; turns: readonly TimelineEntry[] },
): Statement {
  const end = row.closedMs ?? evidence.asOfMs;
  const again = turns.slice(turns.indexOf(alarm)).find(({ means }) => means === 'protected');
  const sentence = `From ${evidence.time(alarm.atMs)}, for ${span((again?.atMs ?? end) - alarm.atMs)}, stops covered ${told(alarm, 'covered')} of ${told(alarm, 'quantity')}: ${told(alarm, 'why')}.`;
  return statement('uncovered-then', 'protection', about(evidence, row, sentence), {
    weight: 'warning',
    evidence: [cite(alarm)],
  });
}

/** The venue was asked and shows no stop for what is open, or less than it is. */
function doubtful(evidence: Evidence, row: PositionRow): Statement[] {
  const stops = evidence.venue?.stops ?? null;
  if (row.closedMs !== null || row.quantity === null || stops === null) return [];
  if (isDoubted(evidence, row)) return [];
  const live = stops.filter(({ symbol }) => symbol === row.symbol);
  const covers = live.reduce((sum, { quantity }) => sum.add(decimal(quantity)), ZERO);
  if (covers.gte(decimal(row.quantity))) return [];
  const lists = live.length === 0 ? 'none' : `stops for ${decimalText(covers)} of ${row.quantity}`;
  const sentence = `The journal says that a stop covers it; the venue lists ${lists} now (${evidence.time(evidence.venue?.takenMs ?? evidence.asOfMs)}).`;
  return [
    statement('stop-not-listed', 'protection', about(evidence, row, sentence), {
      weight: 'act',
      evidence: [cite(row)],
      command: 'tradectl reconcile',
    }),
  ];
}
