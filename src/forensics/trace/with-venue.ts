/** What the venue says of the subject, beside the journal: what it lists now and what it did, with what we lack. */
import type { Ms } from '../../domain/clock.ts';
import { text } from '../../domain/decimal.ts';
import type { VenueFill } from '../../domain/fill.ts';
import type { Snapshot, VenueOrder, VenuePosition } from '../../domain/venue.ts';
import { NO_REFS, type Fact, type Meaning, type Refs, type TimelineEntry } from '../timeline.ts';
import type { Evidence } from '../verdict/statement.ts';

/** Each part stands for itself: one that could not be read is null, and nothing is concluded from it. */
export function withVenue(evidence: Evidence, snapshot: Snapshot): Evidence {
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
  const known = new Set(evidence.entries.flatMap(({ refs }) => refs.tradeId ?? []));
  const stops = orders?.filter(({ reduceOnly, stopPrice }) => reduceOnly && stopPrice !== null);
  const at = snapshot.takenMs;
  return {
    ...evidence,
    entries: [
      ...evidence.entries,
      ...(positions ?? []).map((row) => positionEntry(row, at)),
      ...(orders ?? []).map((row) => orderEntry(row, 'lists')),
      ...(history ?? []).map((row) => orderEntry(row, 'remembers')),
      ...(fills ?? []).map((row) => fillEntry(row, known.has(row.tradeId))),
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
      fills:
        fills?.filter(({ tradeId }) => !known.has(tradeId)).map(({ tradeId }) => tradeId) ?? null,
    },
  };
}

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
  at: Ms,
): TimelineEntry {
  const price = entryPrice === null ? '' : ` at ${text(entryPrice)}`;
  return entry(at, 'at_venue', {
    type: 'position',
    quote: `the venue lists ${side} ${text(quantity)}${price}`,
    refs: { symbol },
  });
}

function orderEntry(order: VenueOrder, word: 'lists' | 'remembers'): TimelineEntry {
  const price = order.stopPrice ?? order.price;
  const at = price === null ? '' : ` at ${text(price)}`;
  return entry(order.updatedMs, word === 'lists' ? 'order_accepted' : 'order_ended', {
    type: 'order',
    quote: `the venue ${word} ${order.type} ${order.side} ${text(order.quantity)}${at}, ${order.state}, filled ${text(order.filled)}`,
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
    quote: `the venue reports ${fill.side} ${text(fill.quantity)} at ${text(fill.price)} (${fill.kind}, trade ${fill.tradeId})${isKnown ? '' : ', not in what is told here'}`,
    refs: { symbol: fill.symbol, clientOrderId: fill.clientOrderId, tradeId: fill.tradeId },
    facts: { price: text(fill.price), quantity: text(fill.quantity), side: fill.side },
  });
}
