/**
 * The protocol for orders of unknown outcome: look everywhere in one pass, let the pure planner judge,
 * and look again at least five seconds later before absence may count. Bounded; what stays unresolved
 * stays in doubt and keeps its symbol blocked.
 */
import type { Clock, Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import { isInFlight } from '../domain/order.ts';
import type { Plan, RepairAction } from '../domain/plan.ts';
import type { Reading, VenueOrder, VenuePosition } from '../domain/venue.ts';
import type { VenueReader } from '../venue/port.ts';
import { applyRepair } from './apply-repair.ts';
import type { FillContext } from './record-fills.ts';

/** Everything that can show what became of an order, read in one pass, fills last. */
export interface OrderEvidence {
  readonly takenMs: Ms;
  readonly openOrders: Reading<VenueOrder>;
  readonly orderHistory: Reading<VenueOrder>;
  readonly positions: Reading<VenuePosition>;
  readonly fills: Reading<VenueFill>;
}

export interface Judge {
  /** Fills of the evidence that the journal does not have. */
  planFills(evidence: OrderEvidence): Plan<RepairAction>;
  /** Asked after those fills were folded. */
  planOrders(
    evidence: OrderEvidence,
    absentSince: ReadonlyMap<ClientOrderId, Ms>,
  ): Plan<RepairAction> & { readonly absent: readonly ClientOrderId[] };
}

export interface ResolveOptions {
  readonly reader: VenueReader;
  readonly clock: Clock;
  readonly judge: Judge;
  readonly fills: FillContext;
  /** Distance of two observations; the rules say five seconds. */
  readonly apartMs: Ms;
  readonly maxPasses: number;
  readonly signal?: AbortSignal;
}

export interface Resolution {
  readonly passes: number;
  /** Orders still in doubt; their symbols stay blocked. */
  readonly unresolved: readonly ClientOrderId[];
}

/** Fills and orders are asked for from a little before the first intent: clocks differ. */
const BEFORE_INTENT_MS = 60_000;

/** Looks until nothing is in doubt, or `maxPasses` looks were taken. */
export async function resolveInDoubt(options: ResolveOptions): Promise<Resolution> {
  const absentSince = new Map<ClientOrderId, Ms>();
  let open = inDoubt(options);
  let passes = 0;
  while (open.length > 0 && passes < options.maxPasses && options.signal?.aborted !== true) {
    if (passes > 0) await options.clock.sleep(options.apartMs, options.signal);
    passes += 1;
    await look(options, open, absentSince);
    open = inDoubt(options);
  }
  return { passes, unresolved: open.map((order) => order.clientOrderId) };
}

async function look(
  { reader, clock, judge, fills }: ResolveOptions,
  open: readonly Order[],
  absentSince: Map<ClientOrderId, Ms>,
): Promise<void> {
  const since = ms(Math.min(...open.map((order) => order.intendedMs)) - BEFORE_INTENT_MS);
  const evidence = await collect(reader, clock, since);
  applyRepair(judge.planFills(evidence), fills);
  const plan = judge.planOrders(evidence, absentSince);
  applyRepair(plan, fills);
  const absent = new Set(plan.absent);
  // Seen after all: two looks prove absence only when nothing was seen in between.
  for (const id of absentSince.keys()) if (!absent.has(id)) absentSince.delete(id);
  for (const id of absent) if (!absentSince.has(id)) absentSince.set(id, evidence.takenMs);
}

async function collect(reader: VenueReader, clock: Clock, since: Ms): Promise<OrderEvidence> {
  const takenMs = clock.now();
  const positions = await read(() => reader.positions());
  const openOrders = await read(() => reader.openOrders());
  const orderHistory = await read(() => reader.orderHistory(since));
  const fills = await read(() => reader.fills(since));
  return { takenMs, openOrders, orderHistory, positions, fills };
}

/** A reader that throws has not answered: unknown, never empty. */
async function read<T>(ask: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await ask();
  } catch (error) {
    return { read: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}

function inDoubt({ fills }: ResolveOptions): readonly Order[] {
  const orders = [...fills.journal.registry().orders.values()];
  return orders.filter((order) => isInFlight(order.state));
}
