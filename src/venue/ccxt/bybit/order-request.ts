/**
 * The parameters of an order as Bybit takes them, one-way mode only. A conditional order says from which side
 * its price comes: without it the venue refuses, and with the wrong one it would fire at once.
 */
import { text } from '../../../domain/decimal.ts';
import type { Instrument } from '../../../domain/instrument.ts';
import type { OrderIntent } from '../../../domain/order.ts';
import { denialOf } from '../check-order.ts';
import type { TriggerSignal } from '../live-venue.ts';
import type { CallParameters } from '../raw-client.ts';

export type OrderRequest =
  | { readonly kind: 'request'; readonly parameters: CallParameters }
  | { readonly kind: 'denied'; readonly code: string };

const CLIENT_ID = /^[A-Za-z0-9_-]{1,36}$/;
const TRIGGERS = { mark: 'MarkPrice', last: 'LastPrice', index: 'IndexPrice' } as const;

export function orderRequest(
  intent: OrderIntent,
  instrument: Instrument | null,
  triggerSignal: TriggerSignal,
): OrderRequest {
  if (instrument === null) return { kind: 'denied', code: 'UNKNOWN_INSTRUMENT' };
  if (!CLIENT_ID.test(intent.clientOrderId)) return { kind: 'denied', code: 'CLIENT_ID_INVALID' };
  const code = denialOf(intent, instrument);
  if (code !== null) return { kind: 'denied', code };
  const { price, stopPrice, type, side } = intent;
  const isMarket = type === 'market' || price === null;
  const parameters: CallParameters = {
    category: 'linear',
    symbol: instrument.venueId,
    side: side === 'buy' ? 'Buy' : 'Sell',
    orderType: isMarket ? 'Market' : 'Limit',
    qty: text(intent.quantity),
    ...(isMarket ? {} : { price: text(price) }),
    timeInForce: timeInForceOf(intent, isMarket),
    orderLinkId: intent.clientOrderId,
    reduceOnly: intent.reduceOnly,
    positionIdx: 0,
    ...(stopPrice === null
      ? {}
      : {
          triggerPrice: text(stopPrice),
          triggerDirection: (type === 'stop') === (side === 'buy') ? RISES : FALLS,
          triggerBy: TRIGGERS[triggerSignal],
        }),
  };
  return { kind: 'request', parameters };
}

const RISES = 1;
const FALLS = 2;

/** A market order is immediate there whatever it says. */
function timeInForceOf({ timeInForce, postOnly }: OrderIntent, isMarket: boolean): string {
  if (isMarket || timeInForce === 'ioc') return 'IOC';
  return postOnly ? 'PostOnly' : 'GTC';
}
