/** What a person does at the venue, past the bot: trades at market and cancels, under ids that are not ours. */
import { price, quantity } from '../../src/domain/decimal.ts';
import type { ClientOrderId, PositionId } from '../../src/domain/ids.ts';
import type { OrderIntent, Side } from '../../src/domain/order.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { RecordedBot } from '../../src/engine/assemble.ts';

export interface HandOrder {
  readonly symbol: Symbol;
  readonly side: Side;
  readonly quantity: string;
  readonly id?: string;
  /** A limit that rests; absent: at market. */
  readonly restsAt?: string;
}

type AtVenue = Pick<RecordedBot, 'venue' | 'feed' | 'clock'>;

/** Throws when the venue refuses. */
export async function tradeByHand(at: AtVenue, order: HandOrder): Promise<void> {
  at.feed.catchUp(at.clock.now());
  const { symbol, side, restsAt } = order;
  const id = order.id ?? `hand-${symbol.slice(0, 3)}-${side}`;
  const intent: OrderIntent = {
    symbol,
    side,
    quantity: quantity(order.quantity),
    clientOrderId: id as ClientOrderId,
    role: 'entry',
    purpose: 'entry',
    type: restsAt === undefined ? 'market' : 'limit',
    timeInForce: restsAt === undefined ? 'ioc' : 'gtc',
    postOnly: false,
    reduceOnly: false,
    price: restsAt === undefined ? null : price(restsAt),
    stopPrice: null,
    positionId: 'pos-of-nobody' as PositionId,
    signalId: null,
    expiresMs: null,
  };
  const outcome = await at.venue.trader.place(intent, new AbortController().signal);
  if (outcome.kind !== 'accepted') throw new Error(`by hand: ${JSON.stringify(outcome)}`);
}

/** Throws when there is nothing to cancel. */
export async function cancelByHand(at: AtVenue, id: ClientOrderId | undefined): Promise<void> {
  if (id === undefined) throw new Error('there is no such order');
  const outcome = await at.venue.trader.cancel(id, new AbortController().signal);
  if (outcome.kind !== 'accepted') throw new Error(`by hand: ${JSON.stringify(outcome)}`);
}
