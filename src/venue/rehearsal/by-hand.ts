/**
 * What happens at a venue without the bot: prices, a click in its web page, money that comes and goes, a
 * liquidation, a market that changes or goes away. And the account as it is, past every fault. A price
 * acts at once on what waits in its market, but only once in a minute: bars are minutes.
 */
import { price, quantity, text } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Symbol } from '../../domain/symbol.ts';
import { accounts, fills, openOrders, openPositions } from './account-endpoints.ts';
import type { Book } from './book.ts';
import type { Answer, Call } from './call.ts';
import {
  figureField,
  flagField,
  refuseOtherFields,
  textField,
  type Fields,
} from './control-fields.ts';
import type { InstrumentChange } from './listing.ts';
import { rowsOf } from './ledger.ts';
import { cancelOrder, sendOrder } from './order-endpoints.ts';

type Hand = (book: Book, fields: Fields) => Answer | Promise<Answer>;

/** By method and path below `/__ctl/`. */
export const BY_HAND: Readonly<Record<string, Hand>> = {
  'GET state': state,
  'POST price': setPrice,
  'POST order': order,
  'POST cancel': cancel,
  'POST transfer': transfer,
  'POST liquidate': liquidate,
  'POST funding': setFunding,
  'POST instrument': changeInstrument,
  'POST key': setKey,
};

/** What a test compares the bot with: no signature, no cost, no fault. */
async function state(book: Book): Promise<Answer> {
  const call: Call = { method: 'GET', path: '', params: new URLSearchParams() };
  const parts = [await openPositions(book), openOrders(book), fills(book, call)];
  const body = Object.assign({}, ...parts.map((part) => part.body)) as Answer['body'];
  const account = await accounts(book);
  return { body: { ...body, accounts: account.body['accounts'] } };
}

/** `{"symbol":"PF_XBTUSD","price":"60000"}`; a price of null lets the recording go on. */
async function setPrice(book: Book, fields: Fields): Promise<Answer> {
  const symbol = marketOf(book, fields);
  const written = fields['price'] === null ? null : figureField(fields, 'price');
  if (written === undefined) throw new TradectlError('VALUE_INVALID', 'price is missing');
  const wanted = written === null ? null : price(written);
  await book.setPrice(symbol, wanted);
  return { body: { symbol, price: wanted?.toFixed() ?? null } };
}

/** The parameters of sendorder, as a hand in the web page would give them: without an id of a client. */
function order(book: Book, fields: Fields): Promise<Answer> {
  return sendOrder(book, callOf(fields), { takeForcedStatus: () => null, lastFillFirst: false });
}

/** `{"order_id":"…"}` or `{"cliOrdId":"…"}`. */
function cancel(book: Book, fields: Fields): Promise<Answer> {
  return cancelOrder(book, callOf(fields));
}

/** `{"amount":"500"}`; below zero is a withdrawal, of no more than is free. */
async function transfer(book: Book, fields: Fields): Promise<Answer> {
  const amount = figureField(fields, 'amount');
  if (amount === undefined || amount.isZero()) {
    throw new TradectlError('VALUE_INVALID', 'amount must be a number other than 0');
  }
  const [account] = rowsOf(await book.venue.reader.account());
  const free = account?.marginEquity.minus(account.initialMargin) ?? amount;
  if (amount.isNegative() && amount.abs().gt(free)) {
    throw new TradectlError('VALUE_INVALID', `only ${text(free)} can be withdrawn`);
  }
  book.transfer(amount);
  return { body: { amount: text(amount) } };
}

/** `{"symbol":"PF_XBTUSD"}`: the venue takes the position and cancels the orders of its market. */
async function liquidate(book: Book, fields: Fields): Promise<Answer> {
  const symbol = marketOf(book, fields);
  if (!book.venue.liquidate(symbol)) {
    throw new TradectlError('VALUE_INVALID', `nothing is open in ${symbol}`);
  }
  await book.sync();
  return { body: { liquidated: symbol } };
}

