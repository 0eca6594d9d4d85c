/**
 * The parameters of an order as Kraken Futures takes them: decimal text, never rounded here. Immediate
 * orders have a type of their own, because a `timeInForce` in capitals was once dropped in silence and
 * left a resting order. Reduce-only is always said; an entry carries the time by which it must act.
 */
import type { Ms } from '../../../domain/clock.ts';
import { isoTime } from '../../../domain/clock.ts';
import { text } from '../../../domain/decimal.ts';
import type { Instrument } from '../../../domain/instrument.ts';
import type { OrderIntent } from '../../../domain/order.ts';
import { denialOf } from '../check-order.ts';
import type { TriggerSignal } from '../live-venue.ts';
import type { CallParameters } from '../raw-client.ts';

export interface RequestContext {
  /** Null for a market that the venue does not list. */
  readonly instrument: Instrument | null;
  /** An entry that the venue has not taken up by then is refused there: an unknown outcome ends. */
  readonly processBefore: Ms;
  readonly triggerSignal: TriggerSignal;
}

export type OrderRequest =
  | { readonly kind: 'request'; readonly parameters: CallParameters }
  | { readonly kind: 'denied'; readonly code: string };

/** The request of an order, or why it must not leave: it could only fail, or mean something else. */
export function orderRequest(intent: OrderIntent, context: RequestContext): OrderRequest {
  const { instrument } = context;
  if (instrument === null) return denied('UNKNOWN_INSTRUMENT');
  const code = denialOf(intent, instrument);
  if (code !== null) return denied(code);
  return { kind: 'request', parameters: parametersOf(intent, instrument, context) };
}

function parametersOf(
  intent: OrderIntent,
  instrument: Instrument,
  { processBefore, triggerSignal }: RequestContext,
): CallParameters {
  const { price, stopPrice } = intent;
  const sendsPrice = price !== null && intent.type !== 'market';
  return {
    orderType: orderTypeOf(intent),
    symbol: instrument.venueId,
    side: intent.side,
    size: text(intent.quantity),
    ...(sendsPrice ? { limitPrice: text(price) } : {}),
    ...(stopPrice === null ? {} : { stopPrice: text(stopPrice), triggerSignal }),
    cliOrdId: intent.clientOrderId,
    reduceOnly: String(intent.reduceOnly),
    ...(intent.role === 'entry' ? { processBefore: isoTime(processBefore) } : {}),
  };
}

function orderTypeOf({ type, timeInForce, postOnly }: OrderIntent): string {
  switch (type) {
    case 'market':
      return 'mkt';
    case 'stop':
      return 'stp';
    case 'take_profit':
      return 'take_profit';
    case 'limit':
      if (timeInForce === 'ioc') return 'ioc';
      return postOnly ? 'post' : 'lmt';
  }
}

function denied(code: string): OrderRequest {
  return { kind: 'denied', code };
}
