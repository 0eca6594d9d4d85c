/** Rows as Bybit writes them: nearly every figure is text, times too. */
import { decimal } from '../../src/domain/decimal.ts';
import type { BookFill, BookOrder, SmallExchange } from './small-exchange.ts';
import { isWaiting } from './small-exchange.ts';

export const STEPS: Readonly<Record<string, readonly [step: string, tick: string]>> = {
  BTCUSDT: ['0.001', '0.1'],
  ETHUSDT: ['0.01', '0.01'],
  GALAUSDT: ['1', '0.00001'],
};

const STATUS = {
  live: 'New',
  partly: 'PartiallyFilled',
  filled: 'Filled',
  cancelled: 'Cancelled',
  expired: 'Cancelled',
} as const;

export function orderRow(order: BookOrder) {
  const waits = isWaiting(order);
  const isUp = (order.kind === 'stop') === (order.side === 'buy');
  const status = waits && order.state === 'live' ? 'Untriggered' : STATUS[order.state];
  return {
    orderId: order.number,
    orderLinkId: order.clientId,
    symbol: order.market,
    price: String(order.price ?? 0),
    qty: String(order.quantity),
    side: order.side === 'buy' ? 'Buy' : 'Sell',
    positionIdx: 0,
    orderStatus: waits && order.state === 'cancelled' ? 'Deactivated' : status,
    rejectReason: order.state === 'expired' ? 'EC_NoImmediateQtyToFill' : 'EC_NoError',
    cumExecQty: String(order.filled),
    timeInForce: order.immediate ? 'IOC' : 'GTC',
    orderType: order.kind === 'limit' ? 'Limit' : 'Market',
    stopOrderType: waits ? 'Stop' : '',
    triggerPrice: waits ? String(order.trigger) : '',
    triggerDirection: waits ? (isUp ? 1 : 2) : 0,
    triggerBy: waits ? 'MarkPrice' : '',
    reduceOnly: order.reduceOnly,
    closeOnTrigger: false,
    createdTime: String(order.madeMs),
    updatedTime: String(order.updatedMs),
  };
}

export function fillRow({ number, order, quantity, price, fee, atMs }: BookFill) {
  return {
    symbol: order.market,
    orderId: order.number,
    orderLinkId: order.clientId,
    side: order.side === 'buy' ? 'Buy' : 'Sell',
    execId: `exec-${number}`,
    execPrice: String(price),
    execQty: String(quantity),
    execFee: String(fee),
    feeCurrency: '',
    execType: 'Trade',
    execTime: String(atMs),
    isMaker: false,
  };
}

/** A funding payment is told among the executions. */
export function fundingRow(market: string, atMs: number) {
  return {
    ...{ symbol: market, orderId: '', orderLinkId: '', side: 'Sell', execId: `funding-${atMs}` },
    ...{ execPrice: '60000', execQty: '0.01', execFee: '0.06', execType: 'Funding' },
    ...{ execTime: String(atMs), isMaker: false },
  };
}

export function positionRow(exchange: SmallExchange, symbol: string, index: 0 | 1 | 2) {
  const { net, entry } = exchange.positionIn(symbol);
  const side = net.isZero() ? '' : net.gt(0) ? 'Buy' : 'Sell';
  return {
    ...{ symbol, positionIdx: index, side, size: String(net.abs()), avgPrice: String(entry) },
    ...{ liqPrice: '', markPrice: String(exchange.markOf(symbol)), leverage: '10' },
    ...{ updatedTime: '1700000000000', createdTime: '1700000000000' },
  };
}

export function wallet(exchange: SmallExchange) {
  const unrealized = exchange.unrealized();
  const margin = [...exchange.held].reduce(
    (sum, [symbol, { net }]) => sum.plus(net.abs().mul(exchange.markOf(symbol)).div(10)),
    decimal('0'),
  );
  return {
    accountType: 'UNIFIED',
    totalEquity: String(exchange.wallet.plus(unrealized)),
    totalMarginBalance: String(exchange.wallet.plus(unrealized)),
    totalWalletBalance: String(exchange.wallet),
    totalPerpUPL: String(unrealized),
    totalInitialMargin: String(margin),
    totalMaintenanceMargin: String(margin.div(2)),
    coin: [{ coin: 'USDT', walletBalance: String(exchange.wallet) }],
  };
}

export function transferRow(
  { amount, coin, atMs }: SmallExchange['transfers'][number],
  index: number,
) {
  return {
    id: `transfer-${index}`,
    type: amount.isNegative() ? 'TRANSFER_OUT' : 'TRANSFER_IN',
    currency: coin,
    change: String(amount),
    cashFlow: String(amount),
    transactionTime: String(atMs),
  };
}

export function instrumentRow(symbol: string) {
  const [step, tick] = STEPS[symbol] ?? ['1', '1'];
  return {
    ...{ symbol, contractType: 'LinearPerpetual', status: 'Trading', deliveryTime: '0' },
    ...{ baseCoin: symbol.replace('USDT', ''), quoteCoin: 'USDT', settleCoin: 'USDT' },
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: tick, maxPrice: '1999999', tickSize: tick },
    lotSizeFilter: { qtyStep: step, minOrderQty: step, maxOrderQty: '1190', minNotionalValue: '5' },
  };
}

/** Listed there and not ours: dated, settled in another coin, not launched. */
export const OTHERS = [
  { ...instrumentRow('BTCUSDT'), symbol: 'BTC-26DEC26', contractType: 'LinearFutures' },
  { ...instrumentRow('BTCUSDT'), symbol: 'BTCPERP', quoteCoin: 'USDC', settleCoin: 'USDC' },
  { ...instrumentRow('BTCUSDT'), symbol: 'NEWUSDT', baseCoin: 'NEW', status: 'PreLaunch' },
];

export function klines(params: URLSearchParams): readonly (readonly string[])[] {
  const step = Number(params.get('interval')) * 60_000;
  const [from, to] = [Number(params.get('start')), Number(params.get('end'))];
  const rows: string[][] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    rows.unshift([String(at), '100', '110', '90', '105', '12.5', '1300']);
  }
  return rows;
}
