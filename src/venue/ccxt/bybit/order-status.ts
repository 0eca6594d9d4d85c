/** What an order that was read again says of the request: done, refused, or not yet. */
import type { Outcome } from '../../../domain/order.ts';
import type { JsonRow } from '../lossless-json.ts';
import type { CallParameters } from '../raw-client.ts';
import { decimalOf, wordOf } from '../row-fields.ts';

/** `not yet`: look again; a word that is not known stays so, and ends in doubt. */
export type Judge = (
  row: JsonRow,
  parameters: CallParameters,
) => 'accepted' | 'not yet' | Extract<Outcome, { kind: 'rejected' }>;

const LIVING: ReadonlySet<string> = new Set([
  'New',
  'Untriggered',
  'Triggered',
  'PartiallyFilled',
  'Filled',
]);
const GONE: ReadonlySet<string> = new Set(['Cancelled', 'Deactivated', 'PartiallyFilledCanceled']);

/** An order that ended without having done anything was refused; one that did something was an order. */
export const placed: Judge = (row) => {
  const status = wordOf(row, 'orderStatus') ?? '';
  if (LIVING.has(status)) return 'accepted';
  if (status !== 'Rejected' && !GONE.has(status)) return 'not yet';
  const filled = decimalOf(row, 'cumExecQty');
  if (filled === null) return 'not yet';
  if (filled.gt(0)) return 'accepted';
  return { kind: 'rejected', reason: reasonOf(row, status) };
};

/** What was filled before its cancel came was not cancelled. */
export const cancelled: Judge = (row) => {
  const status = wordOf(row, 'orderStatus') ?? '';
  if (GONE.has(status)) return 'accepted';
  return status === 'Filled' ? { kind: 'rejected', reason: 'filled' } : 'not yet';
};

/** Accepted when every figure that was asked for is there. */
export const amended: Judge = (row, parameters) => {
  const wanted = ['qty', 'price', 'triggerPrice'].filter((key) => key in parameters);
  const isThere = wanted.every((key) => {
    const asked = parameters[key];
    const value = decimalOf(row, key);
    return typeof asked === 'string' && value !== null && value.eq(asked);
  });
  if (isThere) return 'accepted';
  const status = wordOf(row, 'orderStatus') ?? '';
  const isOver = status === 'Filled' || status === 'Rejected' || GONE.has(status);
  return isOver ? { kind: 'rejected', reason: reasonOf(row, status) } : 'not yet';
};

/** `EC_NoImmediateQtyToFill` says more than `Cancelled`. */
function reasonOf(row: JsonRow, status: string): string {
  const reason = wordOf(row, 'rejectReason');
  return reason === null || reason === 'EC_NoError' ? status : `${status}: ${reason.slice(0, 80)}`;
}
