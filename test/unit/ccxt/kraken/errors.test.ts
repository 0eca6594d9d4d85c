/** Every row of the error tables, for a read and for a change. */
import { describe, expect, it } from 'vitest';
import type { FailedCall, VenueFailure } from '../../../../src/venue/ccxt/errors.ts';
import { classifyKraken } from '../../../../src/venue/ccxt/kraken/error-codes.ts';
import {
  amendVerdict,
  cancelVerdict,
  placeVerdict,
  REFUSALS,
} from '../../../../src/venue/ccxt/kraken/order-status.ts';

type Kind = VenueFailure['kind'];

function kindOf(call: Partial<FailedCall>): Kind {
  return classifyKraken({
    changes: false,
    sent: true,
    status: null,
    body: null,
    classes: ['ExchangeError', 'BaseError', 'Error'],
    message: 'krakenfutures …',
    ...call,
  }).kind;
}

describe('a code in the answer decides', () => {
  it.each<[string, number, Kind, Kind]>([
    // code, HTTP status, of a read, of a change
    ['apiLimitExceeded', 200, 'rate_limited', 'rate_limited'],
    ['apiLimitExceeded', 429, 'rate_limited', 'rate_limited'],
    ['unavailable', 200, 'maintenance', 'in_doubt'],
    ['Unavailable', 503, 'maintenance', 'in_doubt'],
    ['authenticationError', 200, 'auth', 'auth'],
    ['accountInactive', 200, 'auth', 'auth'],
    ['nonceBelowThreshold', 200, 'clock', 'clock'],
    ['nonceDuplicate', 200, 'clock', 'clock'],
    ['insufficientFunds', 200, 'rejected', 'rejected'],
    ['marketUnavailable', 200, 'rejected', 'rejected'],
    ['contractNotFound', 200, 'rejected', 'rejected'],
    ['requiredArgumentMissing', 200, 'rejected', 'rejected'],
    ['invalidArgument: limitPrice', 400, 'rejected', 'rejected'],
    ['invalidAccount', 200, 'rejected', 'rejected'],
    ['invalidAmount', 200, 'rejected', 'rejected'],
    ['invalidUnit', 200, 'rejected', 'rejected'],
    ['Bad Request', 400, 'rejected', 'rejected'],
    ['notFound', 404, 'rejected', 'rejected'],
    ['Server Error', 200, 'unreachable', 'in_doubt'],
    ['Server Error', 500, 'unreachable', 'in_doubt'],
    ['unknownError', 200, 'unreachable', 'in_doubt'],
    ['Json Parse Error', 200, 'unreachable', 'in_doubt'],
    ['somethingNew', 200, 'unreachable', 'in_doubt'],
    ['constructor', 200, 'unreachable', 'in_doubt'],
  ])('%s (HTTP %i): read %s, change %s', (error, status, read, change) => {
    const body = JSON.stringify({ result: 'error', error });
    expect(kindOf({ body, status })).toBe(read);
    expect(kindOf({ body, status, changes: true })).toBe(change);
  });

  it('also in the other envelope', () => {
    const body = '{"result":"error","errors":[{"code":92,"message":"INSUFFICIENT_MARGIN"}]}';
    expect(kindOf({ body, status: 500, changes: true })).toBe('rejected');
  });
});

describe('without a code the HTTP status decides', () => {
  const html = '<html>…</html>';
  it.each([
    400, 403, 404, 405, 407, 408, 409, 410, 422, 451, 500, 501, 502, 504, 511, 520, 521, 522, 523,
    524, 525, 526, 530, 200,
  ])('HTTP %i with a page is no answer to a read, and leaves a change in doubt', (status) => {
    expect(kindOf({ body: html, status })).toBe('unreachable');
    expect(kindOf({ body: html, status, changes: true })).toBe('in_doubt');
  });

  it.each<[number, Kind, Kind]>([
    [401, 'auth', 'auth'],
    [418, 'rate_limited', 'in_doubt'],
    [429, 'rate_limited', 'rate_limited'],
    [503, 'maintenance', 'in_doubt'],
  ])('HTTP %i with a page: read %s, change %s', (status, read, change) => {
    expect(kindOf({ body: html, status })).toBe(read);
    expect(kindOf({ body: html, status, changes: true })).toBe(change);
  });
});

