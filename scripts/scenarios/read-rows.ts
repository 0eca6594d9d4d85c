/**
 * The rows that a registry and a venue share in a scenario file: instruments, orders, fills, positions,
 * and the readings around them. A missing key has the default the format names, a wrong one is an error.
 */
import { price, quantity, ZERO, ZERO_QUANTITY, decimal } from '../../src/domain/decimal.ts';
import { symbol } from '../../src/domain/symbol.ts';
import {
  decimalOf,
  fieldsOf,
  flagOf,
  invalid,
  listOf,
  msOf,
  objectOf,
  oneOf,
  orNull,
  priceOf,
  quantityOf,
  textOf,
  wholeFrom,
  type Place,
  type Read,
} from './fields.ts';
import type {
  Observation,
  Observed,
  ScenarioAccount,
  ScenarioFill,
  ScenarioInstrument,
  ScenarioOrder,
  ScenarioPosition,
} from './scenario.ts';

export const sideOf = oneOf(['buy', 'sell']);
export const positionSideOf = oneOf(['long', 'short']);
export const roleOf = oneOf(['entry', 'stop', 'target', 'exit']);
export const typeOf = oneOf(['market', 'limit', 'stop', 'take_profit']);
const stateOf = oneOf([
  'submitted',
  'in_doubt',
  'live',
  'partially_filled',
  'filled',
  'cancelled',
  'rejected',
  'expired',
]);
const readOf = oneOf(['complete', 'unknown']);

export const instrumentOf: Read<ScenarioInstrument> = (value, at) => {
  const fields = fieldsOf(value, at, INSTRUMENT_KEYS);
  const lotStep = fields.optional('lot_step', stepOf, quantity('1'));
  return {
    instrument: {
      symbol: fields.required('symbol', canonicalOf),
      venueId: fields.required('venue_id', textOf),
      contractSize: fields.optional('contract_size', priceOf, decimal('1')),
      lotStep,
      tickSize: fields.optional('tick_size', priceOf, price('0.0001')),
      minQuantity: fields.optional('min_quantity', quantityOf, lotStep),
      minNotional: fields.optional('min_notional', orNull(decimalOf), null),
      maxLeverage: fields.optional('max_leverage', wholeFrom(1), 50),
    },
    mark: fields.optional('mark', orNull(priceOf), null),
  };
};

const INSTRUMENT_KEYS = [
  'symbol',
  'venue_id',
  'lot_step',
  'min_quantity',
  'tick_size',
  'mark',
  'min_notional',
  'contract_size',
  'max_leverage',
];

const ORDER_KEYS = [
  'client_order_id',
  'venue_order_id',
  'symbol',
  'role',
  'side',
  'type',
  'quantity',
  'filled',
  'price',
  'stop_price',
  'state',
  'reduce_only',
  'ours',
];

export const orderOf: Read<ScenarioOrder> = (value, at) => {
  const fields = fieldsOf(value, at, ORDER_KEYS);
  return {
    clientOrderId: fields.optional('client_order_id', orNull(textOf), null),
    venueOrderId: fields.optional('venue_order_id', orNull(textOf), null),
    symbol: fields.required('symbol', textOf),
    role: fields.optional('role', orNull(roleOf), null),
    side: fields.required('side', sideOf),
    type: fields.required('type', typeOf),
    quantity: fields.required('quantity', quantityOf),
    filled: fields.optional('filled', quantityOf, ZERO_QUANTITY),
    price: fields.optional('price', orNull(priceOf), null),
    stopPrice: fields.optional('stop_price', orNull(priceOf), null),
    state: fields.optional('state', stateOf, 'live' as const),
    reduceOnly: fields.optional('reduce_only', orNull(flagOf), null),
    ours: fields.optional('ours', orNull(flagOf), null),
  };
};

/** An order of the registry has an identity: without one nothing could ever be matched to it. */
export const registryOrderOf: Read<ScenarioOrder> = (value, at) => {
  const order = orderOf(value, at);
  if (order.clientOrderId !== null || order.venueOrderId !== null) return order;
  throw invalid({ ...at, path: `${at.path}.client_order_id` }, 'a text', undefined);
};

const FILL_KEYS = [
  'trade_id',
  'client_order_id',
  'venue_order_id',
  'symbol',
  'side',
  'quantity',
  'price',
  'fee',
  'liquidity',
  'kind',
  'ts_ms',
];

