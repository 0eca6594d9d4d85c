/**
 * Figures of the account as the limits see them; null as a whole when the account is unknown. So is one that
 * contradicts the positions beside it: an account that answered zeros was believed, and halted for a drawdown
 * of 100 % that no price had made.
 */
import { maxDecimal, ZERO, type Decimal } from '../domain/decimal.ts';
import type { Reading, Snapshot, VenueAccount, VenuePosition } from '../domain/venue.ts';
import type { Bot } from './bot.ts';

export interface AccountFigures {
  readonly equity: Decimal;
  readonly netDeposits: Decimal;
  /** Peak of equity net of deposits and withdrawals, this reading included. */
  readonly peak: Decimal;
  readonly drawdown: Decimal;
  /** Initial margin with orders / margin equity. */
  readonly marginUtilization: Decimal;
  readonly maintenanceUtilization: Decimal;
}

export function metricsOf(bot: Bot, snapshot: Snapshot): AccountFigures | null {
  return figuresOf(snapshot, bot.journal.registry().peakEquity);
}

/** `known` is the peak so far, net of deposits; null before the first reading. */
export function figuresOf(
  snapshot: Pick<Snapshot, 'account' | 'positions'>,
  known: Decimal | null,
): AccountFigures | null {
  if (snapshot.account.read === 'unknown') return null;
  const account = snapshot.account.rows[0];
  if (account === undefined || isImpossible(account, snapshot.positions)) return null;
  const own = account.marginEquity.minus(account.netDeposits);
  const peak = known === null ? own : maxDecimal(known, own);
  return {
    equity: account.marginEquity,
    netDeposits: account.netDeposits,
    peak,
    drawdown: peak.gt(0) ? maxDecimal(ZERO, peak.minus(own).div(peak)) : ZERO,
    marginUtilization: share(account.initialMargin, account.marginEquity),
    maintenanceUtilization: share(account.maintenanceMargin, account.marginEquity),
  };
}

/** What is held uses margin, and margin is of an equity. */
function isImpossible(
  { marginEquity, initialMargin }: VenueAccount,
  positions: Reading<VenuePosition>,
): boolean {
  if (positions.read === 'unknown') return false;
  const isHeld = positions.rows.some(({ quantity }) => !quantity.isZero());
  return isHeld && (marginEquity.lte(0) || initialMargin.isZero());
}

/** An account without equity has used all of it. */
function share(part: Decimal, whole: Decimal): Decimal {
  if (whole.gt(0)) return part.div(whole);
  return part.gt(0) ? part.div(part) : ZERO;
}
