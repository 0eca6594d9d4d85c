/** What an operator may choose about protection. The deadline is a limit; the rest is arithmetic. */
import type { Ms } from '../domain/clock.ts';
import type { Decimal } from '../domain/decimal.ts';

export interface ProtectionSettings {
  /** A position without full cover for this long is closed: never open what cannot be protected. */
  readonly protectionDeadlineMs: Ms;
  /** A trailing stop moves only by at least this many ATRs; otherwise it would be replaced every bar. */
  readonly trailStepAtr: Decimal;
  /** Fee of an execution that takes liquidity, as a fraction; break-even pays it twice. */
  readonly takerFee: Decimal;
}
