/**
 * Sizes a partial close: one function for the bot's own targets and for the operator's command, so
 * that a dry run is what the bot would do. The incident: half of one contract is 0.5, the venue's
 * minimum is 1, and the same impossible order was sent 46 times.
 *
 * Invariants: `quantity` is a multiple of the lot step and never above the position; what stays open
 * is either nothing or at least the venue's minimum; a refusal names the nearest valid quantities.
 */
import type { Decimal, Price, Quantity } from '../domain/decimal.ts';
import {
  ZERO_QUANTITY,
  ceilToStep,
  floorToStep,
  maxDecimal,
  minDecimal,
  quantity,
} from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';

/** A share of what is open (above 0, at most 1), or an amount. */
export type CloseWant = { readonly fraction: Decimal } | { readonly quantity: Decimal };

export interface CloseFlags {
  /** Raise a request below the minimum to the minimum. */
  readonly roundUp?: boolean;
  /** Close everything when the rest would be below the minimum. */
  readonly allowFull?: boolean;
  /** Price that a minimum notional is measured at; without it that rule is not applied. */
  readonly price?: Price;
}

export type CloseOutcome = 'ok' | 'rounded' | 'raised-to-minimum' | 'closes-all' | 'refused';
export type CloseRefusal =
  'not positive' | 'above position' | 'below minimum' | 'remainder below minimum';

export interface CloseSizing {
  readonly outcome: CloseOutcome;
  /** What was asked for, unrounded. */
  readonly requested: Decimal;
  /** What to send; zero when refused. */
  readonly quantity: Quantity;
  /** What stays open; below one lot it is nothing, and the position is closed. */
  readonly remainder: Quantity;
  /** True when nothing that could be traded stays open. */
  readonly closesPosition: boolean;
  /** The smallest order the venue takes here, from quantity and notional rules. */
  readonly minimum: Quantity;
  readonly refusal: CloseRefusal | null;
  /** On a refusal: the valid quantities around the request, ascending; empty when there is none. */
  readonly nearest: readonly Quantity[];
}

/** The smallest order the venue takes at `price`, a multiple of the lot step. */
export function minimumOrder(instrument: Instrument, price: Price | undefined): Quantity {
  const { lotStep, minNotional, contractSize } = instrument;
  const byQuantity = minimumQuantity(instrument);
  if (minNotional === null || price === undefined) return byQuantity;
  return maxDecimal(byQuantity, ceilToStep(minNotional.div(price.mul(contractSize)), lotStep));
}

/** The same for every price, and asked for several times per position and plan: divided once. */
const MINIMUMS = new WeakMap<Instrument, Quantity>();

function minimumQuantity(instrument: Instrument): Quantity {
  const known = MINIMUMS.get(instrument);
  if (known !== undefined) return known;
  const { lotStep, minQuantity } = instrument;
  const minimum = ceilToStep(maxDecimal<Decimal>(minQuantity, lotStep), lotStep);
  MINIMUMS.set(instrument, minimum);
  return minimum;
}

/** Decides what a partial close may send. Pure; see the header for what always holds. */
export function sizeClose(
  position: { readonly quantity: Quantity },
  want: CloseWant,
  instrument: Instrument,
  flags: CloseFlags = {},
): CloseSizing {
  const request: CloseRequest = {
    open: position.quantity,
    /** What an order can close; dust below one lot cannot be traded and ends with the position. */
    whole: floorToStep(position.quantity, instrument.lotStep),
    requested: 'fraction' in want ? position.quantity.mul(want.fraction) : want.quantity,
    minimum: minimumOrder(instrument, flags.price),
    lotStep: instrument.lotStep,
  };
  const { open, whole, requested, minimum, lotStep } = request;
  if (requested.lte(0)) return refuse(request, 'not positive');
  if (requested.gt(open)) return refuse(request, 'above position');
  if (whole.lt(minimum)) return refuse(request, 'below minimum');
  if (requested.eq(open)) return send(request, 'ok', whole);

  const rounded = floorToStep(requested, lotStep);
  if (rounded.lt(minimum)) return belowMinimum(request, flags);
  const rest = open.minus(rounded);
  if (rest.lt(lotStep)) return send(request, 'closes-all', whole);
  if (rest.lt(minimum)) return remainderBelowMinimum(request, flags);
  return send(request, rounded.eq(requested) ? 'ok' : 'rounded', rounded);
}

interface CloseRequest {
  readonly open: Quantity;
  readonly whole: Quantity;
  readonly requested: Decimal;
  readonly minimum: Quantity;
  readonly lotStep: Quantity;
}

function belowMinimum(request: CloseRequest, flags: CloseFlags): CloseSizing {
  const { whole, requested, minimum, open } = request;
  if (flags.roundUp === true) {
    const raised = minDecimal(minimum, whole);
    if (leavesTradable(request, raised)) return send(request, 'raised-to-minimum', raised);
    return remainderBelowMinimum(request, flags);
  }
  // Neither part could be traded on its own: the position cannot be split at all.
  const indivisible = open.minus(requested).lt(minimum);
  if (flags.allowFull === true && indivisible) return send(request, 'closes-all', whole);
  return refuse(request, 'below minimum');
}

function remainderBelowMinimum(request: CloseRequest, flags: CloseFlags): CloseSizing {
  if (flags.allowFull === true) return send(request, 'closes-all', request.whole);
  return refuse(request, 'remainder below minimum');
}

function leavesTradable(request: CloseRequest, sent: Quantity): boolean {
  const rest = request.open.minus(sent);
  return rest.lt(request.lotStep) || rest.gte(request.minimum);
}

function send(request: CloseRequest, outcome: CloseOutcome, sent: Quantity): CloseSizing {
  const remainder = quantity(request.open.minus(sent));
  return {
    outcome,
    requested: request.requested,
    quantity: sent,
    remainder,
    closesPosition: remainder.lt(request.lotStep),
    minimum: request.minimum,
    refusal: null,
    nearest: [],
  };
}

function refuse(request: CloseRequest, refusal: CloseRefusal): CloseSizing {
  return {
    outcome: 'refused',
    requested: request.requested,
    quantity: ZERO_QUANTITY,
    remainder: request.open,
    closesPosition: false,
    minimum: request.minimum,
    refusal,
    nearest: nearestValid(request),
  };
}

/** The largest valid quantity at or below the request, and the smallest one above it. */
function nearestValid(request: CloseRequest): readonly Quantity[] {
  const { open, whole, requested, minimum, lotStep } = request;
  if (whole.lt(minimum)) return [];
  // Valid are the steps from the minimum up to `largestPartial`, and the whole.
  const largestPartial = floorToStep(maxDecimal(open.minus(minimum), ZERO_QUANTITY), lotStep);
  const partials = largestPartial.gte(minimum);
  const below = partials
    ? minDecimal(floorToStep(maxDecimal(requested, ZERO_QUANTITY), lotStep), largestPartial)
    : null;
  const valid: Quantity[] = [];
  if (requested.gte(whole)) return below === null ? [whole] : [below, whole];
  if (below !== null && below.gte(minimum)) valid.push(below);
  const above = maxDecimal(
    minimum,
    floorToStep(maxDecimal(requested, ZERO_QUANTITY).plus(lotStep), lotStep),
  );
  valid.push(partials && above.lte(largestPartial) ? above : whole);
  return valid;
}
