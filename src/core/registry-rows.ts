/**
 * Positions, orders and fills as rows and back. One place knows the columns, so that what is written
 * after a fold and what is read at a restart cannot differ.
 */
import { decimal, price, quantity, text, textOrNull } from '../domain/decimal.ts';
import type { Price } from '../domain/decimal.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { PlanPayload } from '../domain/event.ts';
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { RecordedFill } from '../domain/registry.ts';
import type { RawRow, StagedRow } from '../domain/staged-row.ts';
import { payloadOfPlan, planOfPayload } from '../domain/plan-payload.ts';

/** Column to value, as SQLite takes and gives it: text, numbers and null. */
export type Row = Record<string, unknown>;

export const POSITION_COLUMNS = [
  ...['position_id', 'symbol', 'side', 'status', 'quantity', 'entered_quantity', 'entry_price'],
  ...['plan', 'targets_hit', 'signal_id', 'origin', 'opened_seq', 'opened_ms', 'protected_ms'],
  ...['closed_ms', 'exit_reason', 'realized_pnl', 'fees', 'no_stop_reason'],
];

export const ORDER_COLUMNS = [
  ...['client_order_id', 'symbol', 'role', 'purpose', 'side', 'type', 'time_in_force'],
  ...['post_only', 'reduce_only', 'quantity', 'price', 'stop_price', 'position_id', 'signal_id'],
  ...['expires_ms', 'state', 'venue_order_id', 'filled', 'filled_value', 'reason'],
  ...['intent_seq', 'intended_ms', 'updated_ms'],
];

export const FILL_COLUMNS = [
  ...['trade_id', 'seq', 'ts_ms', 'symbol', 'client_order_id', 'venue_order_id', 'position_id'],
  ...['side', 'quantity', 'price', 'fee', 'liquidity', 'kind', 'role', 'purpose'],
];

/** All but `staged_seq`, which is not the registry's. */
export const STAGED_COLUMNS = [
  ...['row_id', 'source', 'row', 'symbol', 'explained', 'state', 'finding', 'why'],
  ...['staged_ms', 'quarantined_ms', 'ended_ms'],
];

export function positionRow(position: Position): Row {
  return {
    position_id: position.positionId,
    symbol: position.symbol,
    side: position.side,
    status: position.status,
    quantity: text(position.quantity),
    entered_quantity: text(position.enteredQuantity),
    entry_price: textOrNull(position.entryPrice),
    plan: position.plan === null ? null : canonicalJson(payloadOfPlan(position.plan)),
    targets_hit: canonicalJson(position.targetsHit),
    signal_id: position.signalId,
    origin: position.origin,
    opened_seq: position.openedSeq,
    opened_ms: position.openedMs,
    protected_ms: position.protectedMs,
    closed_ms: position.closedMs,
    exit_reason: position.exitReason,
    realized_pnl: text(position.realizedPnl),
    fees: text(position.fees),
    no_stop_reason: position.noStopReason,
  };
}

/** The CHECKs of the schema hold for every row, so a row is read as what they guarantee. */
export function positionOf(row: Row): Position {
  return {
    positionId: row['position_id'],
    symbol: row['symbol'],
    side: row['side'],
    status: row['status'],
    quantity: quantity(String(row['quantity'])),
    enteredQuantity: quantity(String(row['entered_quantity'])),
    entryPrice: priceOrNull(row['entry_price']),
    plan: planOrNull(row['plan']),
    targetsHit: JSON.parse(String(row['targets_hit'])) as number[],
    signalId: row['signal_id'],
    origin: row['origin'],
    openedSeq: row['opened_seq'],
    openedMs: row['opened_ms'],
    protectedMs: row['protected_ms'],
    closedMs: row['closed_ms'],
    exitReason: row['exit_reason'],
    noStopReason: row['no_stop_reason'],
    realizedPnl: decimal(String(row['realized_pnl'])),
    fees: decimal(String(row['fees'])),
  } as Position;
}

