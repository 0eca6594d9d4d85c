/**
 * Every event as one plain sentence, for the log and for whoever reads a journal line by line, and how much
 * attention it wants. One entry per type, checked by the compiler: a new event cannot stay without words.
 * Nothing here throws: a payload of the wrong shape is what a log is read for.
 */
import type { OrderPayload, EventOf, EventType, StoredEvent } from './event.ts';
import { missingText } from './lost-events.ts';

export type EventLevel = 'info' | 'warn' | 'error';

type Say<T extends EventType> = (payload: EventOf<T>['payload']) => string;
type Words = { readonly [T in EventType]: Say<T> };

/** Types that say more than "this happened". */
const WARNINGS: ReadonlySet<EventType> = new Set<EventType>([
  'PREVIOUS_RUN_DIED',
  'MARKET_SET_ASIDE',
  'ORDER_REJECTED',
  'ORDER_IN_DOUBT',
  'ORDER_ADOPTED',
  'ORDER_AMENDED',
  'ORDER_CANCEL_FAILED',
  'POSITION_IMPORTED',
  'POSITION_ADJUSTED',
  'POSITION_RETIRED',
  'POSITION_BLOCKED',
  'FINDING',
  'ROW_QUARANTINED',
  'ACKNOWLEDGEMENT_NEEDED',
]);
const ERRORS: ReadonlySet<EventType> = new Set<EventType>([
  'JOURNAL_TAIL_LOST',
  'POSITION_UNPROTECTED',
  'HALT_SET',
]);

export function eventLevel(event: StoredEvent): EventLevel {
  if (ERRORS.has(event.type)) return 'error';
  return WARNINGS.has(event.type) || isWorseState(event) ? 'warn' : 'info';
}

function isWorseState(event: StoredEvent): boolean {
  const payload = event.payload as { readonly to?: unknown } | null;
  return event.type === 'STATE_CHANGED' && payload?.to !== 'NORMAL';
}

/** One sentence, one line, with the market first where there is one. */
export function eventSentence(event: StoredEvent): string {
  const said = sentenceOf(event);
  return event.symbol === null ? said : `${event.symbol}: ${said}`;
}

/** What is said of an event whose payload has not the shape of its type. */
export const UNREADABLE = 'its payload cannot be read';

/** The word came from what is not there, and not out of the payload. */
function lacksWords(payload: unknown): boolean {
  return JSON.stringify(payload)?.includes('undefined') !== true;
}

function sentenceOf(event: StoredEvent): string {
  try {
    const say = WORDS[event.type] as ((payload: StoredEvent['payload']) => string) | undefined;
    if (say === undefined) return `an event of type ${event.type}`;
    const said = say(event.payload);
    return said.includes('undefined') && lacksWords(event.payload) ? UNREADABLE : said;
  } catch {
    return UNREADABLE;
  }
}

