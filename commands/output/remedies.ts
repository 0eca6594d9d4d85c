/** What would have to change before a market is traded: one plain sentence per rejection reason. */
import type { RejectionReason } from '../../src/domain/signal.ts';

const REMEDIES: Record<RejectionReason, string> = {
  TIER_TOO_LOW: 'Its 24 h quote volume must reach 500,000 before it is traded at all.',
  NO_DATA: 'It needs closed candles of 1d and 4h: look at `tradectl candles verify`.',
  EMA200_UNAVAILABLE: 'It needs more daily candles before the 200-day average means anything.',
  BIAS_NEUTRAL: 'The daily close must move clearly to one side of the 200-day average.',
  '4H_STRUCTURE_REQUIRED': 'A BOS or CHoCH on 4h, recent and in the direction of the daily bias.',
  REGIME_SHOCK: 'Volatility must calm down: the last bars are far larger than usual.',
  REGIME_RANGE: 'The market must leave its range and trend.',
  REGIME_LEG_TOO_SMALL: 'The impulse leg must be larger against the average range (ATR).',
  REGIME_EXTENDED: 'Price must come back towards its mean: it is stretched too far.',
  LEG_INVALIDATED: 'A new structure event: price went past the origin of the last leg.',
  ENTRY_NOT_IN_OTE: 'Price must retrace into the entry zone of the last leg.',
  STOP_INVALID: 'The stop must lie on the losing side of the entry, at a workable distance.',
  RR_TOO_LOW: 'The targets must be farther, or the stop nearer: reward is too small for the risk.',
  DATA_GAP: 'The missing candles must be filled, or enough new ones must follow the gap.',
  HISTORY_REVISED: 'The venue changed past candles: import them again into a fresh home.',
  STALE_PRICE: 'A newer price: the last candle is too old to trade on.',
};

/** Null for a reason this version does not know. */
export function remedyOf(reason: string): string | null {
  return reason in REMEDIES ? REMEDIES[reason as RejectionReason] : null;
}
