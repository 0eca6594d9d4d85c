/** What an operator may choose about protection. The deadline is a limit; the rest is arithmetic. */
import type { Ms } from '../domain/clock.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { Symbol } from '../domain/symbol.ts';

export interface ProtectionSettings {
  /** A position without full cover for this long is closed: never open what cannot be protected. */
  readonly protectionDeadlineMs: Ms;
  /** A trailing stop moves only by at least this many ATRs; otherwise it would be replaced every bar. */
  readonly trailStepAtr: Decimal;
  /** Fee of an execution that takes liquidity, as a fraction; break-even pays it twice. */
  readonly takerFee: Decimal;
  /** How far from the mark the stop of a position without a plan goes, as a share of the mark. */
  readonly stopDistance: Decimal;
  /** Markets that the operator trades beside the bot: imports there get no order of ours. */
  readonly unmanagedSymbols: ReadonlySet<Symbol>;
}
