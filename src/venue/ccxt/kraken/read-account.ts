/**
 * The multi-collateral account (`flex`). Any figure that is missing makes the whole reading unknown: half
 * an account is no measure of risk.
 */
import type { Decimal } from '../../../domain/decimal.ts';
import { ZERO } from '../../../domain/decimal.ts';
import type { VenueAccount } from '../../../domain/venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf } from '../row-fields.ts';

/** The account of an answer, or why it cannot be read. */
export function readAccount(body: JsonRow, netDeposits: Decimal): VenueAccount | string {
  const accounts = body['accounts'];
  const flex = isRow(accounts) ? accounts['flex'] : undefined;
  if (!isRow(flex)) return 'the answer has no account flex';
  const missing: string[] = [];
  const figure = (key: string): Decimal => {
    const value = decimalOf(flex, key);
    if (value === null) missing.push(key);
    return value ?? ZERO;
  };
  const account: VenueAccount = {
    marginEquity: figure('marginEquity'),
    balance: figure('balanceValue'),
    unrealizedPnl: figure('totalUnrealized'),
    // Of positions and of open entry orders: both are risk.
    initialMargin: figure('initialMarginWithOrders'),
    maintenanceMargin: figure('maintenanceMargin'),
    netDeposits,
  };
  return missing.length === 0 ? account : `the account lacks ${missing.join(', ')}`;
}
