/**
 * The protocol for orders of unknown outcome: look everywhere in one pass, let the pure planner judge,
 * and look again at least five seconds later before absence may count. Bounded; what stays unresolved
 * stays in doubt and keeps its symbol blocked.
 */
import type { Clock, Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { ClientOrderId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import { isInFlight } from '../domain/order.ts';
import type { RepairAction } from '../domain/plan.ts';
import { NOTHING_SEEN, type Sightings } from '../domain/sightings.ts';
import type { Reading, Snapshot } from '../domain/venue.ts';
import { messageOf } from '../domain/errors.ts';
import type { VenueReader } from '../venue/port.ts';
import { applyRepair } from './apply-repair.ts';
import type { BacklogJournal } from './backlog-journal.ts';

/** What one look at the orders came to, and what it saw for the next. */
export interface Judgement {
  readonly actions: readonly RepairAction[];
  readonly sightings: Sightings;
}

export interface ResolveOptions {
  readonly reader: VenueReader;
  readonly clock: Clock;
  readonly journal: BacklogJournal;
  /** Fills the journal lacks, and then what became of the orders; pure. */
  readonly judge: (evidence: Snapshot, seen: Sightings) => Judgement;
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
  const { clock, journal, judge, maxPasses } = options;
  let seen = NOTHING_SEEN;
  let open = inDoubt(journal);
  let passes = 0;
  while (open.length > 0 && passes < maxPasses && options.signal?.aborted !== true) {
    if (passes > 0) await clock.sleep(options.apartMs, options.signal);
    passes += 1;
    const since = ms(Math.min(...open.map((order) => order.intendedMs)) - BEFORE_INTENT_MS);
    const judgement = judge(await collect(options.reader, clock, since), seen);
    applyRepair(judgement, journal);
    seen = judgement.sightings;
    open = inDoubt(journal);
  }
  return { passes, unresolved: open.map((order) => order.clientOrderId) };
}

/** Everything that can show what became of an order, read in one pass, fills last. */
async function collect(reader: VenueReader, clock: Clock, since: Ms): Promise<Snapshot> {
  const takenMs = clock.now();
  const positions = await read(() => reader.positions());
  const openOrders = await read(() => reader.openOrders());
  const orderHistory = await read(() => reader.orderHistory(since));
  const fills = await read(() => reader.fills(since));
  const notAsked = { read: 'unknown', reason: 'not asked for' } as const;
  return {
    takenMs,
    account: notAsked,
    marks: notAsked,
    positions,
    openOrders,
    orderHistory,
    fills,
  };
}

/** A reader that throws has not answered: unknown, never empty. */
async function read<T>(ask: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await ask();
  } catch (error) {
    return { read: 'unknown', reason: messageOf(error) };
  }
}

function inDoubt(journal: BacklogJournal): readonly Order[] {
  return [...journal.registry().orders.values()].filter((order) => isInFlight(order.state));
}
