/** The instrument list of Bybit, as ours: linear perpetuals that settle in USDT. */
import type { Instrument } from '../../../domain/instrument.ts';
import { decimal, quantity } from '../../../domain/decimal.ts';
import type { Symbol } from '../../../domain/symbol.ts';
import { isSymbol } from '../../../domain/symbol.ts';
import type { MalformedRow } from '../../../domain/venue.ts';
import type { InstrumentList } from '../instrument-registry.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, wordOf } from '../row-fields.ts';

export function instrumentList(rows: readonly unknown[]): InstrumentList {
  const known = new Map<Symbol, Instrument>();
  const tradeable = new Set<Symbol>();
  const malformed: MalformedRow[] = [];
  for (const row of rows) {
    if (!isRow(row) || !isOurs(row)) continue;
    const written = wordOf(row, 'symbol') ?? '';
    const symbol = symbolOf(row);
    const found =
      symbol === null ? 'no symbol can be made of its name' : instrumentOf(row, symbol, written);
    if (typeof found === 'string') {
      malformed.push({ written, symbol, why: found });
      continue;
    }
    known.set(found.symbol, found);
    if (row['status'] === 'Trading') tradeable.add(found.symbol);
  }
  const all = [...known.values()];
  return { known: all, tradeable: all.filter(({ symbol }) => tradeable.has(symbol)), malformed };
}

/** A market before its launch has no order book yet. */
function isOurs(row: JsonRow): boolean {
  const isPerpetual = wordOf(row, 'contractType') === 'LinearPerpetual';
  return isPerpetual && wordOf(row, 'settleCoin') === 'USDT' && row['status'] !== 'PreLaunch';
}

function symbolOf(row: JsonRow): Symbol | null {
  const [base, quote, settle] = ['baseCoin', 'quoteCoin', 'settleCoin'].map((key) =>
    wordOf(row, key)?.toUpperCase(),
  );
  const symbol = `${base}/${quote}:${settle}`;
  return isSymbol(symbol) ? symbol : null;
}

function instrumentOf(row: JsonRow, symbol: Symbol, venueId: string): Instrument | string {
  const lot = isRow(row['lotSizeFilter']) ? row['lotSizeFilter'] : {};
  const prices = isRow(row['priceFilter']) ? row['priceFilter'] : {};
  const leverages = isRow(row['leverageFilter']) ? row['leverageFilter'] : {};
  const tickSize = priceOf(prices, 'tickSize');
  const lotStep = priceOf(lot, 'qtyStep');
  const least = priceOf(lot, 'minOrderQty');
  const leverage = decimalOf(leverages, 'maxLeverage')?.floor().toNumber() ?? 0;
  if (tickSize === null) return 'no tickSize';
  if (lotStep === null || least === null) return 'no lotSizeFilter';
  if (leverage < 1) return 'no maxLeverage';
  return {
    symbol,
    venueId,
    contractSize: decimal('1'),
    lotStep: quantity(lotStep),
    tickSize,
    minQuantity: quantity(least),
    minNotional: priceOf(lot, 'minNotionalValue'),
    maxLeverage: leverage,
  };
}
