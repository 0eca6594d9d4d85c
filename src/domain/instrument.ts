/** Our record of a tradable thing: its id is the symbol, its steps and minimums are the venue's. */
import type { Decimal, Price, Quantity } from './decimal.ts';
import type { Symbol } from './symbol.ts';

export interface Instrument {
  readonly symbol: Symbol;
  /** The venue's own spelling, exactly as it writes it: `PF_XBTUSD`, `PF_AAPLxUSD`. */
  readonly venueId: string;
  /** Base units per contract; 1 on the linear perpetuals of Kraken Futures. */
  readonly contractSize: Decimal;
  readonly lotStep: Quantity;
  readonly tickSize: Price;
  readonly minQuantity: Quantity;
  /** Smallest notional the venue takes, where it has such a rule. */
  readonly minNotional: Decimal | null;
  readonly maxLeverage: number;
}

/** Notional value in quote units. */
export function notional(quantity: Decimal, price: Decimal, instrument: Instrument): Decimal {
  return quantity.mul(price).mul(instrument.contractSize);
}
