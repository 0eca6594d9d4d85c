/**
 * One home, one account of the venue. Its name is only what the operator calls it: another key may open
 * another account, and its empty list of positions would close every position of this home.
 */
import { createHash } from 'node:crypto';
import { readMeta, writeMeta } from '../core/meta.ts';
import type { Db } from '../core/database.ts';
import { TradectlError } from '../domain/errors.ts';
import type { Credentials, KeyRights } from '../venue/ccxt/live-venue.ts';

/** What a home remembers of whose it is: never the key itself. */
interface KnownAccount {
  readonly key: string;
  /** As the venue tells it; null where it does not. */
  readonly account: string | null;
}

/**
 * Throws DENIED for a key of another account. A new key is taken where the venue tells that the account is
 * the same, and by a start of which `rights` were read; a command takes only the key of the last start.
 */
export function refuseOtherAccount(
  db: Db,
  credentials: Credentials | null,
  rights: KeyRights | null,
): void {
  if (credentials === null) return;
  const key = createHash('sha256').update(credentials.apiKey.reveal()).digest('hex').slice(0, 16);
  const account = rights?.account ?? null;
  const held = knownAccount(db);
  if (held !== null && isOther(held, { key, account }, rights !== null)) {
    throw new TradectlError('DENIED', 'the key is of another account than this home', {
      hint: 'give it the key of the last start, or a fresh --home: nothing was concluded from it',
    });
  }
  if (rights === null) return;
  writeMeta(db, {
    venue_account: JSON.stringify({ key, account: account ?? held?.account ?? null }),
  });
}

function isOther(held: KnownAccount, now: KnownAccount, isStart: boolean): boolean {
  if (held.key === now.key) return false;
  if (held.account !== null && now.account !== null) return held.account !== now.account;
  return !isStart;
}

function knownAccount(db: Db): KnownAccount | null {
  const written = readMeta(db, 'venue_account');
  return written === null ? null : (JSON.parse(written) as KnownAccount);
}
