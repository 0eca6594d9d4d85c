/** Rows as Binance USDⓈ-M writes them: figures as text, numbers and times as numbers. */
import { decimal } from '../../src/domain/decimal.ts';
import type { BookFill, BookOrder, SmallExchange } from './small-exchange.ts';
import { isWaiting } from './small-exchange.ts';

export const STEPS: Readonly<Record<string, readonly [step: string, tick: string]>> = {
  BTCUSDT: ['0.001', '0.1'],
  ETHUSDT: ['0.001', '0.01'],
  GALAUSDT: ['1', '0.00001'],
  '1000PEPEUSDT': ['1', '0.0000001'],
};

const STATUS = {
  live: 'NEW',
  partly: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
} as const;
const TYPE = {
  market: 'MARKET',
  limit: 'LIMIT',
  stop: 'STOP_MARKET',
  take_profit: 'TAKE_PROFIT_MARKET',
} as const;

export function orderRow(order: BookOrder) {
  return {
    orderId: Number(order.number),
    symbol: order.market,
    status: STATUS[order.state],
    clientOrderId: order.clientId,
    price: String(order.price ?? 0),
    avgPrice: '0.00',
    origQty: String(order.quantity),
    executedQty: String(order.filled),
    timeInForce: order.immediate ? 'IOC' : 'GTC',
    type: TYPE[order.kind],
    reduceOnly: order.reduceOnly,
    closePosition: false,
    side: order.side.toUpperCase(),
    positionSide: 'BOTH',
    stopPrice: '0',
    origType: TYPE[order.kind],
    time: order.madeMs,
    updateTime: order.updatedMs,
  };
}

/** The matching engine's own: of conditional orders only what they became, under names of its own. */
export function engineOrders(exchange: SmallExchange) {
  return exchange.orders.flatMap((order) => {
    if (!isWaiting(order)) return [orderRow(order)];
    if (order.firedNumber === null) return [];
    const row = orderRow(order);
    const names = {
      orderId: Number(order.firedNumber),
      clientOrderId: `autofired_${order.firedNumber}`,
    };
    return [{ ...row, ...names, type: 'MARKET', time: order.updatedMs }];
  });
}

export function algoRow(order: BookOrder) {
  const status = order.firedNumber !== null ? 'FINISHED' : STATUS[order.state];
  return {
    algoId: Number(order.number),
    clientAlgoId: order.clientId,
    algoType: 'CONDITIONAL',
    orderType: TYPE[order.kind],
    symbol: order.market,
    side: order.side.toUpperCase(),
    positionSide: 'BOTH',
    timeInForce: 'GTC',
    quantity: String(order.quantity),
    algoStatus: status,
    actualOrderId: order.firedNumber ?? '',
    triggerPrice: String(order.trigger ?? 0),
    price: String(order.price ?? 0),
    workingType: 'MARK_PRICE',
    closePosition: false,
    reduceOnly: order.reduceOnly,
    createTime: order.madeMs,
    updateTime: order.updatedMs,
    triggerTime: 0,
  };
}

export function tradeRow(
  { number, orderNumber, order, quantity, price, fee, realized, atMs }: BookFill,
  coin: string,
) {
  return {
    symbol: order.market,
    id: Number(number),
    orderId: Number(orderNumber),
    side: order.side.toUpperCase(),
    price: String(price),
    qty: String(quantity),
    realizedPnl: String(realized),
    quoteQty: String(price.mul(quantity)),
    commission: String(coin === 'USDT' ? fee : fee.div(600)),
    commissionAsset: coin,
    time: atMs,
    positionSide: 'BOTH',
    buyer: order.side === 'buy',
    maker: false,
  };
}

export function income(exchange: SmallExchange) {
  const trades = exchange.fills.map(({ number, order, fee, atMs }) => ({
    ...{ symbol: order.market, incomeType: 'COMMISSION', income: String(fee.neg()), asset: 'USDT' },
    ...{ time: atMs, tranId: Number(number), tradeId: number },
  }));
  const transfers = exchange.transfers.map(({ amount, coin, atMs }, index) => ({
    ...{ symbol: '', incomeType: 'TRANSFER', income: String(amount), asset: coin },
    ...{ time: atMs, tranId: index + 1, tradeId: '' },
  }));
  return [...trades, ...transfers].sort((a, b) => a.time - b.time);
}

