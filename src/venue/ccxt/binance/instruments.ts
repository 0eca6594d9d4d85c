/**
 * The instrument list of Binance USDⓈ-M, as ours: perpetuals whose margin is their quote currency. The rules
 * are in filters, each by its name; the highest leverage is in a list of its own, which only a key may
 * read, so without one the venue's own default margin stands in.
 */
import type { Decimal, Price, Quantity } from '../../../domain/decimal.ts';
import { decimal, maxDecimal, price, quantity } from '../../../domain/decimal.ts';
import type { Instrument } from '../../../domain/instrument.ts';
import type { Symbol } from '../../../domain/symbol.ts';
import { isSymbol } from '../../../domain/symbol.ts';
import type { MalformedRow } from '../../../domain/venue.ts';
import type { InstrumentList } from '../instrument-registry.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, wordOf } from '../row-fields.ts';

/** Highest leverage by the venue's id; null without a key. */
export type Brackets = ReadonlyMap<string, number> | null;

export function instrumentList(rows: readonly unknown[], brackets: Brackets): InstrumentList {
  const known = new Map<Symbol, Instrument>();
  const tradeable = new Set<Symbol>();
  const malformed: MalformedRow[] = [];
  for (const row of rows) {
    if (!isRow(row) || wordOf(row, 'contractType') !== 'PERPETUAL') continue;
    const written = wordOf(row, 'symbol') ?? '';
    const symbol = symbolOf(row);
    const found =
      symbol === null
        ? 'no symbol can be made of its name'
        : instrumentOf(row, { symbol, written, brackets });
    if (typeof found === 'string') {
      malformed.push({ written, symbol, why: found });
      continue;
    }
    known.set(found.symbol, found);
    if (row['status'] === 'TRADING') tradeable.add(found.symbol);
  }
  const all = [...known.values()];
  return { known: all, tradeable: all.filter(({ symbol }) => tradeable.has(symbol)), malformed };
}

/** Highest leverage of each market, from the list of brackets. */
export function bracketsOf(rows: readonly JsonRow[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const row of rows) {
    const id = wordOf(row, 'symbol');
    const list = Array.isArray(row['brackets']) ? (row['brackets'] as unknown[]) : [];
    const leverages = list.flatMap((bracket) => {
      const leverage = isRow(bracket) ? decimalOf(bracket, 'initialLeverage') : null;
      return leverage === null ? [] : [leverage.toNumber()];
    });
    if (id !== null && leverages.length > 0) found.set(id, Math.max(...leverages));
  }
  return found;
}

/** `BTCUSDT` is `BTC/USDT:USDT`; null for a name we cannot hold, or a margin that is not the quote. */
function symbolOf(row: JsonRow): Symbol | null {
  const [base, quote, margin] = ['baseAsset', 'quoteAsset', 'marginAsset'].map((key) =>
    wordOf(row, key)?.toUpperCase(),
  );
  if (quote !== margin) return null;
  const symbol = `${base}/${quote}:${margin}`;
  return isSymbol(symbol) ? symbol : null;
}

interface Of {
  readonly symbol: Symbol;
  readonly written: string;
  readonly brackets: Brackets;
}

function instrumentOf(row: JsonRow, { symbol, written, brackets }: Of): Instrument | string {
  const filters = filtersOf(row);
  const lot = filters.get('LOT_SIZE') ?? {};
  const market = filters.get('MARKET_LOT_SIZE') ?? {};
  const tickSize = priceOf(filters.get('PRICE_FILTER') ?? {}, 'tickSize');
  const lotStep = priceOf(lot, 'stepSize');
  const least = priceOf(lot, 'minQty');
  const maxLeverage = leverageOf(row, written, brackets);
  if (tickSize === null) return 'no PRICE_FILTER.tickSize';
  if (lotStep === null || least === null) return 'no LOT_SIZE';
  if (maxLeverage === null) return 'no leverage';
  return {
    symbol,
    venueId: written,
    contractSize: decimal('1'),
    // One step for every kind of order: the coarser one suits both.
    lotStep: coarser(lotStep, priceOf(market, 'stepSize')),
    tickSize,
    minQuantity: coarser(least, priceOf(market, 'minQty')),
    minNotional: minNotionalOf(filters.get('MIN_NOTIONAL') ?? {}),
    maxLeverage,
  };
}

function filtersOf(row: JsonRow): ReadonlyMap<string, JsonRow> {
  const list = Array.isArray(row['filters']) ? (row['filters'] as unknown[]) : [];
  return new Map(list.filter(isRow).map((filter) => [wordOf(filter, 'filterType') ?? '', filter]));
}

function coarser(one: Price, other: Price | null): Quantity {
  return quantity(other === null ? one : maxDecimal<Decimal>(one, other));
}

function minNotionalOf(filter: JsonRow): Decimal | null {
  return priceOf(filter, 'notional');
}

function leverageOf(row: JsonRow, written: string, brackets: Brackets): number | null {
  if (brackets !== null) return brackets.get(written) ?? null;
  const percent = priceOf(row, 'requiredMarginPercent');
  if (percent === null) return null;
  const leverage = price('100').div(percent).floor().toNumber();
  return leverage >= 1 ? leverage : null;
}