/** `{"symbol":"PF_XBTUSD","rate":"0.0001"}`: share of the price per hour, paid by longs. */
function setFunding(book: Book, fields: Fields): Answer {
  const symbol = marketOf(book, fields);
  const rate = figureField(fields, 'rate');
  if (rate === undefined) throw new TradectlError('VALUE_INVALID', 'rate is missing');
  book.funding.set(symbol, rate);
  return { body: { symbol, rate: text(rate) } };
}

const CHANGES = [
  ...['symbol', 'contractValueTradePrecision', 'minimumTradeSize', 'tickSize', 'maxLeverage'],
  ...['tradeable', 'suspended', 'listed'],
] as const;

/** `{"symbol":"PF_XBTUSD","minimumTradeSize":"0.01","tradeable":false}`, any of them. */
function changeInstrument(book: Book, fields: Fields): Answer {
  refuseOtherFields(fields, CHANGES);
  const symbol = marketOf(book, fields);
  const precision = figureField(fields, 'contractValueTradePrecision');
  const least = figureField(fields, 'minimumTradeSize');
  const tick = figureField(fields, 'tickSize');
  const leverage = figureField(fields, 'maxLeverage');
  if (precision !== undefined && !(precision.isInteger() && precision.abs().lte(10))) {
    throw new TradectlError('VALUE_INVALID', 'contractValueTradePrecision must be -10 to 10');
  }
  if (leverage !== undefined && !(leverage.gte(1) && leverage.lte(1_000))) {
    throw new TradectlError('VALUE_INVALID', 'maxLeverage must be 1 to 1000');
  }
  const flags = ['tradeable', 'suspended', 'listed'].flatMap((name) => {
    const value = flagField(fields, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const change: InstrumentChange = {
    ...(precision === undefined ? {} : { precision: precision.toNumber() }),
    ...(least === undefined ? {} : { minQuantity: quantity(least) }),
    ...(tick === undefined ? {} : { tickSize: price(tick) }),
    ...(leverage === undefined ? {} : { maxLeverage: leverage.toNumber() }),
    ...Object.fromEntries(flags),
  };
  book.listing.change(symbol, change);
  const id = book.listing.idOf(symbol);
  const row = book.listing.rows.find((each) => each.symbol === id) ?? null;
  return { body: { instrument: row } };
}

/** `{"transfer":"FULL_ACCESS"}`, `{"allowedCidrBlocks":[]}`: what is named changes. */
function setKey(book: Book, fields: Fields): Answer {
  const { allowedCidrBlocks: blocks } = fields;
  if (blocks !== undefined && !Array.isArray(blocks)) {
    throw new TradectlError('VALUE_INVALID', 'allowedCidrBlocks must be a list');
  }
  const { general, transfer, allowedCidrBlocks } = book.key;
  book.key = {
    general: fields['general'] === undefined ? general : textField(fields, 'general'),
    transfer: fields['transfer'] === undefined ? transfer : textField(fields, 'transfer'),
    allowedCidrBlocks: blocks?.map(String) ?? allowedCidrBlocks,
  };
  return { body: { key: book.key } };
}

/** By the venue's id or by our symbol. */
function marketOf({ listing }: Book, fields: Fields): Symbol {
  const id = textField(fields, 'symbol');
  const symbol = [...listing.instruments.values()].find(
    (each) => each.venueId === id || each.symbol === id,
  )?.symbol;
  if (symbol !== undefined) return symbol;
  const hint = 'take an id of GET /derivatives/api/v3/instruments';
  throw new TradectlError('UNKNOWN_SYMBOL', `the recording does not hold ${id}`, { hint });
}

function callOf(fields: Fields): Call {
  const params = Object.entries(fields).map(([name, value]): [string, string] => {
    const isWord = ['string', 'number', 'boolean'].includes(typeof value);
    if (!isWord) throw new TradectlError('VALUE_INVALID', `${name} must be text`);
    return [name, String(value)];
  });
  return { method: 'POST', path: '', params: new URLSearchParams(params) };
}
