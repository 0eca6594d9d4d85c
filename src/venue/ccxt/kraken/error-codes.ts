/** The error codes of Kraken Futures that say for certain what happened. */
import type { CodeMeaning, FailedCall, VenueCode, VenueFailure } from '../errors.ts';
import { classifyFailure } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';

const MEANINGS: ReadonlyMap<string, CodeMeaning> = new Map<string, CodeMeaning>([
  ['apiLimitExceeded', 'rate_limited'],
  ['authenticationError', 'auth'],
  ['accountInactive', 'auth'],
  ['nonceBelowThreshold', 'clock'],
  ['nonceDuplicate', 'clock'],
  ['insufficientFunds', 'rejected'],
  ['INSUFFICIENT_MARGIN', 'rejected'],
  ['marketUnavailable', 'rejected'],
  ['contractNotFound', 'rejected'],
  ['requiredArgumentMissing', 'rejected'],
  ['invalidAccount', 'rejected'],
  ['invalidAmount', 'rejected'],
  ['invalidUnit', 'rejected'],
  ['Bad Request', 'rejected'],
  ['notFound', 'rejected'],
  ['unavailable', 'down'],
  ['Unavailable', 'down'],
]);

/** Classifies a call of Kraken Futures that ended in an error. */
export function classifyKraken(call: FailedCall): VenueFailure {
  return classifyFailure(call, krakenCode);
}

/** The code of an answer that reports an error: `error`, or the message of its first `errors`. */
function krakenCode(body: JsonRow): VenueCode | null {
  const text = codeText(body);
  if (text === null) return null;
  const argument = text.startsWith('invalidArgument') ? 'rejected' : null;
  return { text, meaning: MEANINGS.get(text) ?? argument };
}

function codeText(body: JsonRow): string | null {
  if (typeof body['error'] === 'string') return body['error'];
  const errors = body['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isRow(first) && typeof first['message'] === 'string' ? first['message'] : null;
}