const WORDS: Words = {
  RUN_STARTED: ({ venue, mode, resumed, head_seq }) =>
    `run ${resumed ? `resumed after event ${head_seq}` : 'started'} on ${venue}, mode ${mode}`,
  RUN_ENDED: ({ reason }) =>
    reason === 'memory'
      ? 'run ended in order, to be started again: its memory was nearly at the limit'
      : `run ended in order (${reason})`,
  PREVIOUS_RUN_DIED: ({ last_seq }) =>
    `the previous run died without an end; its last event is ${last_seq}`,
  JOURNAL_TAIL_LOST: ({ lost_from, lost_to }) => missingText(Number(lost_from), Number(lost_to)),

  MARKET_SET_ASIDE: ({ market, reason }) => `market ${market} set aside: ${reason}`,
  MARKET_PINNED: ({ tier, would_be }) =>
    `pinned to tier ${tier}, by volume it would be ${would_be}`,
  MARKET_TIER: ({ tier, quote_volume_24h: volume }) =>
    `tier ${tier}, volume of 24 hours ${volume ?? 'unknown'}`,

  SIGNAL: ({ side, entry, stop, rr_tp1, regime }) =>
    `signal ${side} at ${entry}, stop ${stop}, ${rr_tp1} R to the first target, regime ${regime}`,
  REJECTION: ({ reason, detail }) => `no signal: ${reason}${detail === '' ? '' : ` (${detail})`}`,
  AUCTION_LOST: ({ reason, rank, score }) =>
    `signal lost the auction: ${reason} (rank ${rank}, score ${score})`,
  ENTRY_DENIED: ({ code }) => `entry denied: ${code}`,

  ORDER_INTENDED: (order) => `will send ${orderText(order)}`,
  ORDER_ACCEPTED: ({ venue_order_id: id }) => `order accepted by the venue as ${id ?? 'no id'}`,
  ORDER_DENIED: ({ code }) => `order denied before it was sent: ${code}`,
  ORDER_REJECTED: ({ reason }) => `order rejected by the venue: ${reason}`,
  ORDER_IN_DOUBT: ({ evidence }) => `order in doubt, its outcome is not known: ${evidence}`,
  ORDER_STATE: ({ state, evidence }) => `order is ${state}: ${evidence}`,
  ORDER_ADOPTED: (order) =>
    `order adopted (${order.state}): ${orderText(order)}; ${order.evidence}`,
  ORDER_AMENDED: ({ quantity, evidence }) =>
    `order changed at the venue by another hand, quantity now ${quantity}: ${evidence}`,
  ORDER_RELINKED: ({ from_position: from, evidence }) =>
    `order moved from position ${from ?? 'none'}: ${evidence}`,
  ORDER_CANCEL_INTENDED: ({ reason }) => `will cancel the order: ${reason}`,
  ORDER_CANCELLED: ({ reason }) => `order cancelled: ${reason}`,
  ORDER_CANCEL_FAILED: ({ outcome, reason }) => `cancel ${outcome}: ${reason}`,

  FILL: ({ side, quantity, price, fee, purpose, kind }) =>
    `${kind === 'trade' ? 'filled' : kind}: ${side} ${quantity} at ${price}, fee ${fee}` +
    (purpose === null ? '' : ` (${purpose})`),
  POSITION_OPENED: ({ side, origin }) => `position opened, ${side}, from ${origin}`,
  POSITION_CLOSED: ({ reason, realized_pnl: pnl, fees }) =>
    `position closed by ${reason}, profit ${pnl}, fees ${fees}`,
  POSITION_IMPORTED: ({ side, quantity, origin, evidence }) =>
    `position imported (PHANTOM at the venue), ${side} ${quantity}, from ${origin}: ${evidence}`,
  POSITION_ADJUSTED: ({ quantity_before: before, quantity, evidence }) =>
    `position adjusted to the venue, quantity ${before} -> ${quantity}: ${evidence}`,
  POSITION_RETIRED: ({ reason, evidence }) =>
    `position retired without a fill (${reason === 'orphan' ? 'ORPHAN' : reason}): ${evidence}`,
  POSITION_PROTECTED: ({ stop_price: stop, unprotected_ms: after }) =>
    `position protected, stop at ${stop}, after ${after} ms`,
  POSITION_UNPROTECTED: ({ covered, quantity, why }) =>
    `position UNPROTECTED: stops cover ${covered} of ${quantity}: ${why}`,
  POSITION_BLOCKED: ({ finding, evidence }) => `entries blocked, ${finding}: ${evidence}`,
  POSITION_UNBLOCKED: ({ finding }) => `entries free again, ${finding} is gone`,
  TARGET_DROPPED: ({ level, reason, merged_into: into }) =>
    `target ${level} dropped: ${reason}${into === null ? '' : `, merged into target ${into}`}`,

  STATE_CHANGED: ({ from, to, causes }) =>
    `${from} -> ${to}${causes.length === 0 ? '' : `: ${causes.join('; ')}`}`,
  HALT_SET: ({ halt_id, kind, reason, set_by }) =>
    `HALT ${halt_id} (${kind}) set by ${set_by}: ${reason}`,
  HALT_CLEARED: ({ halt_id, kind, reason }) => `halt ${halt_id} (${kind}) cleared: ${reason}`,
  OPERATOR_COMMAND: ({ command, reason }) =>
    `operator: ${command}${reason === null ? '' : ` (${reason})`}`,
  FINDING: ({ finding, evidence }) => `finding ${finding}: ${evidence}`,

  ROW_STAGED: ({ row_id, source }) => `row ${row_id} of ${source} staged`,
  ROW_QUARANTINED: ({ row_id, finding, why }) => `row ${row_id} quarantined, ${finding}: ${why}`,
  ROW_RETIRED: ({ row_id, reason }) => `row ${row_id} retired: ${reason}`,
  ROW_RELEASED: ({ row_id, reason }) => `row ${row_id} released: ${reason}`,
  ACKNOWLEDGEMENT_NEEDED: ({ cause, evidence }) =>
    `an operator must look, entries wait (${cause}): ${evidence}`,
  ACKNOWLEDGED: ({ causes, reason }) => `acknowledged ${causes.join(', ')}: ${reason}`,
  VENUE_ANSWERS: ({ plan_id }) => `what the venue answered before plan ${plan_id}`,
  PLAN_ACTION: ({ plan_id, action, outcome }) => `plan ${plan_id}: ${action}: ${outcome}`,
  PLAN_APPLIED: ({ plan_id, actions }) => `plan ${plan_id} applied, ${actions} actions`,

  CYCLE_END: (cycle) =>
    `cycle ${cycle.cycle} ${cycle.state}: ${cycle.markets} markets, ${cycle.candles} candles, ` +
    `${cycle.signals} signals, ${cycle.approved} approved, ${cycle.orders} orders, ` +
    `${cycle.fills} fills, ${cycle.positions} positions, equity ${cycle.equity ?? 'unknown'}` +
    countsText('rejected', cycle.rejections) +
    countsText('lost', cycle.lost) +
    countsText('denied', cycle.denied),
  RECORDING_FINISHED: () => 'the recording is finished',
};

/** Every type that this version writes. */
export const EVENT_TYPES: readonly string[] = Object.keys(WORDS);

function orderText(order: OrderPayload): string {
  const { purpose, side, quantity, type, price, stop_price: trigger } = order;
  const at = [price === null ? '' : ` at ${price}`, trigger === null ? '' : ` from ${trigger}`];
  return `${purpose}: ${side} ${quantity} ${type}${at.join('')}`;
}

/** `; rejected 4H_STRUCTURE_REQUIRED 5, DATA_GAP 1`, or nothing. */
function countsText(word: string, counts: Readonly<Record<string, number>>): string {
  const each = Object.entries(counts).map(([reason, count]) => `${reason} ${count}`);
  return each.length === 0 ? '' : `; ${word} ${each.join(', ')}`;
}