/** As the venue filters: by market, kind and the time a row was made. */
export function within(params: URLSearchParams): (row: object) => boolean {
  const [symbol, kind] = [params.get('symbol'), params.get('incomeType')];
  const from = Number(params.get('startTime') ?? 0);
  const to = Number(params.get('endTime') ?? Number.MAX_SAFE_INTEGER);
  return (row) => {
    const { symbol: own, incomeType, time, createTime } = row as Record<string, unknown>;
    const at = Number(time ?? createTime);
    const isOfKind = kind === null || incomeType === kind;
    return (symbol === null || own === symbol) && isOfKind && at >= from && at <= to;
  };
}

export function account(exchange: SmallExchange) {
  const unrealized = exchange.unrealized();
  const margin = [...exchange.held].reduce(
    (sum, [symbol, { net }]) => sum.plus(net.abs().mul(exchange.markOf(symbol)).div(20)),
    decimal('0'),
  );
  return {
    totalWalletBalance: String(exchange.wallet),
    totalUnrealizedProfit: String(unrealized),
    totalMarginBalance: String(exchange.wallet.plus(unrealized)),
    totalInitialMargin: String(margin),
    totalMaintMargin: String(margin.div(2)),
    assets: [],
    positions: [],
  };
}

export function positions(exchange: SmallExchange, symbol: string, hedged: boolean) {
  const { net, entry } = exchange.positionIn(symbol);
  const row = {
    ...{ symbol, positionSide: 'BOTH', positionAmt: String(net), entryPrice: String(entry) },
    ...{ markPrice: String(exchange.markOf(symbol)), liquidationPrice: '0', updateTime: 1 },
  };
  if (!hedged) return [row];
  return [
    { ...row, positionSide: 'LONG' },
    { ...row, positionSide: 'SHORT', positionAmt: '0' },
  ];
}

export function listed(symbol: string) {
  const [step, tick] = STEPS[symbol] ?? ['1', '1'];
  return {
    ...{
      symbol,
      pair: symbol,
      contractType: 'PERPETUAL',
      status: 'TRADING',
      requiredMarginPercent: '5.0000',
    },
    ...{ baseAsset: symbol.replace('USDT', ''), quoteAsset: 'USDT', marginAsset: 'USDT' },
    filters: [
      { filterType: 'PRICE_FILTER', tickSize: tick, minPrice: tick, maxPrice: '1000000' },
      { filterType: 'LOT_SIZE', stepSize: step, minQty: step, maxQty: '1000' },
      { filterType: 'MARKET_LOT_SIZE', stepSize: step, minQty: step, maxQty: '120' },
      { filterType: 'MIN_NOTIONAL', notional: '5' },
    ],
  };
}

export const DATED = {
  symbol: 'BTCUSDT_261225',
  contractType: 'CURRENT_QUARTER',
  status: 'TRADING',
};

export function bracket(symbol: string) {
  return {
    symbol,
    brackets: [
      { bracket: 1, initialLeverage: 125 },
      { bracket: 2, initialLeverage: 100 },
    ],
  };
}

export function klines(params: URLSearchParams) {
  const step = 3_600_000;
  const [from, to] = [Number(params.get('startTime')), Number(params.get('endTime'))];
  const rows: unknown[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    rows.push([at, '100', '110', '90', '105', '12.5', at + step - 1, '1300', 5, '6', '650', '0']);
  }
  return rows;
}

/** Flat rows, rows twice, no rows, lists that are no lists. */
export function distort(word: string, path: string, body: unknown): unknown {
  if (word === 'empty-instruments') return path.endsWith('exchangeInfo') ? { symbols: [] } : body;
  if (word === 'omit-list-key') return { unexpected: true };
  if (!Array.isArray(body)) return body;
  if (word === 'duplicate-rows') return [...(body as unknown[]), ...(body as unknown[])];
  if (word !== 'zero-size-rows') return body;
  return [
    ...(body as unknown[]),
    { symbol: 'ETHUSDT', positionSide: 'BOTH', positionAmt: '0.000', entryPrice: '0.0' },
  ];
}