export function orderRow(order: Order): Row {
  return {
    client_order_id: order.clientOrderId,
    symbol: order.symbol,
    role: order.role,
    purpose: order.purpose,
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    post_only: order.postOnly ? 1 : 0,
    reduce_only: order.reduceOnly ? 1 : 0,
    quantity: text(order.quantity),
    price: textOrNull(order.price),
    stop_price: textOrNull(order.stopPrice),
    position_id: order.positionId,
    signal_id: order.signalId,
    expires_ms: order.expiresMs,
    state: order.state,
    venue_order_id: order.venueOrderId,
    filled: text(order.filled),
    filled_value: text(order.filledValue),
    reason: order.reason,
    intent_seq: order.intentSeq,
    intended_ms: order.intendedMs,
    updated_ms: order.updatedMs,
  };
}

export function orderOf(row: Row): Order {
  return {
    clientOrderId: row['client_order_id'],
    symbol: row['symbol'],
    role: row['role'],
    purpose: row['purpose'],
    side: row['side'],
    type: row['type'],
    timeInForce: row['time_in_force'],
    postOnly: row['post_only'] === 1,
    reduceOnly: row['reduce_only'] === 1,
    quantity: quantity(String(row['quantity'])),
    price: priceOrNull(row['price']),
    stopPrice: priceOrNull(row['stop_price']),
    positionId: row['position_id'],
    signalId: row['signal_id'],
    expiresMs: row['expires_ms'],
    state: row['state'],
    venueOrderId: row['venue_order_id'],
    filled: quantity(String(row['filled'])),
    filledValue: decimal(String(row['filled_value'])),
    reason: row['reason'],
    intentSeq: row['intent_seq'],
    intendedMs: row['intended_ms'],
    updatedMs: row['updated_ms'],
  } as Order;
}

export function fillRow(fill: RecordedFill): Row {
  return {
    trade_id: fill.tradeId,
    seq: fill.seq,
    ts_ms: fill.tsMs,
    symbol: fill.symbol,
    client_order_id: fill.clientOrderId,
    venue_order_id: fill.venueOrderId,
    position_id: fill.positionId,
    side: fill.side,
    quantity: text(fill.quantity),
    price: text(fill.price),
    fee: text(fill.fee),
    liquidity: fill.liquidity,
    kind: fill.kind,
    role: fill.role,
    purpose: fill.purpose,
  };
}

export function fillOf(row: Row): RecordedFill {
  return {
    tradeId: row['trade_id'],
    seq: row['seq'],
    tsMs: row['ts_ms'],
    symbol: row['symbol'],
    clientOrderId: row['client_order_id'],
    venueOrderId: row['venue_order_id'],
    positionId: row['position_id'],
    side: row['side'],
    quantity: quantity(String(row['quantity'])),
    price: price(String(row['price'])),
    fee: decimal(String(row['fee'])),
    liquidity: row['liquidity'],
    kind: row['kind'],
    role: row['role'],
    purpose: row['purpose'],
  } as RecordedFill;
}

export function stagedRow(staged: StagedRow): Row {
  return {
    row_id: staged.rowId,
    source: staged.source,
    row: canonicalJson(staged.row),
    symbol: staged.symbol,
    explained: staged.explained ? 1 : 0,
    state: staged.state,
    finding: staged.finding,
    why: staged.why,
    staged_ms: staged.stagedMs,
    quarantined_ms: staged.quarantinedMs,
    ended_ms: staged.endedMs,
  };
}

export function stagedRowOf(row: Row): StagedRow {
  return {
    rowId: row['row_id'],
    source: row['source'],
    row: JSON.parse(String(row['row'])) as RawRow,
    symbol: row['symbol'],
    explained: row['explained'] === 1,
    state: row['state'],
    finding: row['finding'],
    why: row['why'],
    stagedMs: row['staged_ms'],
    quarantinedMs: row['quarantined_ms'],
    endedMs: row['ended_ms'],
  } as StagedRow;
}

function priceOrNull(cell: unknown): Price | null {
  return typeof cell === 'string' ? price(cell) : null;
}

function planOrNull(cell: unknown): Position['plan'] {
  return typeof cell === 'string' ? planOfPayload(JSON.parse(cell) as PlanPayload) : null;
}
