/**
 * The signature of Kraken Futures, as the venue checks it:
 * base64(HMAC-SHA512(base64decode(secret), SHA256(parameters + nonce + path))), where the parameters are
 * the raw query and body, and the path has lost its leading `/derivatives`. Compared in constant time.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface Credentials {
  readonly apiKey: string;
  /** Base64. */
  readonly apiSecret: string;
}

export interface SignedRequest {
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  readonly body: string;
  /** Null when the header is absent. */
  readonly apiKey: string | null;
  readonly authent: string | null;
  readonly nonce: string | null;
}

export type AuthenticationError = 'authenticationError' | 'nonceDuplicate' | 'nonceBelowThreshold';

/** A nonce (milliseconds, usually) may be this far behind the newest one. */
const NONCE_WINDOW = 10_000;
const REMEMBERED = 5_000;

/** What the client must send in `Authent`. */
export function signatureOf(
  secret: string,
  { path, query, body, nonce }: Pick<SignedRequest, 'path' | 'query' | 'body' | 'nonce'>,
): string {
  const endpoint = path.startsWith('/derivatives') ? path.slice('/derivatives'.length) : path;
  const digest = createHash('sha256')
    .update(`${query}${body}${nonce ?? ''}${endpoint}`)
    .digest();
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(digest).digest('base64');
}

/** Returns a check that remembers nonces; null means the request is the key's. */
export function createAuthenticator(
  credentials: Credentials,
): (request: SignedRequest) => AuthenticationError | null {
  const seen = new Set<number>();
  let newest = 0;
  return (request) => {
    const { apiKey, authent, nonce } = request;
    if (apiKey === null || authent === null) return 'authenticationError';
    const keyMatches = isEqual(apiKey, credentials.apiKey);
    const isSigned = isEqual(authent, signatureOf(credentials.apiSecret, request));
    if (!keyMatches || !isSigned) return 'authenticationError';
    if (nonce === null) return null;
    const value = Number(nonce);
    if (seen.has(value)) return 'nonceDuplicate';
    if (!Number.isFinite(value) || value < newest - NONCE_WINDOW) return 'nonceBelowThreshold';
    seen.add(value);
    newest = Math.max(newest, value);
    if (seen.size > REMEMBERED) forgetOld(seen, newest - NONCE_WINDOW);
    return null;
  };
}

/** Below the threshold they are refused anyway. */
function forgetOld(seen: Set<number>, threshold: number): void {
  for (const value of seen) if (value < threshold) seen.delete(value);
}

/** Takes the same time wherever two texts differ: their digests are compared. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