export const fillOf: Read<ScenarioFill> = (value, at) => {
  const fields = fieldsOf(value, at, FILL_KEYS);
  return {
    tradeId: fields.required('trade_id', textOf),
    clientOrderId: fields.optional('client_order_id', orNull(textOf), null),
    venueOrderId: fields.optional('venue_order_id', orNull(textOf), null),
    symbol: fields.required('symbol', textOf),
    side: fields.required('side', sideOf),
    quantity: fields.required('quantity', quantityOf),
    price: fields.required('price', priceOf),
    fee: fields.optional('fee', decimalOf, ZERO),
    liquidity: fields.optional('liquidity', oneOf(['maker', 'taker']), 'taker' as const),
    kind: fields.optional(
      'kind',
      oneOf(['trade', 'liquidation', 'assignee', 'funding']),
      'trade' as const,
    ),
    tsMs: fields.required('ts_ms', msOf),
  };
};

export const observationOf: Read<Observation> = (value, at) => {
  const fields = fieldsOf(value, at, ['positions', 'orders', 'fills', 'account']);
  return {
    positions: fields.optional('positions', observed(positionOf), NOTHING),
    orders: fields.optional('orders', observed(orderOf), NOTHING),
    fills: fields.optional('fills', observed(fillOf), NOTHING),
    account: fields.optional('account', orNull(accountOf), null),
  };
};

const NOTHING = { read: 'complete', rows: [] } as const;
const NOT_READ = 'read failed';

function observed<T>(row: Read<T>): Read<Observed<T>> {
  return (value, at) => {
    const fields = fieldsOf(value, at, ['read', 'rows', 'reason']);
    const read = fields.required('read', readOf);
    const reason = fields.optional('reason', textOf, NOT_READ);
    const rows = fields.optional('rows', listOf(row), []);
    return read === 'complete' ? { read, rows } : { read, reason };
  };
}

const POSITION_KEYS = ['symbol', 'side', 'quantity', 'entry_price', 'liquidation_price'];

const positionOf: Read<ScenarioPosition> = (value, at) => {
  const fields = fieldsOf(value, at, POSITION_KEYS);
  return {
    symbol: fields.required('symbol', textOf),
    side: fields.required('side', positionSideOf),
    quantity: fields.required('quantity', orNull(decimalOf)),
    entryPrice: fields.optional('entry_price', orNull(priceOf), null),
    liquidationPrice: fields.optional('liquidation_price', orNull(priceOf), null),
  };
};

const FIGURES = ['initial_margin', 'margin_equity', 'balance'];

/** The figures stand in the reading itself or in its one row. */
const accountOf: Read<Observed<ScenarioAccount>> = (value, at) => {
  const fields = fieldsOf(value, at, ['read', 'rows', 'reason', ...FIGURES]);
  if (fields.required('read', readOf) === 'unknown') {
    return { read: 'unknown', reason: fields.optional('reason', textOf, NOT_READ) };
  }
  const rows = fields.optional('rows', listOf(accountRowOf), []);
  if (rows.length > 1) throw invalid({ ...at, path: `${at.path}.rows` }, 'at most one row', rows);
  const own = figuresOf(objectOf(value, at), at, ['read', 'rows', 'reason']);
  return { read: 'complete', rows: [rows[0] ?? own] };
};

const accountRowOf: Read<ScenarioAccount> = (value, at) => figuresOf(value, at, []);

function figuresOf(value: unknown, at: Place, besides: readonly string[]): ScenarioAccount {
  const fields = fieldsOf(value, at, [...FIGURES, ...besides]);
  return {
    initialMargin: fields.optional('initial_margin', orNull(decimalOf), null),
    marginEquity: fields.optional('margin_equity', orNull(decimalOf), null),
    balance: fields.optional('balance', orNull(decimalOf), null),
  };
}

function canonicalOf(value: unknown, at: Place): ReturnType<typeof symbol> {
  try {
    return symbol(textOf(value, at));
  } catch {
    throw invalid(at, 'BASE/QUOTE:SETTLE', value);
  }
}

const stepOf: Read<ReturnType<typeof quantity>> = (value, at) => quantity(priceOf(value, at));
