/** Figures of the account as the limits see them; null as a whole when the account is unknown. */
import { maxDecimal, ZERO, type Decimal } from '../domain/decimal.ts';
import type { Snapshot } from '../domain/venue.ts';
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
  if (snapshot.account.read === 'unknown') return null;
  const account = snapshot.account.rows[0];
  if (account === undefined) return null;
  const own = account.marginEquity.minus(account.netDeposits);
  const known = bot.journal.registry().peakEquity;
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

/** An account without equity has used all of it. */
function share(part: Decimal, whole: Decimal): Decimal {
  if (whole.gt(0)) return part.div(whole);
  return part.gt(0) ? part.div(part) : ZERO;
}
