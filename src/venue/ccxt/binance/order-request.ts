/**
 * The parameters of an order as Binance takes them. What waits for a price goes to the conditional service;
 * what is immediate or post-only says so in its time in force. Reduce-only is said where it is meant:
 * the venue refuses the word on an order that may open.
 */
import { text } from '../../../domain/decimal.ts';
import type { Instrument } from '../../../domain/instrument.ts';
import type { OrderIntent } from '../../../domain/order.ts';
import { denialOf, isTrigger } from '../check-order.ts';
import type { TriggerSignal } from '../live-venue.ts';
import type { CallParameters } from '../raw-client.ts';

export interface RequestContext {
  /** Null for a market that the venue does not list. */
  readonly instrument: Instrument | null;
  /** The venue refuses what reaches it later than this after its stamp. */
  readonly recvWindow: number;
  readonly triggerSignal: TriggerSignal;
}

export type OrderRequest =
  | {
      readonly kind: 'request';
      readonly name: 'fapiPrivatePostOrder' | 'fapiPrivatePostAlgoOrder';
      readonly parameters: CallParameters;
    }
  | { readonly kind: 'denied'; readonly code: string };

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

export function orderRequest(intent: OrderIntent, context: RequestContext): OrderRequest {
  const { instrument, recvWindow, triggerSignal } = context;
  if (instrument === null) return denied('UNKNOWN_INSTRUMENT');
  if (!CLIENT_ID.test(intent.clientOrderId)) return denied('CLIENT_ID_INVALID');
  const code = denialOf(intent, instrument);
  if (code !== null) return denied(code);
  const shared = {
    symbol: instrument.venueId,
    side: intent.side.toUpperCase(),
    quantity: text(intent.quantity),
    recvWindow: String(recvWindow),
    ...(intent.reduceOnly ? { reduceOnly: 'true' } : {}),
  };
  if (!isTrigger(intent)) {
    const parameters = { ...shared, ...plainParameters(intent) };
    return { kind: 'request', name: 'fapiPrivatePostOrder', parameters };
  }
  // The venue has no index trigger; its mark is made of the index.
  const workingType = triggerSignal === 'last' ? 'CONTRACT_PRICE' : 'MARK_PRICE';
  const parameters = { ...shared, ...conditionalParameters(intent), workingType };
  return { kind: 'request', name: 'fapiPrivatePostAlgoOrder', parameters };
}

function plainParameters(intent: OrderIntent): CallParameters {
  const { clientOrderId, price, timeInForce, postOnly } = intent;
  const id = { newClientOrderId: clientOrderId, newOrderRespType: 'RESULT' };
  if (intent.type === 'market' || price === null) return { ...id, type: 'MARKET' };
  const resting = postOnly ? 'GTX' : 'GTC';
  return {
    ...id,
    type: 'LIMIT',
    price: text(price),
    timeInForce: timeInForce === 'ioc' ? 'IOC' : resting,
  };
}

function conditionalParameters({
  type,
  price,
  stopPrice,
  clientOrderId,
}: OrderIntent): CallParameters {
  const family = type === 'stop' ? 'STOP' : 'TAKE_PROFIT';
  return {
    algoType: 'CONDITIONAL',
    clientAlgoId: clientOrderId,
    ...(stopPrice === null ? {} : { triggerPrice: text(stopPrice) }),
    ...(price === null
      ? { type: `${family}_MARKET` }
      : { type: family, price: text(price), timeInForce: 'GTC' }),
  };
}

function denied(code: string): OrderRequest {
  return { kind: 'denied', code };
}
