/** The income list of an account, whole: results, fees, funding and transfers, oldest first. */
import type { Ms } from '../../../domain/clock.ts';
import type { Transfer } from '../deposits.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf, timeOf, wordOf } from '../row-fields.ts';
import { askList } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';

const PER_PAGE = 1_000;
const MOST_PAGES = 10;
const DOLLARS: ReadonlySet<string> = new Set(['USDT', 'USDC', 'BUSD', 'FDUSD', 'BFUSD', 'USD']);

/** Rows at or after `since`; of one kind, or of all. */
export async function readIncome(
  client: BinanceClient,
  since: Ms,
  kind: 'TRANSFER' | null,
): Promise<readonly JsonRow[] | Unknown> {
  const found = new Map<string, JsonRow>();
  let from = since;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const list = await askList(client, 'fapiPrivateGetIncome', {
      startTime: String(from),
      limit: String(PER_PAGE),
      ...(kind === null ? {} : { incomeType: kind }),
    });
    if (list.read === 'unknown') return list;
    for (const row of list.rows) found.set(keyOf(row), row);
    if (list.rows.length < PER_PAGE) return [...found.values()];
    const newest = timeOf(list.rows.at(-1) ?? {}, 'time');
    if (newest === null || newest <= from) return unknown('the pages of income do not go on');
    from = newest;
  }
  return unknown(`more than ${PER_PAGE * MOST_PAGES} rows of income`);
}

/** Numbers are unique within a kind and a market only. */
function keyOf(row: JsonRow): string {
  return ['incomeType', 'symbol', 'tranId', 'time', 'asset', 'income']
    .map((key) => wordOf(row, key))
    .join('|');
}

/** Transfers at or after `since`. Only coins that are dollars can be counted. */
export async function readTransfers(
  client: BinanceClient,
  since: Ms,
): Promise<readonly Transfer[] | Unknown> {
  const rows = await readIncome(client, since, 'TRANSFER');
  if ('read' in rows) return rows;
  const found: Transfer[] = [];
  for (const row of rows) {
    const amount = decimalOf(row, 'income');
    const atMs = timeOf(row, 'time');
    const coin = wordOf(row, 'asset')?.toUpperCase() ?? '';
    if (amount === null || atMs === null) return unknown('a transfer has no amount or no time');
    if (!DOLLARS.has(coin)) return unknown(`a transfer of ${coin} cannot be counted in dollars`);
    found.push({ id: keyOf(row), atMs, amount });
  }
  return found;
}
