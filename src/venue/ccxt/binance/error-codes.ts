/**
 * The error codes of Binance USDⓈ-M that say for certain what happened. The library's classes depend on the
 * address that was asked and on what was answered before, so the number decides; what is not listed
 * leaves a change in doubt.
 */
import type { CodeMeaning, FailedCall, VenueCode, VenueFailure } from '../errors.ts';
import { classifyFailure } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { wordOf } from '../row-fields.ts';

const MEANINGS: ReadonlyMap<number, CodeMeaning> = new Map<number, CodeMeaning>([
  [-1002, 'auth'],
  [-1022, 'auth'],
  [-2014, 'auth'],
  [-2015, 'auth'],
  [-2017, 'auth'],
  [-1003, 'rate_limited'],
  [-1015, 'rate_limited'],
  // Throttled before it was looked at: the venue's own words say that it failed.
  [-1008, 'rate_limited'],
  [-1021, 'clock'],
  [-5028, 'clock'],
  [-1004, 'down'],
  [-1016, 'down'],
  // The execution status is unknown, says the venue.
  [-1000, 'in_doubt'],
  [-1001, 'in_doubt'],
  [-1006, 'in_doubt'],
  [-1007, 'in_doubt'],
  // The id is taken: proof that an earlier request with it acted. It is looked up, never sent again.
  [-4116, 'in_doubt'],
  [-20132, 'in_doubt'],
  [-20124, 'rejected'],
  [-1010, 'rejected'],
  [-1013, 'rejected'],
  [-1014, 'rejected'],
  [-1020, 'rejected'],
  [-1023, 'rejected'],
]);

/** Whole families of refusals: bad parameters, refused orders, broken filters, order rules. */
const REFUSED: readonly (readonly [from: number, to: number])[] = [
  [-1199, -1100],
  [-2013, -2010],
  [-2028, -2018],
  [-4500, -4000],
  [-5027, -5021],
];

/** Classifies a call of Binance that ended in an error. */
export function classifyBinance(call: FailedCall): VenueFailure {
  return classifyFailure(call, (body) => binanceCode(body, call.classes));
}

function binanceCode(body: JsonRow, classes: readonly string[]): VenueCode | null {
  const written = wordOf(body, 'code');
  const code = Number(written ?? 'none');
  if (!Number.isInteger(code) || code >= 0) return null;
  const text = `${code} ${wordOf(body, 'msg') ?? ''}`.trim();
  // After a call that was let in, the same number means that the address is shut out for a while.
  if (code === -2015 && classes.includes('DDoSProtection')) {
    return { text, meaning: 'rate_limited' };
  }
  return { text, meaning: MEANINGS.get(code) ?? familyOf(code) };
}

function familyOf(code: number): CodeMeaning | null {
  return REFUSED.some(([from, to]) => code >= from && code <= to) ? 'rejected' : null;
}
