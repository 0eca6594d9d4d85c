/**
 * The writing half of Bybit: one request per call, never repeated. The venue answers a request with ids alone
 * and acts later, so a state is only believed when it was read again: an order that cannot be seen
 * after three looks is in doubt, and so is one that still rests after its cancel was taken.
 */
import type { Clock } from '../../../domain/clock.ts';
import { ms } from '../../../domain/clock.ts';
import { text } from '../../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../domain/ids.ts';
import type { OrderIntent, Outcome } from '../../../domain/order.ts';
import type { VenueTrader } from '../../port.ts';
import { failedOutcome } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { KnownOrders } from '../known-orders.ts';
import type { TriggerSignal } from '../live-venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import type { CallParameters } from '../raw-client.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import { askLinear } from './bybit-answer.ts';
import type { BybitClient, CallName } from './bybit-client.ts';
import { openNow } from './bybit-reader.ts';
import { orderRequest } from './order-request.ts';
import type { Judge } from './order-status.ts';
import { amended, cancelled, placed } from './order-status.ts';
import { readOrders } from './read-orders.ts';

export interface TraderOptions {
  readonly client: BybitClient;
  readonly registry: InstrumentRegistry;
  readonly known: KnownOrders;
  readonly clock: Clock;
  readonly triggerSignal: TriggerSignal;
}

const LOOKS = 3;
const BETWEEN_LOOKS = ms(200);

export function createBybitTrader(options: TraderOptions): VenueTrader {
  return {
    place: (intent, signal) => place(options, intent, signal),
    cancel: (id, signal) =>
      change(options, id, { name: 'privatePostV5OrderCancel', more: {}, judge: cancelled, signal }),
    amend: (id, { quantity, price, stopPrice }, signal) =>
      change(options, id, {
        name: 'privatePostV5OrderAmend',
        more: {
          ...(quantity === undefined ? {} : { qty: text(quantity) }),
          ...(price === undefined ? {} : { price: text(price) }),
          ...(stopPrice === undefined ? {} : { triggerPrice: text(stopPrice) }),
        },
        judge: amended,
        signal,
      }),
  };
}

async function place(
  options: TraderOptions,
  intent: OrderIntent,
  signal: AbortSignal,
): Promise<Outcome> {
  const { registry, known } = options;
  const names = await registry.names();
  if (names.read === 'unknown') return { kind: 'denied', code: 'INSTRUMENTS_UNKNOWN' };
  const instrument = names.bySymbol.get(intent.symbol) ?? null;
  const request = orderRequest(intent, instrument, options.triggerSignal);
  if (request.kind === 'denied') return request;
  const { clientOrderId, symbol } = intent;
  known.add(clientOrderId, { symbol, isConditional: false });
  return send(options, {
    ...{ name: 'privatePostV5OrderCreate', parameters: request.parameters, signal },
    ...{ clientOrderId, venueId: instrument?.venueId ?? '', judge: placed },
  });
}

interface Change {
  readonly name: CallName;
  readonly more: CallParameters;
  readonly judge: Judge;
  readonly signal: AbortSignal;
}

/** The venue wants the market of an order with its id: one that is not known is looked up first. */
async function change(
  options: TraderOptions,
  clientOrderId: ClientOrderId,
  { name, more, judge, signal }: Change,
): Promise<Outcome> {
  const { registry, known, client } = options;
  const names = await registry.names();
  if (names.read === 'unknown') return { kind: 'denied', code: 'INSTRUMENTS_UNKNOWN' };
  if (known.get(clientOrderId) === null) {
    const open = await openNow(client);
    if (open.read === 'unknown') return { kind: 'denied', code: 'OPEN_ORDERS_UNKNOWN' };
    for (const row of readOrders(open.rows, names.aliases).rows) {
      if (row.clientOrderId === null) continue;
      known.add(row.clientOrderId, { symbol: row.symbol, isConditional: false });
    }
  }
  const order = known.get(clientOrderId);
  if (order === null) return { kind: 'rejected', reason: 'notFound' };
  const venueId = names.bySymbol.get(order.symbol)?.venueId ?? '';
  const parameters = { category: 'linear', symbol: venueId, orderLinkId: clientOrderId, ...more };
  return send(options, { name, parameters, signal, clientOrderId, venueId, judge });
}

interface Sending {
  readonly name: CallName;
  readonly parameters: CallParameters;
  readonly signal: AbortSignal;
  readonly clientOrderId: ClientOrderId;
  readonly venueId: string;
  readonly judge: Judge;
}

async function send(options: TraderOptions, sending: Sending): Promise<Outcome> {
  const { name, parameters, signal, clientOrderId } = sending;
  const answer = await options.client.call(name, parameters, signal);
  if (!answer.answered) return failedOutcome(answer.sent, answer.failure);
  const result = isRow(answer.body['result']) ? answer.body['result'] : {};
  const venueOrderId = wordOf(result, 'orderId') as VenueOrderId | null;
  if (venueOrderId === null) return { kind: 'in_doubt', evidence: 'taken, without an order id' };
  if (wordOf(result, 'orderLinkId') !== clientOrderId) {
    return { kind: 'in_doubt', evidence: "the answer is not our order's" };
  }
  const serverMs = timeOf(answer.body, 'time');
  const accepted = { kind: 'accepted', venueOrderId, serverMs } as const;
  return confirm(options, sending, accepted);
}

/** Looks until the order's state decides. Looking is a reading: it changes nothing. */
async function confirm(
  { client, clock }: TraderOptions,
  { clientOrderId, venueId, judge, parameters }: Sending,
  accepted: Outcome,
): Promise<Outcome> {
  let evidence = 'taken, and not to be seen yet';
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await clock.sleep(BETWEEN_LOOKS);
    const list = await askLinear(client, 'privateGetV5OrderRealtime', {
      symbol: venueId,
      orderLinkId: clientOrderId,
    });
    if (list.read === 'unknown') evidence = `taken, and not to be read: ${list.reason}`;
    const rows: readonly unknown[] = list.read === 'list' ? list.rows : [];
    const own = rows.filter(isRow).find((row: JsonRow) => row['orderLinkId'] === clientOrderId);
    if (own === undefined) continue;
    const verdict = judge(own, parameters);
    if (verdict === 'accepted') return accepted;
    if (verdict !== 'not yet') return verdict;
    evidence = `taken, and still ${wordOf(own, 'orderStatus') ?? 'without a status'}`;
  }
  return { kind: 'in_doubt', evidence };
}
