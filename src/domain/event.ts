/**
 * The catalogue of facts. An event is appended once, durably, and never changed; the registry is
 * folded from events. Payloads are JSON: snake_case keys, decimals as canonical text. Nothing that
 * differs between two equal runs (pid, host, durations) belongs in an event.
 */
import type { Json } from './canonical-json.ts';
import type { Ms } from './clock.ts';
import type { DecimalText } from './decimal.ts';
import type { ClientOrderId, PositionId, RunId, SignalId } from './ids.ts';
import type { FillKind } from './fill.ts';
import type {
  OrderPurpose,
  OrderRole,
  OrderState,
  OrderType,
  PositionSide,
  Side,
  TimeInForce,
} from './order.ts';
import type { ExitReason, PositionOrigin, RetireReason } from './position.ts';
import type { DecisionNumbers, RejectionReason } from './signal.ts';
import type { RawRow, RowFinding, RowId } from './staged-row.ts';
import type { Symbol } from './symbol.ts';
import type { HaltKind, TradingState } from './trading-state.ts';

/** Why a symbol waits for an operator. */
export type AttentionCause = 'side_flipped' | 'second_instance';

type Counts = Readonly<Record<string, number>>;

export interface OrderPayload {
  role: OrderRole;
  purpose: OrderPurpose;
  side: Side;
  type: OrderType;
  time_in_force: TimeInForce;
  post_only: boolean;
  reduce_only: boolean;
  quantity: DecimalText;
  price: DecimalText | null;
  stop_price: DecimalText | null;
  expires_ms: Ms | null;
  /** How many intents this owner and role had, this one included. */
  attempt: number;
  /** On entries: what will protect the position, so that a restart needs no signal. */
  plan: PlanPayload | null;
}

export interface PlanPayload {
  stop: DecimalText;
  targets: readonly { level: 1 | 2 | 3; price: DecimalText; share: DecimalText }[];
  atr: DecimalText;
  stop_atr: DecimalText;
}

export interface EventPayloads {
  RUN_STARTED: {
    venue: string;
    mode: string;
    feed_digest: string | null;
    config_digest: string;
    head_seq: number;
    resumed: boolean;
    /** Margin equity at the start; null when the venue could not be asked. */
    equity: DecimalText | null;
  };
  RUN_ENDED: { reason: 'finished' | 'signal' | 'cycles' | 'once' | 'memory' };
  PREVIOUS_RUN_DIED: { last_seq: number; last_event_ms: Ms | null };
  JOURNAL_TAIL_LOST: {
    head_seq: number;
    high_water_seq: number;
    lost_from: number;
    lost_to: number;
  };

  /** `market` as the recording spells it: what is set aside may not even have a symbol. */
  MARKET_SET_ASIDE: { market: string; reason: string; file: string | null };
  MARKET_PINNED: { tier: string; would_be: string };
  MARKET_TIER: { tier: string; quote_volume_24h: DecimalText | null; spread: DecimalText | null };

  SIGNAL: {
    side: PositionSide;
    entry: DecimalText;
    stop: DecimalText;
    targets: readonly { level: 1 | 2 | 3; price: DecimalText; share: DecimalText }[];
    rr_tp1: DecimalText;
    rr_tp2: DecimalText;
    regime: string;
    numbers: DecisionNumbers;
  };
  REJECTION: { reason: RejectionReason; detail: string; numbers: DecisionNumbers };
  AUCTION_LOST: { reason: string; score: string; rank: number; numbers: DecisionNumbers };
  ENTRY_DENIED: { code: string; numbers: DecisionNumbers };

