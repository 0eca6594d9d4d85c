/** What the key may do, and whether the account can be traded: unified, and in one-way mode. */
import type { Reading } from '../../../domain/venue.ts';
import { unknown } from '../answer-list.ts';
import type { Credentials, KeyRights } from '../live-venue.ts';
import { fingerprintOf } from '../live-venue.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { wordOf } from '../row-fields.ts';
import { askLinear, askResult } from './bybit-answer.ts';
import type { BybitClient } from './bybit-client.ts';
import { HEDGE_MODE, isHedged } from './read-positions.ts';

const CLASSIC =
  'the account is not a unified account; upgrade it at Bybit, the older kind is not read';

/** One row; unknown without a key, or when an answer lacks what was asked for. */
export async function checkKey(
  client: BybitClient,
  credentials: Credentials | null,
): Promise<Reading<KeyRights>> {
  const answer = await askResult(client, 'privateGetV5UserQueryApi');
  if (answer.read === 'unknown') return answer;
  if (credentials === null) return unknown('auth: no credentials');
  // The mode is told with a position, also with an empty one.
  const probe = await askLinear(client, 'privateGetV5PositionList', { symbol: 'BTCUSDT' });
  if (probe.read === 'unknown') return probe;
  const { result } = answer;
  const permissions = result['permissions'];
  const readOnly = wordOf(result, 'readOnly');
  if (!isRow(permissions) || (readOnly !== '0' && readOnly !== '1')) {
    return unknown("the answer does not tell the key's rights");
  }
  const wallet = listOf(permissions, 'Wallet');
  const isUnified = wordOf(result, 'uta') === '1';
  const row: KeyRights = {
    canTrade: readOnly === '0' && listOf(permissions, 'ContractTrade').includes('Order'),
    canWithdraw: readOnly === '0' && wallet.includes('Withdraw'),
    canTransfer: readOnly === '0' && wallet.some((word) => word.endsWith('Transfer')),
    ipAllowList: allowListOf(result),
    name: wordOf(result, 'note'),
    fingerprint: fingerprintOf(credentials.apiKey),
    account: wordOf(result, 'userID'),
    refusal: isHedged(probe.rows) ? HEDGE_MODE : isUnified ? null : CLASSIC,
  };
  return { read: 'complete', rows: [row], serverMs: answer.serverMs };
}

function listOf(permissions: JsonRow, key: string): readonly string[] {
  const list = permissions[key];
  return Array.isArray(list) ? list.filter((word) => typeof word === 'string') : [];
}

/** `*` is every address. */
function allowListOf(result: JsonRow): boolean | null {
  const { ips } = result;
  if (!Array.isArray(ips)) return null;
  return ips.length > 0 && !ips.includes('*');
}
