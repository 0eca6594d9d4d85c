/** What only the key may read: account, positions, open orders, fills, order status, leverage. */
import { isoTime, ms, parseTime, SECOND, type Ms } from '../../domain/clock.ts';
import { decimal, ZERO, type Decimal } from '../../domain/decimal.ts';
import { notional } from '../../domain/instrument.ts';
import { isTerminal } from '../../domain/order.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Book } from './book.ts';
import { failure, success, type Answer, type Call } from './call.ts';
import { unrealizedFunding } from './funding.ts';
import { rowsOf, type KnownOrder } from './ledger.ts';
import { FEE_SCHEDULE } from './listing.ts';
import { uuidOf } from './uuid-of.ts';
import { fillRow, figure, openOrderRow, positionRow, statusRow } from './shapes.ts';

const MOST_FILLS = 100;
/** Orders that ended are told by their id for this long, and then no more. */
const ENDED_WINDOW = ms(5 * SECOND);

export async function accounts(book: Book): Promise<Answer> {
  const [account] = rowsOf(await book.venue.reader.account());
  if (account === undefined) return failure('internalError', 500);
  const { balance, initialMargin, maintenanceMargin, unrealizedPnl } = account;
  const positions = rowsOf(await book.venue.reader.positions());
  const funding = positions.reduce((sum, each) => sum.plus(unrealizedFunding(book, each)), ZERO);
  const unrealized = figure(unrealizedPnl.plus(funding));
  const marginEquity = account.marginEquity.plus(funding);
  const available = figure(marginEquity.minus(initialMargin));
  const quantity = figure(balance);
  const flex = {
    type: 'multiCollateralMarginAccount',
    currencies: { USD: { quantity, value: quantity, collateral: quantity, available } },
    initialMargin: figure(initialMargin),
    initialMarginWithOrders: figure(initialMargin),
    maintenanceMargin: figure(maintenanceMargin),
    balanceValue: quantity,
    portfolioValue: figure(account.marginEquity),
    collateralValue: quantity,
    pnl: figure(unrealizedPnl),
    unrealizedFunding: figure(funding),
    totalUnrealized: unrealized,
    totalUnrealizedAsMargin: unrealized,
    availableMargin: available,
    marginEquity: figure(marginEquity),
  };
  const cash = { type: 'cashAccount', balances: { usd: '0.0', xbt: '0.0' } };
  return success({ accounts: { cash, flex } });
}

/** The key's rights; `apiKey` itself is left out, an answer is printed by some client in the end. */
export function checkKey(book: Book): Answer {
  const { general, transfer, allowedCidrBlocks } = book.key;
  return {
    body: {
      accountUid: uuidOf(`account|${book.seed}`),
      iiban: null,
      createdAt: isoTime(book.now()),
      permissions: { general, transfer },
      allowedCidrBlock: allowedCidrBlocks[0] ?? null,
      allowedCidrBlocks,
    },
  };
}

export async function openPositions(book: Book): Promise<Answer> {
  const held = rowsOf(await book.venue.reader.positions());
  const fills = book.ledger.fills();
  const rows = held.map((position) => {
    const { symbol } = position;
    const fillMs = fills.findLast((fill) => fill.symbol === symbol)?.tsMs ?? book.now();
    const leverage = book.leverage.get(symbol) ?? null;
    const funding = unrealizedFunding(book, position);
    return positionRow(position, { id: book.listing.idOf(symbol), fillMs, leverage, funding });
  });
  return success({ openPositions: rows });
}

export function openOrders(book: Book): Answer {
  const rows = book.ledger.open().map((order) => openOrderRow(order, idOf(book, order)));
  return success({ openOrders: rows });
}

/** The newest 100, or the newest 100 before `lastFillTime`; newest first. */
export function fills(book: Book, { params }: Call): Answer {
  const written = params.get('lastFillTime');
  const before = written === null ? null : parseTime(written);
  if (written !== null && before === null) return failure('invalidArgument: lastFillTime');
  const found = book.ledger.fills().filter((fill) => before === null || fill.tsMs < before);
  const rows = found.slice(-MOST_FILLS).map((fill) => {
    const order = fill.clientOrderId === null ? null : book.ledger.byClientId(fill.clientOrderId);
    return fillRow(fill, { id: book.listing.idOf(fill.symbol), order });
  });
  return success({ fills: rows.reverse() });
}

/** Open orders and those that ended less than five seconds ago, of the ids named. */
export function orderStatus(book: Book, { params }: Call): Answer {
  const named = (key: string): string[] =>
    [...params.getAll(key), ...params.getAll(`${key}[]`)].flatMap((ids) => ids.split(','));
  const found = [
    ...named('orderIds').map((id) => book.ledger.byOrderId(id)),
    ...named('cliOrdIds').map((id) => book.ledger.byCliOrdId(id)),
  ].filter((order) => order !== null && isTold(order, book.now()));
  const orders = found.flatMap((order) =>
    order === null ? [] : [statusRow(order, idOf(book, order))],
  );
  return success({ orders });
}

function isTold({ now }: KnownOrder, at: Ms): boolean {
  return !isTerminal(now.state) || at - now.updatedMs < ENDED_WINDOW;
}

export async function leveragePreferences(book: Book, call: Call): Promise<Answer> {
  if (call.method === 'PUT') return setLeverage(book, call);
  const id = call.params.get('symbol');
  const rows = [...book.leverage].map(([symbol, maxLeverage]) => ({
    symbol: book.listing.idOf(symbol),
    maxLeverage,
  }));
  const leverage = rows.filter((row) => id === null || row.symbol === id);
  return success({ leveragePreferences: leverage });
}

async function setLeverage(book: Book, { params }: Call): Promise<Answer> {
  const id = params.get('symbol');
  const symbol = id === null ? undefined : book.listing.markets.get(id);
  if (id === null) return failure('requiredArgumentMissing');
  if (symbol === undefined || symbol === null) return failure('contractNotFound');
  const written = params.get('maxLeverage');
  const wanted = Number(written ?? Number.NaN);
  if (written === null) book.leverage.delete(symbol);
  else if (!(wanted > 0)) return failure('invalidArgument: maxLeverage');
  else if (await isTooLow(book, symbol, decimal(written))) return tooLittleMargin();
  else book.leverage.set(symbol, wanted);
  return success({});
}

/** The position alone would need more margin than the account has. */
async function isTooLow(book: Book, symbol: Symbol, leverage: Decimal): Promise<boolean> {
  const held = rowsOf(await book.venue.reader.positions()).find((row) => row.symbol === symbol);
  const [account] = rowsOf(await book.venue.reader.account());
  const instrument = book.listing.instruments.get(symbol);
  const price = book.bars.latest(symbol)?.close ?? held?.entryPrice ?? null;
  if (held === undefined || instrument === undefined || account === undefined) return false;
  if (price === null) return false;
  return notional(held.quantity, decimal(price), instrument).div(leverage).gt(account.marginEquity);
}

function tooLittleMargin(): Answer {
  const errors = [{ code: 92, message: 'INSUFFICIENT_MARGIN' }];
  return { status: 500, body: { status: 'INTERNAL_SERVER_ERROR', result: 'error', errors } };
}

/** Of the venue to the account; there are none. */
export function notifications(): Answer {
  return success({ notifications: [] });
}

/** Traded volume by fee schedule; nothing here depends on it. */
export function feeVolumes(): Answer {
  return success({ volumesByFeeSchedule: { [FEE_SCHEDULE]: 0 } });
}

function idOf(book: Book, order: KnownOrder): string {
  return book.listing.idOf(order.now.symbol);
}
