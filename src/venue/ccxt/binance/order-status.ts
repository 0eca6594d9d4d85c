/** What the answer to an order request means: accepted and refused are lists, the rest is in doubt. */
import { decimalOf, wordOf } from '../row-fields.ts';
import type { JsonRow } from '../lossless-json.ts';

export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'in_doubt'; readonly evidence: string };

const LIVING: ReadonlySet<string> = new Set(['NEW', 'PARTIALLY_FILLED', 'FILLED']);
/** An immediate order that found no price, a post-only one that found one. */
const ENDED: ReadonlySet<string> = new Set(['EXPIRED', 'EXPIRED_IN_MATCH', 'CANCELED', 'REJECTED']);
const FIRED: ReadonlySet<string> = new Set(['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED']);

/** A new order of the matching engine: it must bear our id and a number of the venue's. */
export function placeVerdict(body: JsonRow, clientOrderId: string): Verdict {
  const status = wordOf(body, 'status');
  if (wordOf(body, 'orderId') === null)
    return inDoubt(`${status ?? 'no status'}, without an order id`);
  if (wordOf(body, 'clientOrderId') !== clientOrderId)
    return inDoubt("the answer is not our order's");
  if (status !== null && LIVING.has(status)) return { kind: 'accepted' };
  if (status === null || !ENDED.has(status)) return inDoubt(`the venue answered ${word(status)}`);
  const filled = decimalOf(body, 'executedQty');
  if (filled === null) return inDoubt(`${status}, and not how much was done`);
  // What was done in part before it ended was an order.
  return filled.isZero() ? { kind: 'rejected', reason: status } : { kind: 'accepted' };
}

/** A new conditional order. */
export function conditionalVerdict(body: JsonRow, clientOrderId: string): Verdict {
  const status = wordOf(body, 'algoStatus');
  if (wordOf(body, 'algoId') === null) return inDoubt(`${status ?? 'no status'}, without an id`);
  if (wordOf(body, 'clientAlgoId') !== clientOrderId)
    return inDoubt("the answer is not our order's");
  if (status !== null && FIRED.has(status)) return { kind: 'accepted' };
  if (status !== null && ENDED.has(status)) return { kind: 'rejected', reason: status };
  return inDoubt(`the venue answered ${word(status)}`);
}

/** A cancel of the matching engine answers the order; one of the conditional service a code. */
export function cancelVerdict(body: JsonRow, isConditional: boolean): Verdict {
  const status = wordOf(body, isConditional ? 'code' : 'status');
  const isDone = status === (isConditional ? '200' : 'CANCELED');
  return isDone ? { kind: 'accepted' } : inDoubt(`the venue answered ${word(status)}`);
}

export function amendVerdict(body: JsonRow): Verdict {
  const status = wordOf(body, 'status');
  const isLiving = status !== null && LIVING.has(status);
  return isLiving ? { kind: 'accepted' } : inDoubt(`the venue answered ${word(status)}`);
}

function word(status: string | null): string {
  return status?.slice(0, 80) ?? 'no status';
}

function inDoubt(evidence: string): Verdict {
  return { kind: 'in_doubt', evidence };
}
