/**
 * All orders of one market, of both services, since a time. The venue looks at seven days at a time and at the
 * time an order was made, so whoever asks for an end asks from before the beginning.
 */
import type { Ms } from '../../../domain/clock.ts';
import { MINUTE, ms } from '../../../domain/clock.ts';
import type { VenueOrderId } from '../../../domain/ids.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import type { KnownOrders } from '../known-orders.ts';
import type { JsonRow } from '../lossless-json.ts';
import { wordOf } from '../row-fields.ts';
import { tooLong, WINDOW } from '../week-windows.ts';
import { askList } from './binance-answer.ts';
import type { BinanceClient, CallName } from './binance-client.ts';
import { firedOrderId } from './read-orders.ts';

export interface MarketOrders {
  readonly plain: readonly JsonRow[];
  readonly conditional: readonly JsonRow[];
}

export interface Span {
  readonly since: Ms;
  /** Later than now, by any clock. */
  readonly until: Ms;
}

/** Our idea of the venue's time is off by half a round trip: what happened just now must be within. */
export function spanSince(since: Ms, serverNow: Ms): Span {
  return { since, until: ms(serverNow + MINUTE) };
}

const PER_PAGE = 1_000;

/** Both lists; the client ids they tell are remembered. */
export async function readMarketOrders(
  client: BinanceClient,
  known: KnownOrders,
  venueId: string,
  span: Span,
): Promise<MarketOrders | Unknown> {
  const plain = await inWindows(client, 'fapiPrivateGetAllOrders', venueId, span);
  if ('read' in plain) return plain;
  const conditional = await inWindows(client, 'fapiPrivateGetAllAlgoOrders', venueId, span);
  if ('read' in conditional) return conditional;
  linkOrders(known, plain, conditional);
  return { plain, conditional };
}

/** An order that a conditional one became is known by the conditional one's id. */
export function linkOrders(
  known: KnownOrders,
  plain: readonly JsonRow[],
  conditional: readonly JsonRow[],
): void {
  for (const row of plain) {
    const id = wordOf(row, 'orderId') as VenueOrderId | null;
    if (id !== null && known.clientIdOf(id) === undefined) {
      known.link(id, wordOf(row, 'clientOrderId'));
    }
  }
  for (const row of conditional) {
    const id = firedOrderId(row);
    if (id !== null) known.link(id, wordOf(row, 'clientAlgoId'));
  }
}

async function inWindows(
  client: BinanceClient,
  name: CallName,
  symbol: string,
  { since, until }: Span,
): Promise<readonly JsonRow[] | Unknown> {
  const refused = tooLong(since, until);
  if (refused !== null) return refused;
  const found: JsonRow[] = [];
  for (let from: number = since; from <= until; from += WINDOW) {
    const list = await askList(client, name, {
      symbol,
      startTime: String(from),
      endTime: String(Math.min(until, from + WINDOW - 1)),
      limit: String(PER_PAGE),
    });
    if (list.read === 'unknown') return list;
    if (list.rows.length >= PER_PAGE) return unknown(`more than ${PER_PAGE} orders in ${symbol}`);
    found.push(...list.rows);
  }
  return found;
}