  /** Committed before the request leaves. */
  ORDER_INTENDED: OrderPayload;
  ORDER_ACCEPTED: { venue_order_id: string | null; server_ms: Ms | null };
  ORDER_DENIED: { code: string };
  ORDER_REJECTED: { reason: string };
  ORDER_IN_DOUBT: { evidence: string };
  /** A later reading said what became of an order: live again, cancelled, expired, absent. */
  ORDER_STATE: { state: OrderState; venue_order_id: string | null; evidence: string };
  /** Ours at the venue or in a ledger, without an intent in this journal. */
  ORDER_ADOPTED: OrderPayload & {
    venue_order_id: string | null;
    state: OrderState;
    filled: DecimalText;
    /** Of the order's own intent, when it had ended here and lives at the venue all the same. */
    intent_seq: number | null;
    evidence: string;
  };
  /** A hand changed a live order of ours at the venue. */
  ORDER_AMENDED: {
    quantity: DecimalText;
    price: DecimalText | null;
    stop_price: DecimalText | null;
    evidence: string;
  };
  /** `positionId` of the event is the one it belongs to from now on. */
  ORDER_RELINKED: { from_position: string | null; evidence: string };
  ORDER_CANCEL_INTENDED: { reason: string };
  ORDER_CANCELLED: { reason: string };
  ORDER_CANCEL_FAILED: { outcome: 'rejected' | 'in_doubt'; reason: string };

  FILL: {
    trade_id: string;
    venue_order_id: string | null;
    side: Side;
    quantity: DecimalText;
    price: DecimalText;
    fee: DecimalText;
    liquidity: 'maker' | 'taker';
    kind: FillKind;
    role: OrderRole | null;
    purpose: OrderPurpose | null;
  };
  POSITION_OPENED: {
    side: PositionSide;
    origin: PositionOrigin;
    plan: PlanPayload | null;
  };
  POSITION_CLOSED: {
    reason: ExitReason;
    realized_pnl: DecimalText;
    fees: DecimalText;
    held_ms: Ms;
  };
  /** Open at the venue or in a ledger, and now in the registry; no fill of ours made it. */
  POSITION_IMPORTED: {
    side: PositionSide;
    quantity: DecimalText;
    /** Null when nobody reported one: it is never invented. */
    entry_price: DecimalText | null;
    origin: Extract<PositionOrigin, 'venue-report' | 'operator'>;
    plan: PlanPayload | null;
    /** Why no stop is wanted for it; null when one is. */
    no_stop_reason: string | null;
    evidence: string;
  };
  /** What no fill explains, brought in line with the venue's report. */
  POSITION_ADJUSTED: {
    quantity_before: DecimalText;
    quantity: DecimalText;
    entry_price_before: DecimalText | null;
    entry_price: DecimalText | null;
    evidence: string;
  };
  /** Ended in the registry without a fill; the profit of it is not known. */
  POSITION_RETIRED: { reason: RetireReason; evidence: string };
  /** The whole quantity is covered by live reduce-only stops: for the first time, or again after an alarm. */
  POSITION_PROTECTED: { unprotected_ms: Ms; stop_price: DecimalText };
  POSITION_UNPROTECTED: { since_ms: Ms; covered: DecimalText; quantity: DecimalText; why: string };
  POSITION_BLOCKED: { finding: string; evidence: string };
  /** What blocked the symbol is gone. */
  POSITION_UNBLOCKED: { finding: string };
  /** A target that was merged into the next or skipped, once per position. */
  TARGET_DROPPED: {
    level: number;
    reason: 'below_minimum' | 'already_passed';
    merged_into: number | null;
  };

  STATE_CHANGED: { from: TradingState; to: TradingState; causes: readonly string[] };
  HALT_SET: {
    halt_id: string;
    kind: HaltKind;
    reason: string;
    findings: readonly string[];
    set_by: string;
  };
  HALT_CLEARED: {
    halt_id: string;
    kind: HaltKind;
    reason: string;
    uid: number | null;
    terminal: string | null;
    despite_findings: boolean;
    /** Set when the peak that drawdown is measured from was reset to the equity of now. */
    peak_equity: DecimalText | null;
  };
  OPERATOR_COMMAND: {
    command: string;
    arguments: Readonly<Record<string, string | number | boolean | null>>;
    uid: number | null;
    terminal: string | null;
    reason: string | null;
  };
  FINDING: { finding: string; evidence: string };

