/**
 * What the status word of an order request means. The library takes every word it does not know for
 * success, so ours is the other way round: accepted and rejected are lists, the rest is in doubt.
 */
import type { Outcome } from '../../../domain/order.ts';

export interface StatusAnswer {
  readonly status: string | null;
  readonly orderId: string | null;
}

type Verdict =
  { readonly kind: 'accepted' } | Extract<Outcome, { kind: 'rejected' } | { kind: 'in_doubt' }>;

/** Refusals: the order does not exist, or the change was not made. */
export const REFUSALS: ReadonlySet<string> = new Set([
  'invalidOrderType',
  'invalidSide',
  'invalidSize',
  'invalidPrice',
  'outsidePriceCollar',
  'insufficientAvailableFunds',
  'postWouldExecute',
  'iocWouldNotExecute',
  'marketSuspended',
  'marketInactive',
  'marketIsPostOnly',
  'maxPositionViolation',
  'clientOrderIdTooLong',
  'clientOrderIdTooBig',
  'clientOrderIdInvalid',
  'wouldNotReducePosition',
  'reduceOnlyWouldIncreasePosition',
  'wouldCauseLiquidation',
  'wouldIncreasePriceDislocation',
  'wouldProcessAfterSpecifiedTime',
  'selfFill',
  'tooManyOrders',
  'tooManySmallOrders',
  'fixedLeverageTooHigh',
]);

const PLACED: ReadonlySet<string> = new Set(['placed', 'partiallyFilled', 'filled']);
const NOT_THERE: ReadonlySet<string> = new Set(['notFound', 'orderForEditNotFound', 'filled']);

/** A new order: accepted only with a word we know and an id. */
export function placeVerdict({ status, orderId }: StatusAnswer): Verdict {
  if (status === null) return inDoubt('the answer has no status');
  if (PLACED.has(status)) {
    return orderId === null ? inDoubt(`${status}, without an order id`) : { kind: 'accepted' };
  }
  // Proof that an earlier request with this id acted: it is looked up, never sent again.
  if (status === 'clientOrderIdAlreadyExist') return inDoubt(`the venue answered ${status}`);
  return refusalOr(status);
}

export function amendVerdict({ status }: StatusAnswer): Verdict {
  if (status === 'edited') return { kind: 'accepted' };
  if (status !== null && NOT_THERE.has(status)) return { kind: 'rejected', reason: status };
  return refusalOr(status);
}

/** A cancel: `filled` and `notFound` mean that there was nothing to cancel; the next look says why. */
export function cancelVerdict({ status }: StatusAnswer): Verdict {
  if (status === 'cancelled') return { kind: 'accepted' };
  if (status !== null && NOT_THERE.has(status)) return { kind: 'rejected', reason: status };
  return inDoubt(`the venue answered ${status ?? 'no status'}`);
}

function refusalOr(status: string | null): Verdict {
  if (status !== null && REFUSALS.has(status)) return { kind: 'rejected', reason: status };
  return inDoubt(`the venue answered ${status?.slice(0, 80) ?? 'no status'}`);
}

function inDoubt(evidence: string): Verdict {
  return { kind: 'in_doubt', evidence };
}
