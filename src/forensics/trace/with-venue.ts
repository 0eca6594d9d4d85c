/**
 * What the venue says of the subject, beside the journal: what it lists now and what it did. What we lack is
 * judged by the whole journal, never by what one trace tells of it.
 */
import type { Ms } from '../../domain/clock.ts';
import { text } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { Snapshot, VenueOrder, VenuePosition } from '../../domain/venue.ts';
import type { OpenPosition, OwnJournal } from '../own-journal.ts';
import { NO_REFS, type Fact, type Meaning, type Refs, type TimelineEntry } from '../timeline.ts';
import { isOnItsWay } from '../venue-gaps.ts';
import type { Evidence } from '../verdict/statement.ts';

/** The journal as it is after the venue answered: what it has by then is not lacking. */
export type Books = Pick<OwnJournal, 'knowledge' | 'openPositions' | 'isHeld'>;

/** Each part stands for itself: one that could not be read is null, and nothing is concluded from it. */
export function withVenue(evidence: Evidence, snapshot: Snapshot, books: Books): Evidence {
  const of = <T extends { readonly symbol: string }>(
    reading: Snapshot['positions' | 'openOrders' | 'fills'] | undefined,
  ): T[] | null => {
    if (reading === undefined || reading.read === 'unknown') return null;
    return (reading.rows as unknown as readonly T[]).filter(({ symbol }) =>
      evidence.symbols.includes(symbol),
    );
  };
  const positions = of<VenuePosition>(snapshot.positions);
  const orders = of<VenueOrder>(snapshot.openOrders);
  const history = of<VenueOrder>(snapshot.orderHistory);
  const fills = of<VenueFill>(snapshot.fills);
  const stops = orders?.filter(({ reduceOnly, stopPrice }) => reduceOnly && stopPrice !== null);
  const at = snapshot.takenMs;
  const { knowledge } = books;
  const lacking = fills?.filter(({ tradeId }) => !knowledge.hasTrade(tradeId)) ?? null;
  const isHeld = books.isHeld();
  const mayCome = ({ tsMs }: VenueFill): boolean => isHeld && isOnItsWay(tsMs, at);
  const held = books.openPositions().filter(({ symbol }) => evidence.symbols.includes(symbol));
  const isTold = tellsOf(evidence, knowledge);
  return {
    ...evidence,
    entries: [
      ...evidence.entries,
      ...(positions ?? []).map((row) =>
        positionEntry(row, { at, about: isOfIt(evidence, held, row) }),
      ),
      ...(orders ?? []).filter(isTold.order).map((row) => orderEntry(row, 'lists', knowledge)),
      ...(history ?? []).filter(isTold.order).map((row) => orderEntry(row, 'remembers', knowledge)),
      ...(fills ?? [])
        .filter(isTold.fill)
        .map((row) => fillEntry(row, lacking?.includes(row) !== true)),
    ],
    venue: {
      takenMs: at,
      positions:
        positions?.map(({ symbol, side, quantity }) => ({
          symbol,
          side,
          quantity: text(quantity),
        })) ?? null,
      stops:
        stops?.map(({ symbol, quantity, stopPrice }) => ({
          symbol,
          quantity: text(quantity),
          stopPrice: stopPrice === null ? null : text(stopPrice),
        })) ?? null,
      books: held,
      fills: lacking?.filter((fill) => !mayCome(fill)).map(({ tradeId }) => tradeId) ?? null,
      coming: lacking?.filter(mayCome).map(({ tradeId }) => tradeId) ?? [],
    },
  };
}

/** What the journal has of another position is that one's story; what it has not may be anybody's. */
function tellsOf({ entries }: Evidence, knows: Books['knowledge']) {
  const named = (name: 'tradeId' | 'clientOrderId' | 'venueOrderId'): ReadonlySet<string> =>
    new Set(entries.flatMap(({ refs }) => refs[name] ?? []));
  const [trades, ours, theirs] = [named('tradeId'), named('clientOrderId'), named('venueOrderId')];
  return {
    fill: ({ tradeId }: VenueFill): boolean => trades.has(tradeId) || !knows.hasTrade(tradeId),
    order: ({ venueOrderId, clientOrderId }: VenueOrder): boolean =>
      theirs.has(venueOrderId) ||
      (clientOrderId !== null && ours.has(clientOrderId)) ||
      !knows.hasOrder(venueOrderId, clientOrderId),
  };
}

/** What the venue lists is the subject's, unless the books hold another position of that market. */
function isOfIt(
  { positions }: Evidence,
  held: readonly OpenPosition[],
  { symbol }: VenuePosition,
): boolean {
  const isOwn = positions.some(
    (row) => row.about && row.status === 'open' && row.symbol === symbol,
  );
  return isOwn || !held.some((row) => row.symbol === symbol);
}

const LACKED = ', which the journal does not have';

function entry(
  atMs: Ms,
  means: Meaning,
  said: {
    type: string;
    quote: string;
    refs: Partial<Refs>;
    facts?: Readonly<Record<string, Fact>>;
  },
): TimelineEntry {
  return {
    atMs,
    recordedMs: null,
    source: { kind: 'venue', file: null, line: null, seq: null },
    means,
    type: said.type,
    quote: said.quote,
    refs: { ...NO_REFS, ...said.refs },
    life: null,
    about: true,
    facts: said.facts ?? {},
  };
}

function positionEntry(
  { symbol, side, quantity, entryPrice }: VenuePosition,
  { at, about }: { at: Ms; about: boolean },
): TimelineEntry {
  const price = entryPrice === null ? '' : ` at ${text(entryPrice)}`;
  const listed = entry(at, 'at_venue', {
    type: 'position',
    quote: `the venue lists ${side} ${text(quantity)}${price}`,
    refs: { symbol },
  });
  return { ...listed, about };
}

function orderEntry(
  order: VenueOrder,
  word: 'lists' | 'remembers',
  knows: Books['knowledge'],
): TimelineEntry {
  const price = order.stopPrice ?? order.price;
  const at = price === null ? '' : ` at ${text(price)}`;
  const isKnown = knows.hasOrder(order.venueOrderId, order.clientOrderId);
  return entry(order.updatedMs, word === 'lists' ? 'order_accepted' : 'order_ended', {
    type: 'order',
    quote: `the venue ${word} ${order.type} ${order.side} ${text(order.quantity)}${at}, ${order.state}, filled ${text(order.filled)}${isKnown ? '' : LACKED}`,
    refs: {
      symbol: order.symbol,
      clientOrderId: order.clientOrderId,
      venueOrderId: order.venueOrderId,
    },
  });
}

function fillEntry(fill: VenueFill, isKnown: boolean): TimelineEntry {
  return entry(fill.tsMs, 'fill', {
    type: 'fill',
    quote: `the venue reports ${fill.side} ${text(fill.quantity)} at ${text(fill.price)} (${fill.kind}, trade ${fill.tradeId})${isKnown ? '' : LACKED}`,
    refs: { symbol: fill.symbol, clientOrderId: fill.clientOrderId, tradeId: fill.tradeId },
    facts: { price: text(fill.price), quantity: text(fill.quantity), side: fill.side },
  });
}
