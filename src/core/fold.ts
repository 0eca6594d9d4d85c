/**
 * The registry after one more event. Pure: the journal folds what it commits, a restart folds what
 * it reads, and both must agree. It never looks anything up: what it needs is in the state or in the
 * event. An event that contradicts the state throws INTERNAL, so that it is refused before COMMIT.
 */
import { decimal, type Decimal } from '../domain/decimal.ts';
import { ms } from '../domain/clock.ts';
import type { EventOf, StoredEvent } from '../domain/event.ts';
import type { Registry, Touched } from '../domain/registry.ts';
import {
  adopted,
  amended,
  cancelled,
  fillOrder,
  intended,
  outcome,
  relinked,
  resolved,
} from './fold-orders.ts';
import {
  adjusted,
  ended,
  fillPosition,
  imported,
  opened,
  protectedNow,
  recordedFill,
} from './fold-positions.ts';
import { acknowledged, attentionNeeded, rowEnded, rowQuarantined, rowStaged } from './fold-rows.ts';

const NOTHING: Touched = { positions: [], orders: [], fills: [], rows: [] };

export const EMPTY_REGISTRY: Registry = {
  seq: 0,
  state: 'NORMAL',
  positions: new Map(),
  orders: new Map(),
  plans: new Map(),
  pendingFills: new Map(),
  peakEquity: null,
  lastFillMs: ms(0),
  cycles: 0,
  lastCycleMs: null,
  staged: new Map(),
  attention: new Map(),
  touched: NOTHING,
};

/** O(live rows) per event. Events that tell without changing anything only move `seq`. */
export function fold(before: Registry, event: StoredEvent): Registry {
  const state: Registry = { ...before, seq: event.seq, touched: NOTHING };
  switch (event.type) {
    case 'ORDER_INTENDED':
      return intended(state, event);
    case 'ORDER_ADOPTED':
      return adopted(state, event);
    case 'ORDER_AMENDED':
      return amended(state, event);
    case 'ORDER_RELINKED':
      return relinked(state, event);
    case 'ORDER_ACCEPTED':
    case 'ORDER_DENIED':
    case 'ORDER_REJECTED':
    case 'ORDER_IN_DOUBT':
      return outcome(state, event);
    case 'ORDER_STATE':
      return resolved(state, event);
    case 'ORDER_CANCELLED':
      return cancelled(state, event);
    case 'FILL':
      return filled(state, event);
    case 'POSITION_OPENED':
      return opened(state, event);
    case 'POSITION_IMPORTED':
      return imported(state, event);
    case 'POSITION_ADJUSTED':
      return adjusted(state, event);
    case 'POSITION_CLOSED':
    case 'POSITION_RETIRED':
      return ended(state, event);
    case 'POSITION_PROTECTED':
      return protectedNow(state, event);
    case 'STATE_CHANGED':
      return { ...state, state: event.payload.to };
    case 'HALT_CLEARED':
      return { ...state, peakEquity: known(event.payload.peak_equity) ?? state.peakEquity };
    case 'CYCLE_END':
      return cycleEnded(state, event);
    default:
      return foldRows(state, event);
  }
}

/** Rows of others, and what waits for an operator. */
function foldRows(state: Registry, event: StoredEvent): Registry {
  switch (event.type) {
    case 'ROW_STAGED':
      return rowStaged(state, event);
    case 'ROW_QUARANTINED':
      return rowQuarantined(state, event);
    case 'ROW_RETIRED':
    case 'ROW_RELEASED':
      return rowEnded(state, event);
    case 'ACKNOWLEDGEMENT_NEEDED':
      return attentionNeeded(state, event);
    case 'ACKNOWLEDGED':
      return acknowledged(state, event);
    default:
      return state;
  }
}

/** One trade, applied once: to its order, and to its position when that is open. */
function filled(state: Registry, event: EventOf<'FILL'>): Registry {
  const fill = recordedFill(event);
  const lastFillMs = fill.tsMs > state.lastFillMs ? fill.tsMs : state.lastFillMs;
  const recorded = { ...state, lastFillMs, touched: { ...state.touched, fills: [fill] } };
  return fillPosition(fillOrder(recorded, fill), fill);
}

/** A fill that no opening consumed by now came after its position had closed; it stays in `fills`. */
function cycleEnded(state: Registry, event: EventOf<'CYCLE_END'>): Registry {
  return {
    ...state,
    cycles: event.payload.cycle,
    lastCycleMs: event.tsMs,
    peakEquity: known(event.payload.peak_equity) ?? state.peakEquity,
    pendingFills: state.pendingFills.size === 0 ? state.pendingFills : new Map(),
  };
}

function known(written: string | null): Decimal | null {
  return written === null ? null : decimal(written);
}