describe('without an answer', () => {
  it.each([
    ['a deadline', ['RequestTimeout', 'NetworkError', 'OperationFailed', 'BaseError', 'Error']],
    ['a reset', ['NetworkError', 'OperationFailed', 'BaseError', 'Error']],
    ['what is no class of the library', ['TypeError', 'Error']],
    ['a syntax error', ['SyntaxError', 'Error']],
    ['an error of another kind', ['BodyTimeoutError', 'Error']],
  ])('%s after sending leaves a change in doubt', (_what, classes) => {
    expect(kindOf({ classes, changes: true })).toBe('in_doubt');
    expect(kindOf({ classes })).toBe('unreachable');
  });

  it.each<[string, readonly string[], Kind]>([
    ['no connection', ['NetworkError', 'OperationFailed', 'BaseError', 'Error'], 'unreachable'],
    ['an unmapped host', ['TypeError', 'Error'], 'unreachable'],
    ['a refusal of the library', ['InvalidOrder', 'ExchangeError', 'BaseError'], 'rejected'],
    ['missing keys', ['AuthenticationError', 'ExchangeError', 'BaseError'], 'auth'],
    ['its own limiter', ['RateLimitExceeded', 'NetworkError', 'BaseError'], 'rate_limited'],
  ])('%s before sending is no doubt', (_what, classes, kind) => {
    expect(kindOf({ classes, sent: false, changes: true })).toBe(kind);
  });
});

it.each([
  ['krakenfutures POST https://host/x?size=1 fetch failed: read ECONNRESET', 'read ECONNRESET'],
  ['krakenfutures GET https://host/x fetch failed', 'no connection'],
  ['something else', 'something else'],
])('the cause is told without the request: %s', (message, evidence) => {
  const failure = classifyKraken({
    ...{ changes: true, sent: true, status: null, body: null, classes: ['NetworkError'] },
    message,
  });
  expect(failure).toEqual({ kind: 'in_doubt', evidence });
});

describe('the status of a new order', () => {
  const orderId = 'b2b1';
  it.each(['placed', 'partiallyFilled', 'filled'])('%s with an id is accepted', (status) => {
    expect(placeVerdict({ status, orderId }).kind).toBe('accepted');
    expect(placeVerdict({ status, orderId: null }).kind).toBe('in_doubt');
  });

  it.each([...REFUSALS])('%s is a rejection with that reason', (status) => {
    expect(placeVerdict({ status, orderId: null })).toEqual({ kind: 'rejected', reason: status });
  });

  it.each([null, 'clientOrderIdAlreadyExist', 'somethingNew', 'cancelled', 'edited', 'PLACED'])(
    '%s is in doubt',
    (status) => {
      expect(placeVerdict({ status, orderId }).kind).toBe('in_doubt');
    },
  );
});

describe('the status of a change and of a cancel', () => {
  it.each([
    ['edited', 'accepted'],
    ['orderForEditNotFound', 'rejected'],
    ['notFound', 'rejected'],
    ['invalidPrice', 'rejected'],
    ['somethingNew', 'in_doubt'],
    [null, 'in_doubt'],
  ])('amend: %s is %s', (status, kind) => {
    expect(amendVerdict({ status, orderId: null }).kind).toBe(kind);
  });

  it.each([
    ['cancelled', 'accepted'],
    ['filled', 'rejected'],
    ['notFound', 'rejected'],
    ['somethingNew', 'in_doubt'],
    [null, 'in_doubt'],
  ])('cancel: %s is %s', (status, kind) => {
    expect(cancelVerdict({ status, orderId: null }).kind).toBe(kind);
  });
});
