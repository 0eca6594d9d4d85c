/** Messages of the WebSocket feeds, field by field as Kraken Futures writes them. */
import { HOUR, type Ms } from '../../domain/clock.ts';
import { Decimal, ZERO } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import { notional } from '../../domain/instrument.ts';
import { accounts } from './account-endpoints.ts';
import { isTriggerOrder, type Book } from './book.ts';
import { unrealizedFunding } from './funding.ts';
import { rowsOf, type KnownOrder } from './ledger.ts';
import type { OrderEvent } from './order-events.ts';
import { tickerRow } from './public-endpoints.ts';
import { figure, figureOrNull, leavesOf, limitOf, named, type Row } from './shapes.ts';
import { uuidOf } from './uuid-of.ts';

export function tickerMessage(book: Book, id: string): Row {
  const row = tickerRow(book, id);
  const last = Number(row['last'] ?? 0);
  const funding = Number(row['fundingRate'] ?? 0);
  return {
    time: book.now(),
    product_id: id,
    ...{ funding_rate: funding, funding_rate_prediction: funding },
    relative_funding_rate: last === 0 ? 0 : funding / last,
    next_funding_rate_time: Math.floor(book.now() / HOUR) * HOUR + HOUR,
    ...{ bid: row['bid'], ask: row['ask'], bid_size: row['bidSize'], ask_size: row['askSize'] },
    ...{ volume: row['vol24h'], volumeQuote: row['volumeQuote'], dtm: 0, premium: 0 },
    ...{ index: row['indexPrice'], last: row['last'], change: row['change24h'] },
    ...{ suspended: row['suspended'], tag: row['tag'], pair: row['pair'], post_only: false },
    ...{ openInterest: row['openInterest'], markPrice: row['markPrice'], maturityTime: 0 },
  };
}

const LITE = [
  ...['product_id', 'bid', 'ask', 'change', 'premium', 'volume', 'tag', 'pair', 'dtm'],
  ...['maturityTime', 'volumeQuote'],
];

export function tickerLiteMessage(book: Book, id: string): Row {
  const whole = tickerMessage(book, id);
  return Object.fromEntries(LITE.map((name) => [name, whole[name]]));
}

/** A row of `fills`; of an id of a client only updates tell. */
export function fillFeedRow(book: Book, fill: VenueFill, seq: number): Row {
  const order = fill.clientOrderId === null ? null : book.ledger.byClientId(fill.clientOrderId);
  return {
    instrument: book.listing.idOf(fill.symbol),
    time: fill.tsMs,
    price: figure(fill.price),
    seq,
    buy: fill.side === 'buy',
    qty: figure(fill.quantity),
    order_id: order?.orderId ?? uuidOf(`order of|${fill.tradeId}`),
    ...named('cli_ord_id', order?.cliOrdId ?? null),
    fill_id: uuidOf(`fill|${fill.tradeId}`),
    fill_type: fill.kind === 'trade' ? fill.liquidity : fill.kind,
    fee_paid: figure(fill.fee),
    fee_currency: 'USD',
    ...(order === null ? {} : { taker_order_type: typeOf(order), order_type: typeOf(order) }),
  };
}

/** A row of `open_orders`; `qty` is what is still open, direction 0 is a buy. */
export function orderFeedRow(book: Book, order: KnownOrder): Row {
  const { now } = order;
  return {
    instrument: book.listing.idOf(now.symbol),
    time: order.receivedMs,
    last_update_time: now.updatedMs,
    qty: figure(leavesOf(now)),
    filled: figure(now.filled),
    limit_price: limitOf(order) ?? 0,
    stop_price: figureOrNull(now.stopPrice) ?? 0,
    type: typeOf(order),
    order_id: order.orderId,
    ...named('cli_ord_id', order.cliOrdId),
    direction: now.side === 'buy' ? 0 : 1,
    reduce_only: now.reduceOnly,
    ...(isTriggerOrder(now) ? { triggerSignal: order.triggerSignal } : {}),
  };
}

