/**
 * An observation of a scenario as the readings a real venue adapter would hand out: spellings resolved,
 * names of orders turned into ids, and rows that nobody can understand set apart with the reason.
 * A size of zero stays a row: whoever reads positions has to ignore it.
 */
import { price, quantity, text, ZERO, type Decimal } from '../../src/domain/decimal.ts';
import type { Ms } from '../../src/domain/clock.ts';
import type { VenueFill } from '../../src/domain/fill.ts';
import type { TradeId, VenueOrderId } from '../../src/domain/ids.ts';
import { notional } from '../../src/domain/instrument.ts';
import { sha256 } from '../../src/domain/random.ts';
import {
  isUnknownAlias,
  resolveSymbol,
  type AliasTable,
  type Symbol,
} from '../../src/domain/symbol.ts';
import type {
  MalformedRow,
  VenueAccount,
  VenueMark,
  VenueOrder,
  VenuePosition,
} from '../../src/domain/venue.ts';
import { roleOfOrder, type ScenarioIds } from './scenario-ids.ts';
import type {
  Observed,
  ScenarioAccount,
  ScenarioFill,
  ScenarioInstrument,
  ScenarioOrder,
  ScenarioPosition,
} from './scenario.ts';

/** Rows understood and rows not, or why there are none. */
export type Understood<T> =
  | {
      readonly read: 'complete';
      readonly rows: readonly T[];
      readonly malformed: readonly MalformedRow[];
    }
  | { readonly read: 'unknown'; readonly reason: string };

export function understoodPositions(
  observed: Observed<ScenarioPosition>,
  aliases: AliasTable,
): Understood<VenuePosition> {
  return understood(observed, aliases, (row, symbol) => {
    if (row.quantity === null) return 'no quantity';
    if (row.quantity.lt(0)) return `quantity ${text(row.quantity)} is negative`;
    return {
      symbol,
      side: row.side,
      quantity: quantity(row.quantity),
      entryPrice: row.entryPrice,
      liquidationPrice: row.liquidationPrice,
    };
  });
}

export function understoodOrders(
  observed: Observed<ScenarioOrder>,
  aliases: AliasTable,
  { ids, updatedMs }: { readonly ids: ScenarioIds; readonly updatedMs: Ms },
): Understood<VenueOrder> {
  const seen = new Map<string, number>();
  return understood(observed, aliases, (row, symbol) => ({
    clientOrderId: ids.ofVenueOrder(row),
    venueOrderId: (row.venueOrderId ?? derivedVenueId(row, symbol, seen)) as VenueOrderId,
    symbol,
    side: row.side,
    type: row.type,
    quantity: row.quantity,
    filled: row.state === 'filled' && row.filled.isZero() ? row.quantity : row.filled,
    price: row.price,
    stopPrice: row.stopPrice,
    reduceOnly: row.reduceOnly ?? roleOfOrder(row) !== 'entry',
    state: row.state,
    updatedMs,
  }));
}

export function understoodFills(
  observed: Observed<ScenarioFill>,
  aliases: AliasTable,
  ids: ScenarioIds,
): Understood<VenueFill> {
  return understood(observed, aliases, (row, symbol) => ({
    tradeId: row.tradeId as TradeId,
    clientOrderId: ids.ofFill(row.clientOrderId),
    venueOrderId: row.venueOrderId as VenueOrderId | null,
    symbol,
    side: row.side,
    quantity: row.quantity,
    price: row.price,
    fee: row.fee,
    liquidity: row.liquidity,
    kind: row.kind,
    tsMs: row.tsMs,
  }));
}

/** The account as given; figures it leaves out are those that the positions come to. */
export function accountRow(
  given: ScenarioAccount | null,
  positions: readonly VenuePosition[],
  instruments: readonly ScenarioInstrument[],
): VenueAccount {
  const figures = positions.map((one) => positionFigures(one, instruments));
  const sum = (key: 'margin' | 'profit'): Decimal =>
    figures.reduce((total, one) => total.add(one[key]), ZERO);
  const balance = given?.balance ?? STARTING_BALANCE;
  const initialMargin = given?.initialMargin ?? sum('margin');
  return {
    marginEquity: given?.marginEquity ?? balance.add(sum('profit')),
    balance,
    unrealizedPnl: sum('profit'),
    initialMargin,
    maintenanceMargin: initialMargin.div(2),
    netDeposits: ZERO,
  };
}

const STARTING_BALANCE = quantity('10000');

export function marksOf(instruments: readonly ScenarioInstrument[], now: Ms): VenueMark[] {
  return instruments.flatMap(({ instrument: { symbol }, mark }) =>
    mark === null
      ? []
      : [{ symbol, mark, last: mark, tsMs: now, quoteVolume24h: null, spread: null }],
  );
}

/** Each row as `read` understands it; a text is the reason why it cannot be. */
function understood<Row extends { readonly symbol: string }, T>(
  observed: Observed<Row>,
  aliases: AliasTable,
  read: (row: Row, symbol: Symbol) => T | string,
): Understood<T> {
  if (observed.read === 'unknown') return observed;
  const rows: T[] = [];
  const malformed: MalformedRow[] = [];
  for (const row of observed.rows) {
    const found = resolveSymbol(row.symbol, aliases);
    const symbol = isUnknownAlias(found) ? null : found;
    const result = symbol === null ? 'unknown instrument' : read(row, symbol);
    if (typeof result !== 'string') rows.push(result);
    else malformed.push({ written: row.symbol, symbol, why: result });
  }
  return { read: 'complete', rows, malformed };
}

/** A row without an id of the venue has the same one in every observation. */
function derivedVenueId(row: ScenarioOrder, symbol: Symbol, seen: Map<string, number>): string {
  const prices = [row.price, row.stopPrice].map((one) => (one === null ? '-' : text(one)));
  const said = [row.clientOrderId ?? '-', symbol, row.side, row.type, ...prices].join('|');
  const count = (seen.get(said) ?? 0) + 1;
  seen.set(said, count);
  return `v-${sha256(`${said}|${count}`).slice(0, 12)}`;
}

function positionFigures(
  position: VenuePosition,
  instruments: readonly ScenarioInstrument[],
): { readonly margin: Decimal; readonly profit: Decimal } {
  const found = instruments.find((one) => one.instrument.symbol === position.symbol);
  const at = found?.mark ?? position.entryPrice ?? price('1');
  if (found === undefined) return { margin: ZERO, profit: ZERO };
  const value = notional(position.quantity, at, found.instrument);
  const paid = notional(position.quantity, position.entryPrice ?? at, found.instrument);
  const profit = position.side === 'long' ? value.sub(paid) : paid.sub(value);
  return { margin: value.div(found.instrument.maxLeverage), profit };
}
