/**
 * The walk over closed bars: all markets in the order in which their bars close, so that one long
 * step and many short ones judge the same bars in the same order.
 */
import type { BarSource } from '../../domain/bar-source.ts';
import { timeframeMs, type Candle } from '../../domain/candle.ts';
import { ms, type Ms } from '../../domain/clock.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import { nextExecution, restingStopLimits } from './matching.ts';
import type { PaperAccount } from './paper-account.ts';

export interface JudgeOptions {
  readonly bars: BarSource;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly slippage: Decimal;
}

interface NextBar {
  readonly symbol: Symbol;
  readonly bar: Candle;
  readonly stepMs: Ms;
  readonly closeMs: Ms;
}

/**
 * Judges every bar that closed by `at`. Returns `at`, or the time of a resting entry's fill: its bar
 * stays open, and the next call goes on in it.
 */
export function judgeBars(account: PaperAccount, at: Ms, options: JudgeOptions): Ms {
  let closing: Ms | null = null;
  for (;;) {
    const next = nextBar(account, at, options.bars);
    if (closing !== null && next?.closeMs !== closing) {
      // Margin is looked at when all bars of that close are in. The bars and what the look at
      // the margin did are one transaction: a killed venue has both or neither.
      account.liquidateIfNeeded(closing);
      account.commit();
      closing = null;
      continue;
    }
    if (next === null) return at;
    closing = next.closeMs;
    const entryFilledMs = judgeBar(account, next, options);
    if (entryFilledMs !== null) {
      account.commit();
      return entryFilledMs;
    }
    account.endBar(next.symbol, next.bar, next.stepMs);
  }
}

/** All executions of one bar; null when it has none left, or the time an entry filled inside it. */
function judgeBar(
  account: PaperAccount,
  { symbol, bar, stepMs }: NextBar,
  { instruments, slippage }: JudgeOptions,
): Ms | null {
  const instrument = instruments.get(symbol);
  if (instrument === undefined) return null;
  for (;;) {
    const input = {
      bar,
      timeframeMs: stepMs,
      orders: account.ordersOf(symbol),
      position: account.positionOf(symbol),
      instrument,
      slippage,
    };
    const execution = nextExecution(input);
    if (execution === null) {
      for (const order of restingStopLimits(input)) account.rest(order, ms(bar.openMs + stepMs));
      return null;
    }
    const filledMs = account.execute(execution, bar.openMs);
    if (!execution.order.reduceOnly) return filledMs;
  }
}

/** The unjudged bar that closes first; of those that close together the first by symbol. */
function nextBar(account: PaperAccount, at: Ms, bars: BarSource): NextBar | null {
  let found: NextBar | null = null;
  for (const symbol of account.activeSymbols()) {
    const stepMs = timeframeMs(bars.matchingTimeframe(symbol));
    const until = Math.min(at, found === null ? at : found.closeMs - 1);
    const bar = bars.bars(symbol, account.judgedTo(symbol), ms(until - stepMs + 1))[0];
    if (bar === undefined) continue;
    found = { symbol, bar, stepMs, closeMs: ms(bar.openMs + stepMs) };
  }
  return found;
}
