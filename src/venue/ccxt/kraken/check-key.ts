/**
 * What the key may do. The library does not know this call, so it is signed here, by the rule of the
 * others. It has an envelope of its own, without a result. A permission that is missing, or a level that is
 * not known, makes the whole reading unknown: rights are not guessed.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import { classesOf, failureText } from '../errors.ts';
import { newTrace } from '../fetch.ts';
import type { Credentials, KeyRights } from '../live-venue.ts';
import { fingerprintOf } from '../live-venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow, parseLossless } from '../lossless-json.ts';
import type { ClientOptions, RevealedKeys } from '../raw-client.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import { classifyKraken } from './error-codes.ts';

const PATH = '/api/auth/v1/api-keys/v3/check';
const ORIGIN = 'https://futures.kraken.com';

/** One row; unknown without a key. */
export async function checkKey(
  { fetch, keys, userAgent }: ClientOptions,
  credentials: Credentials | null,
): Promise<Reading<KeyRights>> {
  if (keys === null || credentials === null) return unknown('auth: no credentials');
  const trace = newTrace(null);
  const headers = { ...signed(keys), 'User-Agent': userAgent, Accept: 'application/json' };
  try {
    await fetch.traced(trace, () => fetch.fetch(ORIGIN + PATH, { headers }));
  } catch (error) {
    return unknown(failureText(failureOf(trace, error)));
  }
  const body = parseLossless(trace.body ?? '');
  const isError = !isRow(body) || trace.status !== 200 || body['result'] === 'error';
  if (isError) return unknown(failureText(failureOf(trace, null)));
  const rights = rightsOf(body, fingerprintOf(credentials.apiKey));
  if (rights === null) return unknown('the answer tells no permission of the key');
  return { read: 'complete', rows: [rights], serverMs: timeOf(body, 'serverTime') };
}

function signed({ apiKey, apiSecret }: RevealedKeys): Readonly<Record<string, string>> {
  const digest = createHash('sha256').update(PATH).digest();
  const authent = createHmac('sha512', Buffer.from(apiSecret, 'base64')).update(digest);
  return { APIKey: apiKey, Authent: authent.digest('base64') };
}

function failureOf(
  { status, body, sent }: ReturnType<typeof newTrace>,
  error: unknown,
): ReturnType<typeof classifyKraken> {
  const message = error instanceof Error ? error.message : 'the answer cannot be read';
  const classes = error === null ? [] : classesOf(error);
  return classifyKraken({ changes: false, sent, status, body, classes, message });
}

/** Null when the level of orders or the level of transfers is a word that we do not know. */
function rightsOf(body: JsonRow, fingerprint: string): KeyRights | null {
  const permissions = isRow(body['permissions']) ? body['permissions'] : {};
  const canTrade = LEVELS.get(wordOf(permissions, 'general') ?? '');
  // The venue files transfers out of the futures wallet and withdrawals under one permission.
  const canTransfer = LEVELS.get(wordOf(permissions, 'transfer') ?? '');
  if (canTrade === undefined || canTransfer === undefined) return null;
  return {
    canTrade,
    canWithdraw: canTransfer,
    canTransfer,
    ipAllowList: allowListOf(body),
    name: null,
    fingerprint,
    account: wordOf(body, 'accountUid'),
    refusal: null,
  };
}

const LEVELS: ReadonlyMap<string, boolean> = new Map([
  ['FULL_ACCESS', true],
  ['READ_ONLY', false],
  ['NO_ACCESS', false],
]);

/** A block that lets in the whole world is no list. */
function allowListOf(body: JsonRow): boolean | null {
  const blocks = body['allowedCidrBlocks'];
  if (!Array.isArray(blocks)) return null;
  return blocks.length > 0 && !blocks.some((block) => String(block).endsWith('/0'));
}
