/**
 * The unified account, in dollars. In isolated margin mode the venue leaves the totals empty: then the
 * reading is unknown, because half an account is no measure of risk.
 */
import type { Ms } from '../../../domain/clock.ts';
import type { Decimal } from '../../../domain/decimal.ts';
import { ZERO } from '../../../domain/decimal.ts';
import type { VenueAccount } from '../../../domain/venue.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import type { Transfer } from '../deposits.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, timeOf, wordOf } from '../row-fields.ts';
import { askSince } from './bybit-answer.ts';
import type { BybitClient } from './bybit-client.ts';

const DOLLARS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'USDE', 'USD']);

/** The account of a row of `wallet-balance`, or why it cannot be read. */
export function readAccount(row: JsonRow, netDeposits: Decimal): VenueAccount | string {
  const missing: string[] = [];
  const figure = (key: string): Decimal => {
    const value = decimalOf(row, key);
    if (value === null) missing.push(key);
    return value ?? ZERO;
  };
  const account: VenueAccount = {
    marginEquity: figure('totalMarginBalance'),
    balance: figure('totalWalletBalance'),
    unrealizedPnl: figure('totalPerpUPL'),
    initialMargin: figure('totalInitialMargin'),
    maintenanceMargin: figure('totalMaintenanceMargin'),
    netDeposits,
  };
  return missing.length === 0 ? account : `the account lacks ${missing.join(', ')}`;
}

/** What changes when money comes or goes, and not when prices move. */
export function moneyIn(row: JsonRow): string {
  const coins = Array.isArray(row['coin']) ? (row['coin'] as unknown[]).filter(isRow) : [];
  return coins.map((coin) => `${wordOf(coin, 'coin')} ${wordOf(coin, 'walletBalance')}`).join();
}

/** Transfers at or after `since`. Only coins that are dollars can be counted. */
export async function readTransfers(
  client: BybitClient,
  since: Ms,
): Promise<readonly Transfer[] | Unknown> {
  const found: Transfer[] = [];
  for (const type of ['TRANSFER_IN', 'TRANSFER_OUT'] as const) {
    const list = await askSince(client, 'privateGetV5AccountTransactionLog', {
      ...{ accountType: 'UNIFIED', type, limit: '50' },
      since: String(since),
    });
    if (list.read === 'unknown') return list;
    for (const row of list.rows) {
      const transfer = isRow(row) ? transferOf(row, type) : 'a transfer is not a row';
      if (typeof transfer === 'string') return unknown(transfer);
      found.push(transfer);
    }
  }
  return found;
}

function transferOf(row: JsonRow, type: 'TRANSFER_IN' | 'TRANSFER_OUT'): Transfer | string {
  const id = wordOf(row, 'id');
  const change = decimalOf(row, 'change')?.abs() ?? null;
  const atMs = timeOf(row, 'transactionTime');
  const coin = wordOf(row, 'currency') ?? '';
  if (id === null || change === null || atMs === null) return 'a transfer has no id, sum or time';
  if (!DOLLARS.has(coin)) return `a transfer of ${coin} cannot be counted in dollars`;
  return { id, atMs, amount: type === 'TRANSFER_IN' ? change : change.neg() };
}
