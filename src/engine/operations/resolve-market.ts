/** Any spelling of a market to its symbol, through the instruments this home knows. */
import type { Db } from '../../core/database.ts';
import { decimal, price, quantity } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import {
  aliasTable,
  isUnknownAlias,
  resolveSymbol,
  symbol,
  type Symbol,
} from '../../domain/symbol.ts';

interface InstrumentRow {
  symbol: string;
  venue_id: string;
  contract_size: string;
  lot_step: string;
  tick_size: string;
  min_quantity: string;
  min_notional: string | null;
  max_leverage: number;
}

/** Throws UNKNOWN_SYMBOL with the nearest spellings. */
export function resolveMarket(db: Db, written: string): Symbol {
  const resolved = resolveSymbol(written, aliasTable(knownInstruments(db)));
  if (!isUnknownAlias(resolved)) return resolved;
  const near = resolved.near.length === 0 ? '' : `did you mean ${resolved.near.join(', ')}? `;
  throw new TradectlError('UNKNOWN_SYMBOL', `no market is called ${JSON.stringify(written)}`, {
    hint: `${near}tradectl markets lists them`,
  });
}

export function knownInstruments(db: Db): Instrument[] {
  return db
    .prepare<[], InstrumentRow>('SELECT * FROM instruments ORDER BY symbol')
    .all()
    .map((row) => ({
      symbol: symbol(row.symbol),
      venueId: row.venue_id,
      contractSize: decimal(row.contract_size),
      lotStep: quantity(row.lot_step),
      tickSize: price(row.tick_size),
      minQuantity: quantity(row.min_quantity),
      minNotional: row.min_notional === null ? null : decimal(row.min_notional),
      maxLeverage: row.max_leverage,
    }));
}
