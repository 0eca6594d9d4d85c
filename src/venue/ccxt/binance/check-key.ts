/** What the key may do, and whether the account can be traded at all. Two questions to two hosts. */
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import type { Credentials, KeyRights } from '../live-venue.ts';
import { fingerprintOf } from '../live-venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { askObject } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import { HEDGE_MODE } from './read-positions.ts';

/** One row; unknown without a key, or when either answer lacks what was asked for. */
export async function checkKey(
  client: BinanceClient,
  credentials: Credentials | null,
): Promise<Reading<KeyRights>> {
  const rights = await askObject(client, 'sapiGetAccountApiRestrictions');
  if (rights.read === 'unknown') return rights;
  if (credentials === null) return unknown('auth: no credentials');
  const mode = await askObject(client, 'fapiPrivateGetPositionSideDual');
  if (mode.read === 'unknown') return mode;
  const { body } = rights;
  const canTrade = flag(body, 'enableFutures');
  const canWithdraw = flag(body, 'enableWithdrawals');
  const between = [flag(body, 'enableInternalTransfer'), flag(body, 'permitsUniversalTransfer')];
  const isDual = flag(mode.body, 'dualSidePosition');
  if (canTrade === null || canWithdraw === null || isDual === null) {
    return unknown("the answer does not tell the key's rights");
  }
  const row: KeyRights = {
    canTrade,
    canWithdraw,
    canTransfer: between.includes(true) ? true : between.includes(null) ? null : false,
    ipAllowList: flag(body, 'ipRestrict'),
    name: null,
    fingerprint: fingerprintOf(credentials.apiKey),
    account: null,
    refusal: isDual ? HEDGE_MODE : null,
  };
  return { read: 'complete', rows: [row], serverMs: rights.serverMs };
}

function flag(body: JsonRow, key: string): boolean | null {
  const value = body[key];
  return typeof value === 'boolean' ? value : null;
}
