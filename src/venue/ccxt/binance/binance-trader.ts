/**
 * The writing half of Binance USDⓈ-M: one request per call, never repeated. An order is cancelled by our id in
 * the service that holds it, and the venue wants its market with it, so an order that this process
 * neither placed nor read is looked up first; the look-up changes nothing.
 *
 * Invariants as for every venue: denied means that no byte left; what left and was not answered as it should
 * be is in doubt.
 */
import type { Ms } from '../../../domain/clock.ts';
import { ms, SECOND } from '../../../domain/clock.ts';
import { text } from '../../../domain/decimal.ts';
import type { ClientOrderId, VenueOrderId } from '../../../domain/ids.ts';
import type { OrderIntent, Outcome } from '../../../domain/order.ts';
import type { VenueTrader } from '../../port.ts';
import { failedOutcome } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { KnownOrder, KnownOrders } from '../known-orders.ts';
import type { TriggerSignal } from '../live-venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import type { CallParameters } from '../raw-client.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import type { BinanceClient, CallName } from './binance-client.ts';
import { orderRequest } from './order-request.ts';
import type { Verdict } from './order-status.ts';
import { amendVerdict, cancelVerdict, conditionalVerdict, placeVerdict } from './order-status.ts';
import { readOpenOrders } from './read-open-orders.ts';

export interface TraderOptions {
  readonly client: BinanceClient;
  readonly registry: InstrumentRegistry;
  readonly known: KnownOrders;
  /** How long an entry may take to act at the venue. */
  readonly processWithin: Ms;
  readonly triggerSignal: TriggerSignal;
}

/** Exits may take longer than entries: late is better than never. */
const EXIT_WINDOW = ms(10 * SECOND);

export function createBinanceTrader(options: TraderOptions): VenueTrader {
  return {
    place: (intent, signal) => place(options, intent, signal),
    cancel: (id, signal) => cancel(options, id, signal),
    amend: (id, change, signal) => amend(options, id, { change, signal }),
  };
}

async function place(
  { client, registry, known, ...options }: TraderOptions,
  intent: OrderIntent,
  signal: AbortSignal,
): Promise<Outcome> {
  const names = await registry.names();
  if (names.read === 'unknown') return { kind: 'denied', code: 'INSTRUMENTS_UNKNOWN' };
  const request = orderRequest(intent, {
    instrument: names.bySymbol.get(intent.symbol) ?? null,
    recvWindow: Math.max(1, intent.role === 'entry' ? options.processWithin : EXIT_WINDOW),
    triggerSignal: options.triggerSignal,
  });
  if (request.kind === 'denied') return request;
  const { name, parameters } = request;
  const { clientOrderId, symbol } = intent;
  const isConditional = name === 'fapiPrivatePostAlgoOrder';
  known.add(clientOrderId, { symbol, isConditional });
  const judge = isConditional ? conditionalVerdict : placeVerdict;
  const idKey = isConditional ? 'algoId' : 'orderId';
  const outcome = await send({
    ...{ client, name, parameters, signal, idKey },
    verdict: (body) => judge(body, clientOrderId),
  });
  if (!isConditional && outcome.kind === 'accepted' && outcome.venueOrderId !== null) {
    known.link(outcome.venueOrderId, clientOrderId);
  }
  return outcome;
}

async function cancel(
  options: TraderOptions,
  id: ClientOrderId,
  signal: AbortSignal,
): Promise<Outcome> {
  const found = await find(options, id);
  if ('kind' in found) return found;
  const { order, venueId } = found;
  const shared = { client: options.client, signal };
  if (order.isConditional) {
    return send({
      ...{ ...shared, name: 'fapiPrivateDeleteAlgoOrder', idKey: 'algoId' },
      parameters: { clientAlgoId: id },
      verdict: (body) => cancelVerdict(body, true),
    });
  }
  return send({
    ...{ ...shared, name: 'fapiPrivateDeleteOrder', idKey: 'orderId' },
    parameters: { symbol: venueId, origClientOrderId: id },
    verdict: (body) => cancelVerdict(body, false),
  });
}

interface Amending {
  readonly change: Parameters<VenueTrader['amend']>[1];
  readonly signal: AbortSignal;
}

/** Only resting limit orders can be amended; the venue wants quantity, price and side with every change. */
async function amend(
  options: TraderOptions,
  id: ClientOrderId,
  { change, signal }: Amending,
): Promise<Outcome> {
  const { client, registry, known } = options;
  const names = await registry.names();
  if (names.read === 'unknown') return { kind: 'denied', code: 'INSTRUMENTS_UNKNOWN' };
  const open = await readOpenOrders(client, known, names);
  if (open.read === 'unknown') return { kind: 'denied', code: 'OPEN_ORDERS_UNKNOWN' };
  const row = open.rows.find(({ clientOrderId }) => clientOrderId === id);
  if (row === undefined) return { kind: 'rejected', reason: 'notFound' };
  const price = change.price ?? row.price;
  if (row.type !== 'limit' || price === null || change.stopPrice !== undefined) {
    return { kind: 'denied', code: 'AMEND_UNSUPPORTED' };
  }
  const parameters = {
    symbol: names.bySymbol.get(row.symbol)?.venueId ?? '',
    origClientOrderId: id,
    side: row.side.toUpperCase(),
    quantity: text(change.quantity ?? row.quantity),
    price: text(price),
  };
  const name = 'fapiPrivatePutOrder';
  return send({ client, name, parameters, signal, idKey: 'orderId', verdict: amendVerdict });
}

interface Found {
  readonly order: KnownOrder;
  readonly venueId: string;
}

/** Where the order is; rejected when it is not open, denied when that cannot be told. */
async function find(
  { client, registry, known }: TraderOptions,
  id: ClientOrderId,
): Promise<Found | Outcome> {
  const names = await registry.names();
  if (names.read === 'unknown') return { kind: 'denied', code: 'INSTRUMENTS_UNKNOWN' };
  if (known.get(id) === null) {
    const open = await readOpenOrders(client, known, names);
    if (open.read === 'unknown') return { kind: 'denied', code: 'OPEN_ORDERS_UNKNOWN' };
  }
  const order = known.get(id);
  if (order === null) return { kind: 'rejected', reason: 'notFound' };
  return { order, venueId: names.bySymbol.get(order.symbol)?.venueId ?? '' };
}

interface Sending {
  readonly client: BinanceClient;
  readonly name: CallName;
  readonly parameters: CallParameters;
  readonly signal: AbortSignal;
  readonly idKey: string;
  readonly verdict: (body: JsonRow) => Verdict;
}

async function send({ client, signal, ...sending }: Sending): Promise<Outcome> {
  const answer = await client.call(sending.name, sending.parameters, signal);
  if (!answer.answered) return failedOutcome(answer.sent, answer.failure);
  if (!isRow(answer.body)) return { kind: 'in_doubt', evidence: 'the answer is no object' };
  const verdict = sending.verdict(answer.body);
  if (verdict.kind !== 'accepted') return verdict;
  const venueOrderId = wordOf(answer.body, sending.idKey) as VenueOrderId | null;
  const serverMs = timeOf(answer.body, 'updateTime') ?? client.time.known();
  return { kind: 'accepted', venueOrderId, serverMs };
}
