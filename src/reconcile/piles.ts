/**
 * Everything that is known of one market, sorted out once: its part of the registry, the venue's rows, the
 * fills that are missing. Planning one market at a time keeps it linear in the size of the account.
 */
import type { VenueFill } from '../domain/fill.ts';
import type { Order } from '../domain/order.ts';
import type { Registry } from '../domain/registry.ts';
import type { StagedRow } from '../domain/staged-row.ts';
import type { Symbol } from '../domain/symbol.ts';
import type {
  MalformedRow,
  Reading,
  Snapshot,
  VenueOrder,
  VenuePosition,
} from '../domain/venue.ts';
import type { PastBook } from './order-lookup.ts';
import { sortFills, type DifferingFill } from './plan-fills.ts';

export interface Pile {
  readonly orders: Order[];
  readonly staged: StagedRow[];
  readonly fills: VenueFill[];
  readonly differing: DifferingFill[];
  readonly positions: VenuePosition[];
  readonly malformed: MalformedRow[];
  readonly openOrders: VenueOrder[];
  isUnsettled: boolean;
}

export type Piles = ReadonlyMap<Symbol, Pile>;

export function sortOut(
  registry: Registry,
  snapshot: Snapshot,
  past: Pick<PastBook, 'tradeOf'>,
): Piles {
  const piles = new Map<Symbol, Pile>();
  // Rows come in runs of one market, mostly: a run needs one look.
  let last: Symbol | null = null;
  let pile = newPile();
  const of = (symbol: Symbol): Pile => {
    if (symbol !== last) pile = pileIn(piles, symbol);
    last = symbol;
    return pile;
  };
  for (const symbol of registry.positions.keys()) of(symbol);
  for (const order of registry.orders.values()) of(order.symbol).orders.push(order);
  for (const row of registry.staged.values())
    if (row.symbol !== null) of(row.symbol).staged.push(row);
  const { missing, differing } = sortFills(rowsOf(snapshot.fills), past.tradeOf);
  for (const fill of missing) of(fill.symbol).fills.push(fill);
  for (const each of differing) of(each.fill.symbol).differing.push(each);
  for (const fill of rowsOf(snapshot.fills)) {
    if (fill.tsMs >= snapshot.takenMs) of(fill.symbol).isUnsettled = true;
  }
  // A zero-size row is how some venues say flat: ignored.
  for (const row of rowsOf(snapshot.positions))
    if (!row.quantity.isZero()) of(row.symbol).positions.push(row);
  for (const row of malformedOf(snapshot))
    if (row.symbol !== null) of(row.symbol).malformed.push(row);
  for (const row of rowsOf(snapshot.openOrders)) of(row.symbol).openOrders.push(row);
  return piles;
}

function pileIn(piles: Map<Symbol, Pile>, symbol: Symbol): Pile {
  const known = piles.get(symbol);
  if (known !== undefined) return known;
  const pile = newPile();
  piles.set(symbol, pile);
  return pile;
}

function newPile(): Pile {
  return {
    orders: [],
    staged: [],
    fills: [],
    differing: [],
    positions: [],
    malformed: [],
    openOrders: [],
    isUnsettled: false,
  };
}

function rowsOf<T>(reading: Reading<T>): readonly T[] {
  return reading.read === 'complete' ? reading.rows : [];
}

/** Rows of any reading that were there and could not be understood. */
export function malformedOf({ positions, openOrders, fills }: Snapshot): readonly MalformedRow[] {
  return [positions, openOrders, fills].flatMap((reading) =>
    reading.read === 'complete' ? (reading.malformed ?? []) : [],
  );
}

/** The part of the registry that one market needs, so that folding onto it costs no more than it holds. */
export function registryOf(piles: Piles, symbol: Symbol, registry: Registry): Registry {
  const held = registry.positions.get(symbol);
  const orders = piles.get(symbol)?.orders ?? [];
  const staged = piles.get(symbol)?.staged ?? [];
  const plans = orders.flatMap(({ clientOrderId: id }) => {
    const plan = registry.plans.get(id);
    return plan === undefined ? [] : [[id, plan] as const];
  });
  return {
    ...registry,
    positions: new Map(held === undefined ? [] : [[symbol, held]]),
    orders: new Map(orders.map((order) => [order.clientOrderId, order])),
    plans: new Map(plans),
    pendingFills: new Map(),
    staged: new Map(staged.map((row) => [row.rowId, row])),
    attention: new Map(),
  };
}

export function pileOf(piles: Piles, { symbol }: { readonly symbol: Symbol }): Pile {
  return piles.get(symbol) ?? newPile();
}