  ROW_STAGED: { row_id: RowId; source: string; row: RawRow; explained: boolean };
  ROW_QUARANTINED: { row_id: RowId; finding: RowFinding; why: string };
  /** Of no further use; kept for ever, acted on never. */
  ROW_RETIRED: { row_id: RowId; reason: string };
  /** An operator vouched for it: POSITION_IMPORTED, next in the batch, opens it. */
  ROW_RELEASED: { row_id: RowId; reason: string };
  /** Entries of the symbol wait, and the bot is DEGRADED, until an operator has looked. */
  ACKNOWLEDGEMENT_NEEDED: { cause: AttentionCause; evidence: string };
  ACKNOWLEDGED: {
    causes: readonly string[];
    reason: string;
    uid: number | null;
    terminal: string | null;
  };
  /** What the venue answered before a plan was applied, row by row as it was read. */
  VENUE_ANSWERS: { plan_id: string; answers: Json };
  /** One action of a plan that an operator applied: a repair, or an order with its outcome. */
  PLAN_ACTION: { plan_id: string; action_id: string; action: string; outcome: string };
  /** Nothing of the plan is left to do. */
  PLAN_APPLIED: { plan_id: string; actions: number; backup: string | null };

  CYCLE_END: {
    cycle: number;
    state: TradingState;
    markets: number;
    candles: number;
    signals: number;
    rejections: Counts;
    approved: number;
    denied: Counts;
    lost: Counts;
    orders: number;
    fills: number;
    positions: number;
    /** Markets that had a price: the tiers are reviewed again when there are more. */
    priced_markets: number;
    /** What degrades the bot, and for how many cycles each cause has been away. */
    causes: readonly { readonly cause: string; readonly away_cycles: number }[];
    /** Entries as of the last cycle below the margin limit: tells raised by entries from raised by price. */
    entries_when_below: number;
    /** Null when the account could not be read this cycle. */
    equity: DecimalText | null;
    peak_equity: DecimalText | null;
    net_deposits: DecimalText | null;
    margin_utilization: DecimalText | null;
  };
  /** The stored summary of a finished recording: `tradectl.run/1` without what the clock on the wall says. */
  RECORDING_FINISHED: { summary: Readonly<Record<string, unknown>> };
}

export type EventType = keyof EventPayloads;

/** What an event is about; absent means null. */
export interface EventRefs {
  readonly symbol?: Symbol | null;
  readonly positionId?: PositionId | null;
  readonly clientOrderId?: ClientOrderId | null;
  readonly signalId?: SignalId | null;
  /** The whole chain this belongs to: usually the signal. */
  readonly correlationId?: string | null;
  /** `seq` of the event that directly caused this one. */
  readonly causationSeq?: number | null;
}

type Typed<Extra> = {
  readonly [T in EventType]: {
    readonly type: T;
    readonly payload: Readonly<EventPayloads[T]>;
  } & Extra;
}[EventType];

/** An event before it is committed; `tsMs` is when the fact happened, default now. */
export type NewEvent = Typed<EventRefs & { readonly tsMs?: Ms }>;

export interface StoredRefs {
  readonly seq: number;
  readonly runId: RunId;
  readonly tsMs: Ms;
  readonly recordedMs: Ms;
  readonly symbol: Symbol | null;
  readonly positionId: PositionId | null;
  readonly clientOrderId: ClientOrderId | null;
  readonly signalId: SignalId | null;
  readonly correlationId: string | null;
  readonly causationSeq: number | null;
  readonly hash: string;
}

export type StoredEvent = Typed<StoredRefs>;
export type EventOf<T extends EventType> = Extract<StoredEvent, { type: T }>;

/** What `append` answers after COMMIT. */
export interface Committed {
  readonly seqFirst: number;
  readonly seqLast: number;
  readonly headHash: string;
}
