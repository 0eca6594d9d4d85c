/**
 * The part of the fold for rows that somebody else wrote, and for what waits for an operator. A row is
 * kept as it was found and judged once: what is told of a row that already ended changes nothing, so
 * that a row which is read again at every start is reported once.
 */
import { assert } from '../domain/errors.ts';
import type { EventOf } from '../domain/event.ts';
import type { Attention, Registry } from '../domain/registry.ts';
import type { RowId, StagedRow } from '../domain/staged-row.ts';
import type { Symbol } from '../domain/symbol.ts';

export function rowStaged(state: Registry, event: EventOf<'ROW_STAGED'>): Registry {
  const { payload } = event;
  if (state.staged.has(payload.row_id)) return state;
  return put(state, {
    rowId: payload.row_id,
    source: payload.source,
    row: payload.row,
    symbol: event.symbol,
    explained: payload.explained,
    state: 'staged',
    finding: null,
    why: null,
    stagedMs: event.tsMs,
    quarantinedMs: null,
    endedMs: null,
  });
}

export function rowQuarantined(state: Registry, event: EventOf<'ROW_QUARANTINED'>): Registry {
  const row = state.staged.get(event.payload.row_id);
  if (row === undefined) return state;
  const { finding, why } = event.payload;
  return put(state, { ...row, state: 'quarantined', finding, why, quarantinedMs: event.tsMs });
}

export function rowEnded(
  state: Registry,
  event: EventOf<'ROW_RETIRED' | 'ROW_RELEASED'>,
): Registry {
  const row = state.staged.get(event.payload.row_id);
  if (row === undefined) return state;
  const ended: StagedRow = {
    ...row,
    state: event.type === 'ROW_RETIRED' ? 'retired' : 'released',
    endedMs: event.tsMs,
  };
  const staged = new Map(state.staged);
  staged.delete(row.rowId);
  return { ...state, staged, touched: { ...state.touched, rows: [ended] } };
}

/** Each cause once per symbol: it is the first sight of it that an operator looks at. */
export function attentionNeeded(
  state: Registry,
  event: EventOf<'ACKNOWLEDGEMENT_NEEDED'>,
): Registry {
  const { symbol, payload } = event;
  assert(symbol !== null, 'what needs an acknowledgement names its symbol');
  const waiting = state.attention.get(symbol) ?? [];
  if (waiting.some(({ cause }) => cause === payload.cause)) return state;
  const cause: Attention = { ...payload, sinceMs: event.tsMs };
  return {
    ...state,
    attention: new Map<Symbol, readonly Attention[]>(state.attention).set(symbol, [
      ...waiting,
      cause,
    ]),
  };
}

export function acknowledged(state: Registry, event: EventOf<'ACKNOWLEDGED'>): Registry {
  if (event.symbol === null || !state.attention.has(event.symbol)) return state;
  const attention = new Map(state.attention);
  attention.delete(event.symbol);
  return { ...state, attention };
}

function put(state: Registry, row: StagedRow): Registry {
  const staged = new Map<RowId, StagedRow>(state.staged).set(row.rowId, row);
  return { ...state, staged, touched: { ...state.touched, rows: [row] } };
}