function typeOf({ wireType, now }: KnownOrder): string {
  if (!isTriggerOrder(now)) return wireType === 'mkt' || wireType === 'ioc' ? 'ioc' : 'limit';
  return now.type === 'stop' ? 'stop' : 'take_profit';
}

/** What an event says to `open_orders`; null for one that never came to rest. */
export function orderFeedMessage(book: Book, event: OrderEvent): Row | null {
  if (event.kind === 'rejected') return null;
  const { order } = event;
  const isOver = order.now.state !== 'live' && order.now.state !== 'partially_filled';
  const ended = (reason: string): Row => ({
    order_id: order.orderId,
    ...named('cli_ord_id', order.cliOrdId),
    ...{ is_cancel: true, reason },
  });
  if (event.kind === 'cancelled') return ended(event.reason);
  if (event.kind === 'updated' && isOver) return ended(event.reason);
  if (isOver) return null;
  const reason = event.kind === 'placed' ? 'new_placed_order_by_user' : event.reason;
  return { order: orderFeedRow(book, order), is_cancel: false, reason };
}

export async function positionRows(book: Book): Promise<Row[]> {
  const held = rowsOf(await book.venue.reader.positions());
  return held.map((position) => {
    const { symbol, side, quantity, entryPrice } = position;
    const instrument = book.listing.instruments.get(symbol);
    const mark = new Decimal(
      book.bars.priceNow(symbol) ?? book.bars.latest(symbol)?.close ?? entryPrice ?? 0,
    );
    const value = instrument === undefined ? ZERO : notional(quantity, mark, instrument);
    const gain = entryPrice === null ? ZERO : mark.minus(entryPrice).mul(quantity);
    const margin = value.div(book.settings.leverage);
    return {
      instrument: book.listing.idOf(symbol),
      balance: figure(side === 'long' ? quantity : quantity.neg()),
      pnl: figure(side === 'long' ? gain : gain.neg()),
      entry_price: figureOrNull(entryPrice),
      ...{ mark_price: figure(mark), index_price: figure(mark), liquidation_threshold: 0 },
      ...{ effective_leverage: 0, return_on_equity: 0 },
      unrealized_funding: figure(unrealizedFunding(book, position)),
      ...{ initial_margin: figure(margin), initial_margin_with_orders: figure(margin) },
      ...{ maintenance_margin: figure(margin.div(2)), pnl_currency: 'USD' },
    };
  });
}

/** The figures of `accounts` in the names of the feed. */
export async function balanceFields(book: Book): Promise<Row> {
  const { body } = await accounts(book);
  const { flex } = body['accounts'] as { flex: Readonly<Record<string, number>> };
  const { quantity, available } = (
    flex['currencies'] as unknown as { USD: { quantity: number; available: number } }
  ).USD;
  const usd = { quantity, value: quantity, collateral_value: quantity, available };
  return {
    flex_futures: {
      currencies: { USD: { ...usd, haircut: 0, conversion_spread: 0 } },
      balance_value: flex['balanceValue'],
      portfolio_value: flex['portfolioValue'],
      collateral_value: flex['collateralValue'],
      initial_margin: flex['initialMargin'],
      initial_margin_without_orders: flex['initialMargin'],
      maintenance_margin: flex['maintenanceMargin'],
      pnl: flex['pnl'],
      unrealized_funding: flex['unrealizedFunding'],
      total_unrealized: flex['totalUnrealized'],
      total_unrealized_as_margin: flex['totalUnrealizedAsMargin'],
      margin_equity: flex['marginEquity'],
      available_margin: flex['availableMargin'],
    },
  };
}

/** The last trade of a market: one at the beginning of each of its minutes. */
export function tradeRow(book: Book, id: string, bar: { openMs: Ms; open: number }): Row {
  const symbol = book.listing.markets.get(id) ?? null;
  const lot = symbol === null ? undefined : book.listing.instruments.get(symbol)?.lotStep;
  return {
    feed: 'trade',
    product_id: id,
    uid: uuidOf(`trade|${id}|${bar.openMs}`),
    ...{ side: 'buy', type: 'fill', time: bar.openMs, price: bar.open },
    qty: lot?.toNumber() ?? 1,
  };
}
