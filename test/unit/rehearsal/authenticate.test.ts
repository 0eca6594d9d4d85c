/** The signature check, with vectors of the real protocol. */
import { describe, expect, it } from 'vitest';
import { createAuthenticator, signatureOf } from '../../../src/venue/rehearsal/authenticate.ts';
import { drawCredentials } from '../../../src/venue/rehearsal/draw-credentials.ts';

const KEY = { apiKey: 'lab-key', apiSecret: 'bGFiLXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm' };
const PLAIN = { query: '', body: '', nonce: null };

const VECTORS = [
  {
    what: 'a read without parameters',
    of: { ...PLAIN, path: '/derivatives/api/v3/accounts' },
    authent:
      'oc0gB1cpCvc7EpPB3fpN6isFDyCwtMSyCTTgoyha+c+XF3oRFXJxGRPpghttqSIAjZm2Yd0yRPU851Gs3LXiDQ==',
  },
  {
    what: 'an order with its parameters in the query',
    of: {
      ...PLAIN,
      path: '/derivatives/api/v3/sendorder',
      query: 'symbol=PF_XBTUSD&side=buy&size=0.01&cliOrdId=c-1&orderType=mkt',
    },
    authent:
      'Gl1wN/Wo+TV0YWOctUL75ctfu8XuNEkUS9nQFHDKsl0T3fuqMuLasm0L+kuSD0AdY0C39SPB4ql/Y/N+nNPXVA==',
  },
  {
    what: 'a batch with its parameters in the body',
    of: {
      ...PLAIN,
      path: '/derivatives/api/v3/batchorder',
      body: 'json={"batchOrder":[{"order":"cancel","order_id":"a"}]}',
    },
    authent:
      'rMMYGt33wq6Cd5Nb9aoE49yHjnbADm/PBRyyUKXti27rV7OLsAN3w4/n7OTc0IQNEojmPKfmkfZ1xR6/BHPJJQ==',
  },
  {
    what: 'a read of the history, whose path has nothing to lose',
    of: { ...PLAIN, path: '/api/history/v2/orders', query: 'count=10' },
    authent:
      '/yZZoxUBkx2WnVHVETuHbrgJtC3BaHUxjR/SVZnKmVNQFf/kIGsHyNb2nrPva0zJh5TexbcEUPSnABVXMmsB5Q==',
  },
  {
    what: 'a parameter that is there twice',
    of: {
      ...PLAIN,
      path: '/derivatives/api/v3/orders/status',
      query: 'orderIds=id-1&orderIds=id-2',
    },
    authent:
      'psWsPgU4ad6In/heXmfvnoucinhtYDjVxmjdR/z8DmiYbwmlBeAmsy83wy7qlpsRCUmBEyGpJFj6TJ60M2E3xw==',
  },
] as const;

describe('the signature', () => {
  it.each(VECTORS)('of $what is the published one, and is accepted', ({ of, authent }) => {
    expect(signatureOf(KEY.apiSecret, of)).toBe(authent);
    const check = createAuthenticator(KEY);
    expect(check({ ...of, apiKey: 'lab-key', authent })).toBeNull();
  });

  const [{ of, authent }] = VECTORS;
  it.each([
    ['another key', { ...of, apiKey: 'other', authent }],
    ['no key', { ...of, apiKey: null, authent }],
    ['no signature', { ...of, apiKey: 'lab-key', authent: null }],
    ['a signature of something else', { ...of, apiKey: 'lab-key', authent: VECTORS[1].authent }],
    ['a shorter signature', { ...of, apiKey: 'lab-key', authent: 'oc0g' }],
    ['a nonce that was not signed', { ...of, nonce: '1', apiKey: 'lab-key', authent }],
  ])('is refused with %s', (_what, request) => {
    expect(createAuthenticator(KEY)(request)).toBe('authenticationError');
  });
});

describe('the nonce', () => {
  const check = (nonces: readonly string[]): unknown[] => {
    const authenticate = createAuthenticator(KEY);
    return nonces.map((nonce) => {
      const of = { ...PLAIN, path: '/derivatives/api/v3/accounts', nonce };
      return authenticate({ ...of, apiKey: 'lab-key', authent: signatureOf(KEY.apiSecret, of) });
    });
  };
  it.each([
    ['grows', ['1000000', '1000001'], [null, null]],
    ['is a little late', ['1000000', '999000'], [null, null]],
    ['is there twice', ['1000000', '1000000'], [null, 'nonceDuplicate']],
    ['is far behind', ['1000000', '1000'], [null, 'nonceBelowThreshold']],
    ['is no number', ['abc'], ['nonceBelowThreshold']],
  ])('that %s', (_what, nonces, expected) => {
    expect(check(nonces)).toEqual(expected);
  });
});

it('key and secret follow from the seed, and the secret is base64 of 32 bytes', () => {
  const drawn = drawCredentials('one');
  expect(drawCredentials('one')).toEqual(drawn);
  expect(drawCredentials('two').apiSecret).not.toBe(drawn.apiSecret);
  expect(Buffer.from(drawn.apiSecret, 'base64')).toHaveLength(32);
});
