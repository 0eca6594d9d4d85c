/** Which request is answered by which endpoint, and which of them need a signature. */
import { accountLog } from './account-log.ts';
import * as account from './account-endpoints.ts';
import type { Book } from './book.ts';
import type { Answer, Call } from './call.ts';
import * as history from './history-endpoints.ts';
import * as orders from './order-endpoints.ts';
import * as open from './public-endpoints.ts';

export type Handler = (
  book: Book,
  call: Call,
  wishes: orders.OrderWishes,
) => Answer | Promise<Answer>;

export interface Route {
  readonly methods: readonly string[];
  readonly path: RegExp;
  readonly isPrivate: boolean;
  readonly handle: Handler;
}

const V3 = '/derivatives/api/v3';
const HISTORY = '/api/history';

const ROUTES: readonly Route[] = [
  publicRoute(`${V3}/instruments`, open.instruments),
  publicRoute(`${V3}/instruments/status`, open.instrumentStatus),
  publicRoute(`${V3}/instruments/[^/]+/status`, open.instrumentStatus),
  publicRoute(`${V3}/history`, open.tradeHistory),
  publicRoute(`${V3}/tickers`, open.tickers),
  publicRoute(`${V3}/tickers/[^/]+`, open.ticker),
  publicRoute(`${V3}/orderbook`, open.orderbook),
  publicRoute(`${V3}/feeschedules`, open.feeSchedules),
  publicRoute('/derivatives/api/v4/historicalfundingrates', open.historicalFundingRates),
  publicRoute('/api/charts/v1/(trade|mark|spot)/[^/]+/[^/]+', open.charts),
  publicRoute(`${HISTORY}/v3/market/[^/]+/executions`, open.marketExecutions),
  privateRoute(['GET'], '/api/auth/v1/api-keys/v3/check', account.checkKey),
  privateRoute(['GET'], `${V3}/accounts`, account.accounts),
  privateRoute(['GET'], `${V3}/openpositions`, account.openPositions),
  privateRoute(['GET'], `${V3}/openorders`, account.openOrders),
  privateRoute(['GET'], `${V3}/fills`, account.fills),
  privateRoute(['GET', 'POST'], `${V3}/orders/status`, account.orderStatus),
  privateRoute(['GET', 'PUT'], `${V3}/leveragepreferences`, account.leveragePreferences),
  privateRoute(['GET'], `${V3}/notifications`, account.notifications),
  privateRoute(['GET'], `${V3}/feeschedules/volumes`, account.feeVolumes),
  privateRoute(['GET'], `${HISTORY}/v2/orders`, history.orderHistory),
  privateRoute(['GET'], `${HISTORY}/v2/triggers`, history.triggerHistory),
  privateRoute(['GET'], `${HISTORY}/v2/executions`, history.executionHistory),
  privateRoute(['GET'], `${HISTORY}/v3/account-log`, accountLog),
  privateRoute(['GET'], `${HISTORY}/v3/positions`, history.positionHistory),
  privateRoute(['POST'], `${V3}/sendorder`, orders.sendOrder),
  privateRoute(['POST'], `${V3}/editorder`, orders.editOrder),
  privateRoute(['POST'], `${V3}/cancelorder`, orders.cancelOrder),
  privateRoute(['POST'], `${V3}/cancelallorders`, orders.cancelAllOrders),
  privateRoute(['POST'], `${V3}/cancelallordersafter`, orders.cancelAllOrdersAfter),
  privateRoute(['POST'], `${V3}/batchorder`, orders.batchOrder),
];

export function routeOf(method: string, path: string): Route | null {
  return ROUTES.find((route) => route.methods.includes(method) && route.path.test(path)) ?? null;
}

function publicRoute(path: string, handle: Handler): Route {
  return { methods: ['GET'], path: new RegExp(`^${path}$`), isPrivate: false, handle };
}

function privateRoute(methods: readonly string[], path: string, handle: Handler): Route {
  return { methods, path: new RegExp(`^${path}$`), isPrivate: true, handle };
}
