/** What rests: the matching engine's orders and the conditional ones, which no list has together. */
import type { ClientOrderId } from '../../../domain/ids.ts';
import type { Reading, VenueOrder } from '../../../domain/venue.ts';
import { complete } from '../answer-list.ts';
import type { Names } from '../instrument-registry.ts';
import type { KnownOrders } from '../known-orders.ts';
import { askList } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import { linkOrders } from './read-market-orders.ts';
import { firedOrderId, readConditional, readOrders } from './read-orders.ts';

/** Conditional orders are read first: one that fires in between is then in both lists, not in none. */
export async function readOpenOrders(
  client: BinanceClient,
  known: KnownOrders,
  names: Names,
): Promise<Reading<VenueOrder>> {
  const waiting = await askList(client, 'fapiPrivateGetOpenAlgoOrders');
  if (waiting.read === 'unknown') return waiting;
  const resting = await askList(client, 'fapiPrivateGetOpenOrders');
  if (resting.read === 'unknown') return resting;
  linkOrders(known, resting.rows, waiting.rows);
  const plain = readOrders(resting.rows, names.aliases);
  const byNumber = new Map(plain.rows.map((row) => [row.venueOrderId as string, row]));
  const conditional = readConditional(waiting.rows, names.aliases, byNumber);
  const became = new Set<string | null>(waiting.rows.map(firedOrderId));
  const rows = [
    ...plain.rows.filter((row) => !became.has(row.venueOrderId)).map((row) => renamed(row, known)),
    ...conditional.rows,
  ];
  for (const { clientOrderId, symbol, venueOrderId } of rows) {
    const isConditional = conditional.rows.some((row) => row.venueOrderId === venueOrderId);
    if (clientOrderId !== null) known.add(clientOrderId, { symbol, isConditional });
  }
  const malformed = [...plain.malformed, ...conditional.malformed];
  return complete({ rows, malformed }, waiting.serverMs);
}

/** An order that a conditional one became keeps the id that we gave the conditional one. */
function renamed(row: VenueOrder, known: KnownOrders): VenueOrder {
  const id = known.clientIdOf(row.venueOrderId);
  return id === undefined || id === null ? row : { ...row, clientOrderId: id as ClientOrderId };
}
