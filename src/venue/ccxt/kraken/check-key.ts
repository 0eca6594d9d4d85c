/**
 * What the key may do. The library does not know this call, so it is signed here, by the rule of the
 * others. The answer's shape is not documented with the protocol: what is not understood is null, and an
 * answer of which nothing is understood is unknown.
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

/** Null when not one permission is told. */
function rightsOf(body: JsonRow, fingerprint: string): KeyRights | null {
  const key = firstRow(body, ['apiKey', 'key', 'api_key', 'result']) ?? body;
  const permissions = key['permissions'] ?? body['permissions'];
  const general = levelOf(permissions, ['general', 'generalAccess', 'trade']);
  const withdrawal = levelOf(permissions, ['withdrawal', 'withdrawalAccess', 'withdraw']);
  const transfer = levelOf(permissions, ['transfer', 'transferAccess']);
  if (general === null && withdrawal === null && transfer === null) return null;
  return {
    canTrade: general,
    canWithdraw: withdrawal,
    // A transfer takes money out of the futures wallet: the venue files it under withdrawals.
    canTransfer: transfer ?? withdrawal,
    ipAllowList: allowListOf(key),
    name: wordOf(key, 'name') ?? wordOf(key, 'label'),
    fingerprint,
    account: wordOf(key, 'accountUid') ?? wordOf(body, 'accountUid'),
    refusal: null,
  };
}

function firstRow(body: JsonRow, keys: readonly string[]): JsonRow | null {
  for (const key of keys) if (isRow(body[key])) return body[key];
  return null;
}

/** A level (`full`, `read_only`, `none`), a boolean, or a list of words. */
function levelOf(permissions: unknown, names: readonly string[]): boolean | null {
  if (Array.isArray(permissions)) {
    const words = permissions.filter((word) => typeof word === 'string');
    return words.some((word) => names.some((name) => word.toLowerCase().startsWith(name)));
  }
  if (!isRow(permissions)) return null;
  for (const name of names) {
    const level = permissions[name];
    if (typeof level === 'boolean') return level;
    if (typeof level === 'string')
      return LEVELS.get(level.toLowerCase().replaceAll(/[ _-]/g, '')) ?? null;
  }
  return null;
}

const LEVELS: ReadonlyMap<string, boolean> = new Map([
  ['full', true],
  ['fullaccess', true],
  ['write', true],
  ['readwrite', true],
  ['readonly', false],
  ['read', false],
  ['none', false],
  ['noaccess', false],
]);

function allowListOf(key: JsonRow): boolean | null {
  for (const name of ['ipAllowlist', 'ipAllowList', 'ipWhitelist', 'allowedIps', 'cidrs']) {
    const list = key[name];
    if (Array.isArray(list)) return list.length > 0;
  }
  return null;
}
