/**
 * The return codes of Bybit that say for certain what happened; they come with HTTP 200. What is not listed
 * leaves a change in doubt.
 */
import type { CodeMeaning, FailedCall, VenueCode, VenueFailure } from '../errors.ts';
import { classifyFailure } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { wordOf } from '../row-fields.ts';

const MEANINGS: ReadonlyMap<number, CodeMeaning> = new Map<number, CodeMeaning>([
  [-1, 'clock'],
  [10002, 'clock'],
  [10003, 'auth'],
  [10004, 'auth'],
  [10005, 'auth'],
  [10007, 'auth'],
  [10008, 'auth'],
  [10009, 'auth'],
  [10010, 'auth'],
  [10020, 'auth'],
  [10024, 'auth'],
  [10027, 'auth'],
  [10028, 'auth'],
  [10029, 'auth'],
  [33004, 'auth'],
  [429, 'rate_limited'],
  [10006, 'rate_limited'],
  [10018, 'rate_limited'],
  [10429, 'rate_limited'],
  // A timeout inside, or an error that does not say how far it came.
  [10000, 'in_doubt'],
  [10016, 'down'],
  [10019, 'down'],
  [10001, 'rejected'],
  [10017, 'rejected'],
  // The id is taken: proof that an earlier request with it acted. It is looked up, never sent again.
  [10014, 'in_doubt'],
  [12141, 'in_doubt'],
  [30001, 'in_doubt'],
  [110030, 'in_doubt'],
  [110072, 'in_doubt'],
]);

/** Whole families of refusals of an order. */
const REFUSED: readonly (readonly [from: number, to: number])[] = [
  [12100, 12299],
  [30003, 30099],
  [110000, 110199],
];

/** Classifies a call of Bybit that ended in an error. */
export function classifyBybit(call: FailedCall): VenueFailure {
  return classifyFailure(call, bybitCode);
}

function bybitCode(body: JsonRow): VenueCode | null {
  const code = Number(wordOf(body, 'retCode') ?? 'none');
  if (!Number.isInteger(code) || code === 0) return null;
  const text = `${code} ${wordOf(body, 'retMsg') ?? ''}`.trim();
  const isRefused = REFUSED.some(([from, to]) => code >= from && code <= to);
  return { text, meaning: MEANINGS.get(code) ?? (isRefused ? 'rejected' : null) };
}
