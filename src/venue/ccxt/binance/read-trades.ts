/** All trades of one market since a time, as rows; pages and weeks are put together. */
import type { Ms } from '../../../domain/clock.ts';
import { ms } from '../../../domain/clock.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import { tooLong, WINDOW } from '../week-windows.ts';
import { askList } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import type { Span } from './read-market-orders.ts';

const PER_PAGE = 1_000;
const MOST_PAGES = 20;

export async function readTrades(
  client: BinanceClient,
  symbol: string,
  { since, until }: Span,
): Promise<readonly JsonRow[] | Unknown> {
  const refused = tooLong(since, until);
  if (refused !== null) return refused;
  const found = new Map<string, JsonRow>();
  let from: Ms = since;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const end = Math.min(until, from + WINDOW - 1);
    const list = await askList(client, 'fapiPrivateGetUserTrades', {
      symbol,
      startTime: String(from),
      endTime: String(end),
      limit: String(PER_PAGE),
    });
    if (list.read === 'unknown') return list;
    for (const row of list.rows) found.set(wordOf(row, 'id') ?? `row ${found.size}`, row);
    const next = nextFrom(list.rows, from, end);
    if (next === null) return unknown('the pages of trades do not go on');
    if (next > until) return [...found.values()];
    from = next;
  }
  return unknown(`more than ${PER_PAGE * MOST_PAGES} trades in ${symbol}`);
}

/** A full page goes on at its last trade, whose moment may have more; else the next week begins. */
function nextFrom(rows: readonly JsonRow[], from: Ms, end: number): Ms | null {
  if (rows.length < PER_PAGE) return ms(end + 1);
  const newest = timeOf(rows.at(-1) ?? {}, 'time');
  return newest === null || newest <= from ? null : newest;
}
