/**
 * The invariant monitor: NORMAL, DEGRADED or HALTED from what is measured now. Pure.
 *
 * DEGRADED recovers by itself when its cause has been away for some cycles, with some distance; HALTED
 * stays until an operator clears the halt. A figure that is unknown is never fine and never a breach.
 * Nothing here can name a stop, a target or an exit: the kill switch once cancelled the stop-losses
 * because two limits crossed.
 */
import type { Decimal } from '../domain/decimal.ts';
import { isTerminal, type Order } from '../domain/order.ts';
import type { HaltKind, TradingState } from '../domain/trading-state.ts';
import type { Limits } from './limits.ts';

export interface Metrics {
  /** Null when the account could not be read. */
  readonly account: {
    readonly marginUtilization: Decimal;
    readonly maintenanceUtilization: Decimal;
    readonly drawdown: Decimal;
  } | null;
  readonly positions: number;
  /** How many entries were ever filled: tells a utilization raised by entries from one raised by price. */
  readonly entries: number;
  /** Largest notional of one position as a share of equity; null when unknown. */
  readonly largestPosition: Decimal | null;
  /** What other rooms found: venue unknown, journal unwritable, unprotected, in doubt. */
  readonly external: readonly string[];
}

/** A cause of DEGRADED and for how many cycles in a row it has been away. */
export interface StandingCause {
  readonly cause: string;
  readonly awayCycles: number;
}

export interface MonitorState {
  readonly state: TradingState;
  readonly causes: readonly StandingCause[];
  /** Entries as of the last cycle in which the utilization was below its halt limit. */
  readonly entriesWhenBelow: number;
  /** Worth a word, never an action. */
  readonly warnings: readonly string[];
}

export interface Breach {
  readonly kind: Extract<
    HaltKind,
    'margin_utilization' | 'equity_drawdown' | 'concurrent_positions'
  >;
  readonly reason: string;
}

export interface Watched {
  readonly monitor: MonitorState;
  /** Limits broken now that halt; each becomes a halt file unless one of its kind stands. */
  readonly breaches: readonly Breach[];
}

export const INITIAL_MONITOR: MonitorState = {
  state: 'NORMAL',
  causes: [],
  entriesWhenBelow: 0,
  warnings: [],
};

/** One look. `halted` is true while any halt file stands: only its clearing ends HALTED. */
export function watch(
  previous: MonitorState,
  metrics: Metrics,
  limits: Limits,
  halted: boolean,
): Watched {
  const breaches = breachesOf(previous, metrics, limits);
  const causes = standing(previous.causes, metrics, limits);
  const isBelow = metrics.account?.marginUtilization.lt(limits.maxMarginUtilization) ?? false;
  const state =
    halted || breaches.length > 0 ? 'HALTED' : causes.length > 0 ? 'DEGRADED' : 'NORMAL';
  return {
    monitor: {
      state,
      causes,
      entriesWhenBelow: isBelow ? metrics.entries : previous.entriesWhenBelow,
      warnings: warningsOf(metrics, limits),
    },
    breaches,
  };
}

/** What halts now. A price alone raises the utilization to DEGRADED, until liquidation comes near. */
export function breachesOf(
  previous: Pick<MonitorState, 'entriesWhenBelow'>,
  metrics: Metrics,
  limits: Limits,
): Breach[] {
  const breaches: Breach[] = [];
  const { account } = metrics;
  if (account !== null && account.marginUtilization.gte(limits.maxMarginUtilization)) {
    const byEntries = metrics.entries > previous.entriesWhenBelow;
    const nearLiquidation = account.maintenanceUtilization.gte(limits.maxMaintenanceUtilization);
    if (byEntries || nearLiquidation) {
      const why = byEntries ? 'after new entries' : 'with maintenance margin near';
      const used = percent(account.marginUtilization);
      breaches.push({
        kind: 'margin_utilization',
        reason: `margin utilization ${used} reached ${percent(limits.maxMarginUtilization)} ${why}`,
      });
    }
  }
  if (account !== null && account.drawdown.gte(limits.maxEquityDrawdown)) {
    const fallen = percent(account.drawdown);
    breaches.push({
      kind: 'equity_drawdown',
      reason: `drawdown ${fallen} from the peak reached ${percent(limits.maxEquityDrawdown)}`,
    });
  }
  if (metrics.positions > limits.maxConcurrentPositions) {
    breaches.push({
      kind: 'concurrent_positions',
      reason: `${metrics.positions} open positions, the limit is ${limits.maxConcurrentPositions}`,
    });
  }
  return breaches;
}

/** Live entry orders, and only those: what a halt cancels, by id. */
export function ordersToCancelOnHalt(orders: readonly Order[]): readonly Order[] {
  return orders.filter((order) => order.role === 'entry' && !isTerminal(order.state));
}

/** Causes that are figures of the account. */
const FIGURES = ['margin_utilization', 'equity_drawdown'] as const;

/** Causes that are there now, and those that have not been away long enough. */
function standing(
  before: readonly StandingCause[],
  metrics: Metrics,
  limits: Limits,
): StandingCause[] {
  const now = new Set(causesNow(before, metrics, limits));
  const kept = before
    .filter(({ cause }) => !now.has(cause))
    .map(({ cause, awayCycles }) => ({ cause, awayCycles: awayCycles + 1 }))
    .filter(({ awayCycles }) => awayCycles < limits.recoveryCycles);
  return [...[...now].map((cause) => ({ cause, awayCycles: 0 })), ...kept];
}

function causesNow(
  before: readonly StandingCause[],
  { account, external }: Metrics,
  limits: Limits,
): string[] {
  const held = new Set(before.map(({ cause }) => cause));
  const causes = [...external];
  if (account === null) {
    // What cannot be read has not recovered: a figure that was over its limit still counts as over.
    return [...causes, 'account_unknown', ...FIGURES.filter((cause) => held.has(cause))];
  }
  const over = (cause: (typeof FIGURES)[number], value: Decimal, limit: Decimal): void => {
    // Once degraded, a figure has to fall clearly below its limit, or the state would flutter.
    const edge = held.has(cause) ? limit.minus(limits.recoveryHysteresis) : limit;
    if (held.has(cause) ? value.gt(edge) : value.gte(edge)) causes.push(cause);
  };
  over('margin_utilization', account.marginUtilization, limits.degradedMarginUtilization);
  over('equity_drawdown', account.drawdown, limits.degradedEquityDrawdown);
  return causes;
}

/** A position that grew past the gate's cap is worth a word, never an action. */
function warningsOf({ largestPosition }: Metrics, limits: Limits): string[] {
  if (largestPosition === null || largestPosition.lte(limits.maxSinglePositionEquity)) return [];
  const cap = percent(limits.maxSinglePositionEquity);
  return [
    `a position is worth ${percent(largestPosition)} of equity, entries are capped at ${cap}`,
  ];
}

function percent(share: Decimal): string {
  return `${share.mul(100).toDecimalPlaces(1).toFixed()} %`;
}
