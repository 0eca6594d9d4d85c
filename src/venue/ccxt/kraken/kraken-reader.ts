/**
 * The reading half of Kraken Futures. Every reading is checked as the venue wrote it before it may be
 * called complete: the library's parsed lists are empty when the answer was a page of HTML, and an
 * empty list of positions that is not true closes nothing and protects nothing.
 */
import type { Ms } from '../../../domain/clock.ts';
import { isoTime, ms } from '../../../domain/clock.ts';
import type { VenueFill } from '../../../domain/fill.ts';
import type { AliasTable } from '../../../domain/symbol.ts';
import type { Reading, VenueOrder } from '../../../domain/venue.ts';
import type { VenueReader } from '../../port.ts';
import type { AnswerList, ParsedRows, Unknown } from '../answer-list.ts';
import { complete, unknown } from '../answer-list.ts';
import type { Deposits } from '../deposits.ts';
import { failureText } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import { listOf, successOf } from './kraken-answer.ts';
import type { CallName, KrakenClient } from './kraken-client.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { readAccount } from './read-account.ts';
import { readFills } from './read-fills.ts';
import { readHistory } from './read-history.ts';
import { readMarks } from './read-marks.ts';
import { readOrders } from './read-orders.ts';
import { readPositions } from './read-positions.ts';
import { moneyIn } from './read-transfers.ts';
import { timeOf, wordOf } from '../row-fields.ts';

/** The venue's most per page of fills. */
const FILLS_PER_PAGE = 100;
const ELEMENTS_PER_PAGE = 1000;
/** Further back than this many pages is a question for an export, not for a cycle. */
const MOST_PAGES = 20;

export function createKrakenReader(
  client: KrakenClient,
  registry: InstrumentRegistry,
  deposits: Deposits,
): VenueReader {
  /** One list, parsed with the names known; unknown when either cannot be read. */
  const readList = async <T>(
    name: CallName,
    key: string,
    parse: (list: AnswerList, names: AliasTable) => ParsedRows<T>,
  ): Promise<Reading<T>> => {
    const names = await registry.names();
    if (names.read === 'unknown') return instrumentsUnknown(names);
    const list = listOf(await client.call(name), key);
    if (list.read === 'unknown') return list;
    return complete(parse(list, names.aliases), list.serverMs);
  };
  return {
    positions: () =>
      readList('privateGetOpenpositions', 'openPositions', ({ rows }, names) =>
        readPositions(rows, names),
      ),
    openOrders: () =>
      readList('privateGetOpenorders', 'openOrders', ({ rows }, names) => readOrders(rows, names)),
    marks: () =>
      readList('publicGetTickers', 'tickers', ({ rows, serverMs }, names) =>
        readMarks(rows, names, serverMs),
      ),
    fills: (since) => fillsSince(client, registry, since),
    orderHistory: (since) => historySince(client, registry, since),
    instruments: () => registry.refresh(),
    account: async () => {
      const success = successOf(await client.call('privateGetAccounts'));
      if (success.read === 'unknown') return success;
      const total = await deposits.total(moneyIn(success.body), success.serverMs);
      if ('read' in total) return unknown(`transfers: ${total.reason}`);
      const account = readAccount(success.body, total);
      if (typeof account === 'string') return unknown(account);
      return { read: 'complete', rows: [account], serverMs: success.serverMs };
    },
  };
}

/** Pages back from the newest until a page reaches behind `since`; oldest first. */
async function fillsSince(
  client: KrakenClient,
  registry: InstrumentRegistry,
  since: Ms,
): Promise<Reading<VenueFill>> {
  const names = await registry.names();
  if (names.read === 'unknown') return instrumentsUnknown(names);
  const found = new Map<unknown, JsonRow>();
  let serverMs: Ms | null = null;
  let before: Ms | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const parameters: Record<string, string> =
      before === null ? {} : { lastFillTime: isoTime(before) };
    const list = listOf(await client.call('privateGetFills', parameters), 'fills');
    if (list.read === 'unknown') return list;
    serverMs ??= list.serverMs;
    const rows = list.rows.filter(isRow);
    if (rows.length < list.rows.length) return unknown('a fill is not a row');
    for (const row of rows) found.set(row['fill_id'] ?? row, row);
    const oldest = oldestOf(rows);
    if (rows.length < FILLS_PER_PAGE || oldest === null || oldest < since) {
      const wanted = [...found.values()].filter(
        (row) => (timeOf(row, 'fillTime') ?? since) >= since,
      );
      return complete(oldestFirst(readFills(wanted, names.aliases)), serverMs);
    }
    // One millisecond later, so that fills of the same moment are not lost between two pages.
    const next = ms(oldest + 1);
    if (before !== null && next >= before) return unknown('the pages of fills do not go back');
    before = next;
  }
  return unknown(`more than ${MOST_PAGES * FILLS_PER_PAGE} fills`);
}

function oldestOf(rows: readonly JsonRow[]): Ms | null {
  const times = rows.map((row) => timeOf(row, 'fillTime')).filter((time) => time !== null);
  return times.length === 0 ? null : times.reduce((a, b) => (a < b ? a : b));
}

/** The venue tells the newest first. */
function oldestFirst({ rows, malformed }: ParsedRows<VenueFill>): ParsedRows<VenueFill> {
  return { rows: rows.reverse().sort((a, b) => a.tsMs - b.tsMs), malformed };
}

async function historySince(
  client: KrakenClient,
  registry: InstrumentRegistry,
  since: Ms,
): Promise<Reading<VenueOrder>> {
  const names = await registry.names();
  if (names.read === 'unknown') return instrumentsUnknown(names);
  const orders = await elementsSince(client, 'historyGetOrders', since);
  if (!Array.isArray(orders)) return orders;
  const triggers = await elementsSince(client, 'historyGetTriggers', since);
  if (!Array.isArray(triggers)) return triggers;
  return complete(readHistory([...orders, ...triggers], names.aliases, since), null);
}

/** The history service has another envelope: no result and no time, and a token for the next page. */
async function elementsSince(
  client: KrakenClient,
  name: 'historyGetOrders' | 'historyGetTriggers',
  since: Ms,
): Promise<unknown[] | Unknown> {
  const found: unknown[] = [];
  let token: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const parameters: Record<string, string> = {
      since: String(since),
      count: String(ELEMENTS_PER_PAGE),
    };
    if (token !== null) parameters['continuation_token'] = token;
    const answer = await client.call(name, parameters);
    if (!answer.answered) return unknown(failureText(answer.failure));
    const { elements } = answer.body;
    if (!Array.isArray(elements)) return unknown('the answer has no list elements');
    found.push(...(elements as unknown[]));
    const next = wordOf(answer.body, 'continuationToken');
    if (next === null && elements.length >= ELEMENTS_PER_PAGE) {
      return unknown('a full page of history tells of no next one');
    }
    if (next === null || elements.length === 0) return found;
    if (next === token) return unknown('the pages of history do not go on');
    token = next;
  }
  return unknown('more pages of history than expected');
}

function instrumentsUnknown({ reason }: Unknown): Unknown {
  return unknown(`instruments: ${reason}`);
}
