/**
 * The parameters of sendorder as an order, or the error that makes them none. Sizes and levels stay
 * as written here: whether the venue takes them is the business of the checks that follow.
 */
import { parseTime, type Ms } from '../../domain/clock.ts';
import { decimal, type Decimal, type Price, type Quantity } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { OrderIntent, OrderType } from '../../domain/order.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { SentOrder, WireType } from './ledger.ts';
import type { Trail } from './trailing.ts';

export interface ParsedOrder extends SentOrder {
  /** The market as written. */
  readonly id: string;
  /** May be zero or negative. */
  readonly size: Decimal;
  readonly processBefore: Ms | null;
}

const TYPES: Readonly<Record<WireType, OrderType>> = {
  lmt: 'limit',
  post: 'limit',
  mkt: 'market',
  ioc: 'limit',
  fok: 'limit',
  stp: 'stop',
  take_profit: 'take_profit',
  trailing_stop: 'stop',
};

const ALSO_NEEDED: Readonly<Record<OrderType, readonly string[]>> = {
  market: [],
  limit: ['limitPrice'],
  stop: ['stopPrice'],
  take_profit: ['stopPrice'],
};

/** `internalId` names the order where the client does not. */
export function parseOrder(
  params: URLSearchParams,
  { symbolOf, internalId }: { symbolOf: (id: string) => Symbol; internalId: string },
): ParsedOrder | string {
  const wireType = params.get('orderType') ?? '';
  const type = isWireType(wireType) ? TYPES[wireType] : null;
  const needed = [
    'orderType',
    'symbol',
    'side',
    'size',
    ...(type === null ? [] : alsoNeeded(wireType, type)),
  ];
  if (needed.some((name) => (params.get(name) ?? '') === '')) return 'requiredArgumentMissing';
  const side = params.get('side');
  if (type === null || !isWireType(wireType)) return 'invalidArgument: orderType';
  if (side !== 'buy' && side !== 'sell') return 'invalidArgument: side';
  const figures = figuresOf(params);
  if (typeof figures === 'string') return figures;
  const { size, limitPrice, stopPrice, processBefore } = figures;
  const id = params.get('symbol') ?? '';
  const cliOrdId = params.get('cliOrdId');
  const intent: OrderIntent = {
    clientOrderId: (cliOrdId ?? internalId) as ClientOrderId,
    symbol: symbolOf(id),
    role: type === 'stop' ? 'stop' : 'entry',
    purpose: 'entry',
    side,
    type,
    timeInForce: wireType === 'ioc' || wireType === 'fok' ? 'ioc' : 'gtc',
    postOnly: wireType === 'post',
    reduceOnly: params.get('reduceOnly') === 'true',
    quantity: size as Quantity,
    price: type === 'limit' || type === 'stop' ? limitPrice : null,
    stopPrice: ALSO_NEEDED[type].includes('stopPrice') ? stopPrice : null,
    ...{ positionId: null, signalId: null, expiresMs: null },
  };
  const triggerSignal = params.get('triggerSignal') ?? 'mark';
  const trail = trailOf(params, wireType);
  if (typeof trail === 'string') return trail;
  const sent = { intent, cliOrdId, wireType, limitPrice, triggerSignal, trail };
  return { ...sent, id, size, processBefore };
}

function alsoNeeded(wireType: string, type: OrderType): readonly string[] {
  if (wireType !== 'trailing_stop') return ALSO_NEEDED[type];
  return ['trailingStopMaxDeviation', 'trailingStopDeviationUnit'];
}

function trailOf(params: URLSearchParams, wireType: WireType): Trail | string | null {
  if (wireType !== 'trailing_stop') return null;
  const deviation = figureOf(params, 'trailingStopMaxDeviation') ?? null;
  const unit = params.get('trailingStopDeviationUnit');
  if (deviation === null || deviation.lte(0)) return 'invalidArgument: trailingStopMaxDeviation';
  if (unit === 'PERCENT' || unit === 'QUOTE_CURRENCY') return { deviation, unit };
  return 'invalidArgument: trailingStopDeviationUnit';
}

interface Figures {
  readonly size: Decimal;
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
  readonly processBefore: Ms | null;
}

function figuresOf(params: URLSearchParams): Figures | string {
  const size = figureOf(params, 'size');
  const limitPrice = figureOf(params, 'limitPrice') as Price | null | undefined;
  const stopPrice = figureOf(params, 'stopPrice') as Price | null | undefined;
  if (size === undefined || size === null) return 'invalidArgument: size';
  if (limitPrice === undefined) return 'invalidArgument: limitPrice';
  if (stopPrice === undefined) return 'invalidArgument: stopPrice';
  const before = params.get('processBefore');
  const processBefore = before === null ? null : parseTime(before);
  if (before !== null && processBefore === null) return 'invalidArgument: processBefore';
  return { size, limitPrice, stopPrice, processBefore };
}

/** Null when absent, undefined when it is no number. */
export function figureOf(params: URLSearchParams, name: string): Decimal | null | undefined {
  const written = params.get(name);
  if (written === null || written === '') return null;
  try {
    return decimal(written);
  } catch (error) {
    if (error instanceof TradectlError) return undefined;
    throw error;
  }
}

function isWireType(written: string): written is WireType {
  return Object.hasOwn(TYPES, written);
}
