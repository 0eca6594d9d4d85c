/**
 * The price process: trends of weeks, made of impulses and retracements of days. A path is a chain of
 * straight-ish segments between turning points; the noise of the hours comes later. Only + - * / are
 * used, so the same seed gives the same bits on every machine.
 *
 * Retracements mostly end between 0.66 and 0.80 of their impulse, where the strategy enters. The next
 * impulse has a size of its own: it may pass the old extreme by far (targets), by a little (break-even,
 * trail), or not at all. A deep retracement goes beyond the origin of its impulse (stop).
 */
import type { Random } from '../../src/domain/clock.ts';
import { CRASH_HOUR, DAY_HOURS, END_HOUR, WINDOW_HOUR } from './calendar.ts';
import type { Bias, MarketSpec } from './market-specs.ts';

/** Price goes from `from` (at the open of `fromHour`) to `to` (at the open of `toHour`). */
export interface Segment {
  readonly fromHour: number;
  readonly toHour: number;
  readonly from: number;
  readonly to: number;
}

/** Legs are drawn in units of the market's volatility; about a 4h ATR. */
const STRONG = [5.5, 10] as const;
const STRONG_HOURS = [28, 46] as const;
const WEAK = [3, 5] as const;
const WEAK_HOURS = [16, 28] as const;
const WEAK_SHARE = 0.3;
const RETRACE_HOURS = [24, 38] as const;
/** A cycle is an impulse and its retracement. */
const MEAN_CYCLE_HOURS = 64;

const SHALLOW_SHARE = 0.14;
const DEEP_SHARE = 0.34;
const SHALLOW = [0.35, 0.55] as const;
const ENTERED = [0.66, 0.8] as const;
const DEEP = [1.12, 1.4] as const;
const SIDEWAYS = [0.7, 1.3] as const;

/** The pullback in which every rising market stands when the crash comes. */
const LAST_PULLBACK_HOURS = 7.5 * DAY_HOURS;
const LAST_RETRACEMENT = [0.7, 0.75] as const;
/** The bias of the window is older than the window: a 200-day average has to see it. */
const BIAS_DAYS_BEFORE_WINDOW = 130;

/** The whole 900 days of one market; the price starts at 1 and is scaled by the caller. */
export function pricePath(spec: MarketSpec, random: Random): Segment[] {
  const walk = new Walk(spec.volatility, random);
  const biasHour = WINDOW_HOUR - BIAS_DAYS_BEFORE_WINDOW * DAY_HOURS;
  while (walk.hour < biasHour) {
    const until = walk.hour + Math.round(between(random, 35, 90)) * DAY_HOURS;
    walk.trend(pick(random), until > biasHour - 30 * DAY_HOURS ? biasHour : until);
  }
  if (spec.bias === 'up') {
    walk.trend('up', CRASH_HOUR - LAST_PULLBACK_HOURS);
    walk.lastPullback(CRASH_HOUR);
  } else {
    walk.trend(spec.bias, CRASH_HOUR);
  }
  walk.crash(spec.crashGap);
  walk.trend(spec.aftermath, END_HOUR);
  return walk.segments;
}

/** An impulse and its retracement, in volatilities and hours. */
interface Cycle {
  readonly direction: 1 | -1;
  readonly size: number;
  readonly impulseHours: number;
  /** Share of the impulse that is given back. */
  readonly ratio: number;
  readonly retraceHours: number;
}

class Walk {
  readonly segments: Segment[] = [];
  hour = 0;
  private price = 1;
  private readonly volatility: number;
  private readonly random: Random;

  constructor(volatility: number, random: Random) {
    this.volatility = volatility;
    this.random = random;
  }

  /** Fills the hours up to `until` exactly with whole cycles. */
  trend(bias: Bias, until: number): void {
    const count = Math.max(1, Math.round((until - this.hour) / MEAN_CYCLE_HOURS));
    const cycles = Array.from({ length: count }, () => this.cycle(bias));
    const drawn = cycles.reduce((sum, one) => sum + one.impulseHours + one.retraceHours, 0);
    const stretch = (until - this.hour) / drawn;
    let exact = this.hour;
    for (const { direction, size, ratio, impulseHours, retraceHours } of cycles) {
      const leg = direction * size * this.volatility * this.price;
      exact += impulseHours * stretch;
      this.legTo(Math.round(exact), this.price + leg);
      exact += retraceHours * stretch;
      this.legTo(Math.round(exact), this.price - ratio * leg);
    }
  }

  private cycle(bias: Bias): Cycle {
    const weak = this.random.next() < WEAK_SHARE;
    return {
      direction: this.direction(bias),
      size: this.draw(weak ? WEAK : STRONG),
      impulseHours: this.draw(weak ? WEAK_HOURS : STRONG_HOURS),
      ratio: this.retracement(bias),
      retraceHours: this.draw(RETRACE_HOURS),
    };
  }

  /**
   * Up to `until`: a shallow cycle that nothing is entered in, an impulse that breaks its high, a pullback
   * into the entry zone, and a hesitant bounce.
   */
  lastPullback(until: number): void {
    const unit = this.volatility * this.price;
    const at = (share: number): number => this.hour + Math.round(share * (until - this.hour));
    const hours = [at(0.21), at(0.37), at(0.6), until - this.bounceHours(), until] as const;
    const moves = [6, -0.48 * 6, 6.3, -this.draw(LAST_RETRACEMENT) * 6.3, 0.8] as const;
    moves.forEach((move, leg) => this.legTo(hours[leg] ?? until, this.price + move * unit));
  }

  /** The gap, the rest of the fall, a bounce that gives most of it back to the sellers. */
  crash(gap: number): void {
    const before = this.price;
    this.price = before * (1 - gap);
    this.legTo(this.hour + 5, this.price * (1 - 2.5 * this.volatility));
    this.legTo(this.hour + 31, this.price + 0.4 * (before - this.price));
    this.legTo(this.hour + 52, this.price - 0.22 * (before - this.price) - 0.03 * before);
    this.legTo(this.hour + 84, this.price + 0.35 * (before - this.price));
  }

  private legTo(hour: number, price: number): void {
    // A path of many falling legs must not reach zero.
    const to = Math.max(price, this.price * 0.7);
    this.segments.push({ fromHour: this.hour, toHour: hour, from: this.price, to });
    this.hour = hour;
    this.price = to;
  }

  private bounceHours(): number {
    return 5 + Math.round(9 * this.random.next());
  }

  private direction(bias: Bias): 1 | -1 {
    if (bias === 'up') return 1;
    if (bias === 'down') return -1;
    return this.random.next() < 0.5 ? 1 : -1;
  }

  private retracement(bias: Bias): number {
    if (bias === 'side') return this.draw(SIDEWAYS);
    const kind = this.random.next();
    if (kind < SHALLOW_SHARE) return this.draw(SHALLOW);
    return this.draw(kind < SHALLOW_SHARE + DEEP_SHARE ? DEEP : ENTERED);
  }

  private draw([low, high]: readonly [number, number]): number {
    return between(this.random, low, high);
  }
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

function pick(random: Random): Bias {
  const drawn = random.next();
  return drawn < 0.4 ? 'up' : drawn < 0.75 ? 'down' : 'side';
}
