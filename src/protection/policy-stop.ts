/**
 * Where a stop goes for a position whose stop nobody decided (rule 13). It is measured from the mark:
 * the entry price of an import was not our choice, and a stop below an entry that the market left long
 * ago would fire at once. The incident: real positions were flattened because their stop was passed.
 */
import type { Decimal, Price } from '../domain/decimal.ts';
import { minDecimal, maxDecimal, roundPriceToTick } from '../domain/decimal.ts';
import type { PositionSide } from '../domain/order.ts';

export interface PolicyStopInput {
  readonly side: PositionSide;
  readonly mark: Price;
  /** Where the venue would liquidate; null when it does not say. */
  readonly liquidationPrice: Price | null;
  /** Distance from the mark as a share of it: 0.05 is five percent. */
  readonly stopDistance: Decimal;
  readonly tickSize: Price;
}

/**
 * A stop strictly on the losing side of the mark and nearer than liquidation, on the tick. Null when no
 * tick lies between the two: a stop there would be a market order, or would never be reached.
 */
export function policyStop(input: PolicyStopInput): Price | null {
  const { side, mark, stopDistance } = input;
  const away = mark.mul(stopDistance);
  const exact = side === 'long' ? mark.minus(away) : mark.plus(away);
  const wanted = clearOfMark(input, toTick(input, exact, 'away'));
  const liquidation = liquidationBehind(input);
  if (liquidation === null) return wanted;
  if (wanted !== null && isBetween(side, wanted, liquidation)) return wanted;
  const middle = clearOfMark(input, toTick(input, mark.plus(liquidation).div(2), 'toward'));
  return middle !== null && isBetween(side, middle, liquidation) ? middle : null;
}

/** A liquidation price on the winning side says nothing about this position: it is not used. */
function liquidationBehind({ side, mark, liquidationPrice }: PolicyStopInput): Price | null {
  if (liquidationPrice === null) return null;
  const isBehind = side === 'long' ? liquidationPrice.lt(mark) : liquidationPrice.gt(mark);
  return isBehind ? liquidationPrice : null;
}

/** True when `stop` is reached before the venue liquidates. */
function isBetween(side: PositionSide, stop: Price, liquidation: Price): boolean {
  return side === 'long' ? stop.gt(liquidation) : stop.lt(liquidation);
}

/** The nearest price that a stop may have: at least a tick behind the mark and above zero. */
function clearOfMark({ side, mark, tickSize }: PolicyStopInput, stop: Price): Price | null {
  if (side === 'short') {
    const first = roundPriceToTick(mark, tickSize, 'down').plus(tickSize) as Price;
    return maxDecimal(stop, first);
  }
  const last = roundPriceToTick(mark, tickSize, 'up').minus(tickSize) as Price;
  return last.lte(0) ? null : minDecimal(maxDecimal(stop, tickSize), last);
}

function toTick(
  { side, tickSize }: PolicyStopInput,
  exact: Decimal,
  toward: 'away' | 'toward',
): Price {
  const down = (side === 'long') === (toward === 'away');
  return roundPriceToTick(exact, tickSize, down ? 'down' : 'up');
}
