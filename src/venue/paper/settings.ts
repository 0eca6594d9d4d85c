/**
 * The settings of the simulated venue. One plain record, no parsing: the configuration room builds
 * it from its schema, the tests build it by hand. Rates are probabilities per order, drawn from a
 * hash of the seed and the client order id, so they never depend on what else was sent.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import { decimal, type Decimal } from '../../domain/decimal.ts';

export interface PaperSettings {
  /** Same seed, same latencies and same splits. */
  readonly seed: string;
  /** Deposited when the account is opened, quote units. */
  readonly startingEquity: Decimal;
  /** Cross leverage; an instrument's own maximum caps it. */
  readonly leverage: Decimal;
  /** Fraction of notional charged to market, IOC and triggered executions. */
  readonly takerFee: Decimal;
  /** Fraction of notional charged to resting limits and targets. */
  readonly makerFee: Decimal;
  /** Fraction of price lost by market, IOC and stop executions; an IOC's limit bounds it. */
  readonly slippage: Decimal;
  /** Request to answer; the venue acts in the middle. */
  readonly latencyMinMs: Ms;
  readonly latencyMaxMs: Ms;
  /** Share of stop orders whose answer is late (the venue acted in time). */
  readonly lateStopAckRate: number;
  readonly lateStopAckMinMs: Ms;
  readonly lateStopAckMaxMs: Ms;
  /** Share of orders opening or growing a position that execute as two fills. */
  readonly splitFillRate: number;
  /** Share of IOC orders that fill only a part. */
  readonly partialFillRate: number;
}

export const DEFAULT_PAPER: PaperSettings = {
  seed: 'tradectl',
  startingEquity: decimal('10000'),
  leverage: decimal('5'),
  takerFee: decimal('0.0005'),
  makerFee: decimal('0.0002'),
  slippage: decimal('0.0002'),
  latencyMinMs: ms(50),
  latencyMaxMs: ms(400),
  lateStopAckRate: 0.02,
  lateStopAckMinMs: ms(1_000),
  lateStopAckMaxMs: ms(6_000),
  splitFillRate: 0.1,
  partialFillRate: 0.05,
};
