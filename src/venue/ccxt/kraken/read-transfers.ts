/**
 * What came into the multi-collateral account and what left it, from the account log: asked for by kind,
 * because the log has two rows for each trade and a row for each hour of funding. The pool of the history
 * is small, so it is only asked when money moved.
 */
import type { Ms } from '../../../domain/clock.ts';
import { ms } from '../../../domain/clock.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import type { Transfer } from '../deposits.ts';
import { failureText } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, timeOf, wordOf } from '../row-fields.ts';
import type { KrakenClient } from './kraken-client.ts';

const KINDS = ['cross-exchange transfer', 'subaccount transfer', 'admin transfer', 'transfer'];
const DOLLARS: ReadonlySet<string> = new Set(['usd', 'usdt', 'usdc']);
const PER_PAGE = 500;
/** A page of fewer rows is the last one, whatever the venue's own most may be. */
const LEAST_FULL = 100;
const MOST_PAGES = 10;

/** Transfers at or after `since`. Only coins that are dollars can be counted. */
export async function readTransfers(
  client: KrakenClient,
  since: Ms,
): Promise<readonly Transfer[] | Unknown> {
  const found = new Map<string, Transfer>();
  for (const kind of KINDS) {
    const rows = await rowsOfKind(client, kind, since);
    if ('read' in rows) return rows;
    for (const row of rows) {
      // The other end of a transfer within the account, or a venue that does not know the filter.
      if (wordOf(row, 'margin_account') !== 'flex' || wordOf(row, 'info') !== kind) continue;
      const transfer = transferOf(row);
      if (typeof transfer === 'string') return unknown(transfer);
      found.set(transfer.id, transfer);
    }
  }
  return [...found.values()];
}

/** What changes when money comes, goes or is earned, and not when prices move. */
export function moneyIn(body: JsonRow): string {
  const accounts = isRow(body['accounts']) ? body['accounts'] : {};
  const flex = isRow(accounts['flex']) ? accounts['flex'] : {};
  const coins = isRow(flex['currencies']) ? flex['currencies'] : {};
  return Object.entries(coins)
    .map(([coin, row]) => `${coin} ${isRow(row) ? wordOf(row, 'quantity') : ''}`)
    .join();
}

/** Pages back from the newest; the log has no envelope but its list. */
async function rowsOfKind(
  client: KrakenClient,
  info: string,
  since: Ms,
): Promise<readonly JsonRow[] | Unknown> {
  const found = new Map<string, JsonRow>();
  let before: Ms | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await client.call('historyGetAccountLog', {
      ...{ info, since: String(since), count: String(PER_PAGE) },
      ...(before === null ? {} : { before: String(before) }),
    });
    if (!answer.answered) return unknown(failureText(answer.failure));
    const { logs } = answer.body;
    if (!Array.isArray(logs)) return unknown('the answer has no list logs');
    const rows = (logs as unknown[]).filter(isRow);
    if (rows.length < logs.length) return unknown('a row of the account log is no row');
    const known = found.size;
    for (const row of rows) found.set(wordOf(row, 'id') ?? `row ${found.size}`, row);
    if (rows.length < LEAST_FULL) return [...found.values()];
    const oldest = timeOf(rows.at(-1) ?? {}, 'date');
    if (oldest === null || found.size === known) return unknown('the account log does not go back');
    // One millisecond later, so that rows of the same moment are not lost between two pages.
    before = ms(oldest + 1);
  }
  return unknown('more transfers than expected');
}

function transferOf(row: JsonRow): Transfer | string {
  const id = wordOf(row, 'id');
  const atMs = timeOf(row, 'date');
  const [before, after] = [decimalOf(row, 'old_balance'), decimalOf(row, 'new_balance')];
  const coin = wordOf(row, 'asset')?.toLowerCase() ?? '';
  if (id === null || atMs === null) return 'a transfer has no id or date';
  if (before === null || after === null) return 'a transfer has no balances';
  if (!DOLLARS.has(coin)) return `a transfer of ${coin} cannot be counted in dollars`;
  return { id, atMs, amount: after.minus(before) };
}
