/** NORMAL, DEGRADED, HALTED and the halts behind the last one (design, section 4). */
import type { Ms } from './clock.ts';

export type TradingState = 'NORMAL' | 'DEGRADED' | 'HALTED';

export const HALT_KINDS = [
  'operator',
  'kill',
  'margin_utilization',
  'equity_drawdown',
  'concurrent_positions',
  'journal_tail_lost',
  'journal_broken',
  'halt_file_unreadable',
  // The only kind that the bot clears by itself: when the journal works and the ballast is back.
  'disk_full',
] as const;
/** What the monitor, the core or an operator found wrong; the kind says who may clear it and how. */
export type HaltKind = (typeof HALT_KINDS)[number];

/** A halt as it stands in its file and in the journal; snake_case because it is read with `cat`. */
export interface Halt {
  readonly schema: 'tradectl.halt/1';
  readonly id: string;
  readonly kind: HaltKind;
  readonly scope: 'entries';
  readonly reason: string;
  readonly findings: readonly string[];
  readonly set_ms: Ms;
  readonly set_by: string;
}
