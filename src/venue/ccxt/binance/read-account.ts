/** The account: totals in dollars. A figure that is missing makes the reading unknown. */
import type { Decimal } from '../../../domain/decimal.ts';
import { ZERO } from '../../../domain/decimal.ts';
import type { VenueAccount } from '../../../domain/venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf } from '../row-fields.ts';

/** The account of an answer, or why it cannot be read. */
export function readAccount(body: JsonRow, netDeposits: Decimal): VenueAccount | string {
  const missing: string[] = [];
  const figure = (key: string): Decimal => {
    const value = decimalOf(body, key);
    if (value === null) missing.push(key);
    return value ?? ZERO;
  };
  const account: VenueAccount = {
    marginEquity: figure('totalMarginBalance'),
    balance: figure('totalWalletBalance'),
    unrealizedPnl: figure('totalUnrealizedProfit'),
    // Of positions and of open orders.
    initialMargin: figure('totalInitialMargin'),
    maintenanceMargin: figure('totalMaintMargin'),
    netDeposits,
  };
  return missing.length === 0 ? account : `the account lacks ${missing.join(', ')}`;
}
