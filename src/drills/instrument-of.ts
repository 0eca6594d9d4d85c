/** An instrument with fine steps, for asking a planner without a venue. */
import { decimal, price, quantity } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import { symbol } from '../domain/symbol.ts';

export function instrumentOf(base: string): Instrument {
  return {
    symbol: symbol(`${base}/USD:USD`),
    venueId: `PF_${base}USD`,
    contractSize: decimal('1'),
    lotStep: quantity('0.01'),
    tickSize: price('0.01'),
    minQuantity: quantity('0.01'),
    minNotional: null,
    maxLeverage: 25,
  };
}
