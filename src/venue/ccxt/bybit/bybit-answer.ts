/**
 * The envelope of Bybit: a code, a result and the venue's time. A list is whole when its last page is; where a
 * list has a category it must be ours, because one of another category is empty and looks flat.
 */
import type { Ms } from '../../../domain/clock.ts';
import { ms } from '../../../domain/clock.ts';
import type { AnswerList, Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import { failureText } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import type { CallParameters } from '../raw-client.ts';
import { timeOf, wordOf } from '../row-fields.ts';
import { tooLong, WINDOW } from '../week-windows.ts';
import type { BybitClient, CallName } from './bybit-client.ts';

const MOST_PAGES = 40;
/** The venue looks at seven days at a time. */

export interface Result {
  readonly read: 'result';
  readonly result: JsonRow;
  readonly serverMs: Ms;
}

export async function askResult(
  client: BybitClient,
  name: CallName,
  parameters?: CallParameters,
): Promise<Result | Unknown> {
  const answer = await client.call(name, parameters);
  if (!answer.answered) return unknown(failureText(answer.failure));
  const { result } = answer.body;
  const serverMs = timeOf(answer.body, 'time');
  if (!isRow(result)) return unknown('the answer has no result');
  if (serverMs === null) return unknown("the answer lacks the server's time");
  return { read: 'result', result, serverMs };
}

/** All pages of a list of linear contracts; `serverMs` is that of the first page. */
export async function askLinear(
  client: BybitClient,
  name: CallName,
  parameters: CallParameters,
): Promise<AnswerList | Unknown> {
  return allPages(client, name, { category: 'linear', ...parameters });
}

/** All pages of a list; a category that was asked for must be answered. */
async function allPages(
  client: BybitClient,
  name: CallName,
  parameters: CallParameters,
): Promise<AnswerList | Unknown> {
  const rows: unknown[] = [];
  let serverMs: Ms | null = null;
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const asked: CallParameters = cursor === null ? parameters : { ...parameters, cursor };
    const answer = await askResult(client, name, asked);
    if (answer.read === 'unknown') return answer;
    const { list, category } = answer.result;
    if (!Array.isArray(list)) return unknown('the answer has no list');
    if ('category' in parameters && category !== parameters['category']) {
      return unknown('the answer is of another category');
    }
    rows.push(...(list as unknown[]));
    serverMs ??= answer.serverMs;
    const next = wordOf(answer.result, 'nextPageCursor');
    if (next === null || list.length === 0) return { read: 'list', rows, serverMs };
    if (next === cursor) return unknown('the pages do not go on');
    cursor = next;
  }
  return unknown(`more than ${MOST_PAGES} pages`);
}

/** All pages since a time, week by week. */
export async function askSince(
  client: BybitClient,
  name: CallName,
  { since, ...parameters }: CallParameters & { readonly since: string },
): Promise<AnswerList | Unknown> {
  const rows: unknown[] = [];
  let serverMs: Ms | null = null;
  // Our idea of the venue's time is off by half a round trip: what happened just now must be within.
  const until = client.time.serverNow() + 60_000;
  const refused = tooLong(ms(Number(since)), ms(until));
  if (refused !== null) return refused;
  for (let from = Number(since); from <= until; from += WINDOW) {
    const list = await allPages(client, name, {
      ...parameters,
      startTime: String(from),
      endTime: String(Math.min(until, from + WINDOW - 1)),
    });
    if (list.read === 'unknown') return list;
    rows.push(...list.rows);
    serverMs ??= list.serverMs;
  }
  return serverMs === null ? unknown('nothing was asked') : { read: 'list', rows, serverMs };
}
