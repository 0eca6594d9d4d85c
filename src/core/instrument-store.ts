/** The instruments a bot knows, kept beside its journal so that every command resolves aliases alike. */
import { decimal, price, quantity, text, textOrNull } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import { symbol } from '../domain/symbol.ts';
import type { Db } from './database.ts';

interface Row {
  readonly symbol: string;
  readonly venue_id: string;
  readonly contract_size: string;
  readonly lot_step: string;
  readonly tick_size: string;
  readonly min_quantity: string;
  readonly min_notional: string | null;
  readonly max_leverage: number;
}

export function readInstruments(db: Db): Instrument[] {
  return db
    .prepare<[], Row>('SELECT * FROM instruments ORDER BY symbol')
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

/** Replaces the list with a complete new one; a smaller list never replaces a larger. */
export function writeInstruments(db: Db, instruments: Iterable<Instrument>): void {
  const rows = [...instruments];
  const insert = db.prepare<[Row]>(
    `INSERT OR REPLACE INTO instruments VALUES (@symbol, @venue_id, @contract_size, @lot_step,
       @tick_size, @min_quantity, @min_notional, @max_leverage)`,
  );
  db.transaction(() => {
    for (const instrument of rows) {
      insert.run({
        symbol: instrument.symbol,
        venue_id: instrument.venueId,
        contract_size: text(instrument.contractSize),
        lot_step: text(instrument.lotStep),
        tick_size: text(instrument.tickSize),
        min_quantity: text(instrument.minQuantity),
        min_notional: textOrNull(instrument.minNotional),
        max_leverage: instrument.maxLeverage,
      });
    }
  }).immediate();
}
