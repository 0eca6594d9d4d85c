/**
 * The instrument list, as ours: linear perpetuals only (`PF_`). Ids are not all upper case
 * (`PF_AAPLxUSD`), lots may be above one (a negative precision: PEPE trades in thousands), and
 * inverse, dated and index rows are not for this bot.
 */
import type { Decimal, Quantity } from '../../../domain/decimal.ts';
import { ceilToStep, decimal, maxDecimal, quantity } from '../../../domain/decimal.ts';
import type { Instrument } from '../../../domain/instrument.ts';
import type { Symbol } from '../../../domain/symbol.ts';
import { isSymbol } from '../../../domain/symbol.ts';
import type { MalformedRow } from '../../../domain/venue.ts';
import type { InstrumentList } from '../instrument-registry.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, wordOf } from '../row-fields.ts';

/** Our base names where the venue has older ones. */
const BASES: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
]);
const PERPETUAL = /^PF_(?<base>.+)(?<quote>[A-Za-z]{3})$/;

export function instrumentList(rows: readonly unknown[]): InstrumentList {
  const known = new Map<Symbol, Instrument>();
  const tradeable = new Set<Symbol>();
  const malformed: MalformedRow[] = [];
  const twice = new Set<Symbol>();
  for (const row of rows) {
    const id = isRow(row) ? (wordOf(row, 'symbol') ?? '') : '';
    if (!isRow(row) || !isPerpetual(row, id)) continue;
    const symbol = symbolOf(id);
    const found = symbol === null ? 'no symbol can be made of its name' : instrumentOf(row, symbol);
    if (typeof found === 'string') {
      malformed.push({ written: id, symbol, why: found });
      continue;
    }
    if (known.has(found.symbol)) twice.add(found.symbol);
    known.set(found.symbol, found);
    if (row['tradeable'] === true) tradeable.add(found.symbol);
  }
  // Two contracts under one name: whose rules would hold is a guess, so neither is traded.
  for (const symbol of twice) {
    malformed.push({ written: known.get(symbol)?.venueId ?? symbol, symbol, why: 'listed twice' });
    known.delete(symbol);
  }
  const all = [...known.values()];
  return { known: all, tradeable: all.filter(({ symbol }) => tradeable.has(symbol)), malformed };
}

/** `PF_XBTUSD` is `BTC/USD:USD`; null when the name is not one we can hold. */
export function symbolOf(venueId: string): Symbol | null {
  const parts = PERPETUAL.exec(venueId)?.groups;
  const written = (parts?.['base'] ?? '').toUpperCase();
  const quote = (parts?.['quote'] ?? '').toUpperCase();
  const symbol = `${BASES.get(written) ?? written}/${quote}:${quote}`;
  return isSymbol(symbol) ? symbol : null;
}

function isPerpetual(row: JsonRow, id: string): boolean {
  if (!id.toUpperCase().startsWith('PF_') || row['isExpired'] === true) return false;
  return row['lastTradingTime'] === undefined || row['lastTradingTime'] === null;
}

function instrumentOf(row: JsonRow, symbol: Symbol): Instrument | string {
  const tickSize = priceOf(row, 'tickSize');
  const lotStep = lotStepOf(row);
  const contractSize = priceOf(row, 'contractSize');
  const maxLeverage = maxLeverageOf(row);
  if (tickSize === null) return 'no tickSize';
  if (lotStep === null) return 'no contractValueTradePrecision';
  if (contractSize === null) return 'no contractSize';
  if (maxLeverage === null) return 'no marginLevels';
  return {
    symbol,
    venueId: wordOf(row, 'symbol') ?? '',
    contractSize: decimal(contractSize),
    lotStep,
    tickSize,
    minQuantity: minQuantityOf(row, lotStep),
    minNotional: null,
    maxLeverage,
  };
}

/** 4 is 0.0001, -3 is 1000. */
function lotStepOf(row: JsonRow): Quantity | null {
  const digits = decimalOf(row, 'contractValueTradePrecision');
  if (digits === null || !digits.isInteger() || digits.abs().gt(20)) return null;
  return quantity(`1e${digits.neg().toNumber()}`);
}

/** The venue names no minimum but the lot, except where it does. */
function minQuantityOf(row: JsonRow, lotStep: Quantity): Quantity {
  const named = priceOf(row, 'minimumTradeSize');
  return named === null
    ? lotStep
    : quantity(maxDecimal<Decimal>(lotStep, ceilToStep(named, lotStep)));
}

/** 0.02 initial margin of the first level is leverage 50. */
function maxLeverageOf(row: JsonRow): number | null {
  const levels = row['marginLevels'];
  const first: unknown = Array.isArray(levels) ? levels[0] : undefined;
  const margin = isRow(first) ? priceOf(first, 'initialMargin') : null;
  if (margin === null) return null;
  const leverage = decimal('1').div(margin).floor().toNumber();
  return leverage >= 1 ? leverage : null;
}
