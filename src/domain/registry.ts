/**
 * The registry: what the bot owns and what it sent, folded from events. In memory it holds what is
 * alive (open positions, orders that are not terminal); rows that ended live in the tables. Each
 * fold names the rows it touched, so that the tables are written from the very same result.
 */
import type { Ms } from './clock.ts';
import type { Decimal } from './decimal.ts';
import type { VenueFill } from './fill.ts';
import type { AttentionCause, NewEvent } from './event.ts';
import type { ClientOrderId, PositionId } from './ids.ts';
import type { Order, OrderPurpose, OrderRole } from './order.ts';
import type { Position, ProtectionPlan } from './position.ts';
import type { RowId, StagedRow } from './staged-row.ts';
import type { Symbol } from './symbol.ts';
import type { TradingState } from './trading-state.ts';

/** A fill as recorded: what the venue said, and whose it is. */
export interface RecordedFill extends VenueFill {
  readonly seq: number;
  readonly positionId: PositionId | null;
  readonly role: OrderRole | null;
  readonly purpose: OrderPurpose | null;
}

export interface Touched {
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
  readonly fills: readonly RecordedFill[];
  readonly rows: readonly StagedRow[];
}

/** Something that an operator has to look at before entries go on. */
export interface Attention {
  readonly cause: AttentionCause;
  readonly evidence: string;
  readonly sinceMs: Ms;
}

export interface Registry {
  readonly seq: number;
  readonly state: TradingState;
  /** Open positions; at most one per symbol. */
  readonly positions: ReadonlyMap<Symbol, Position>;
  /** Orders that are not terminal. */
  readonly orders: ReadonlyMap<ClientOrderId, Order>;
  /** Plans of entries on their way, so that the first fill knows what protects it. */
  readonly plans: ReadonlyMap<ClientOrderId, ProtectionPlan>;
  /** Fills of positions that are not open (yet): POSITION_OPENED, next in the batch, consumes them. */
  readonly pendingFills: ReadonlyMap<PositionId, readonly RecordedFill[]>;
  /** Peak of equity net of deposits, for the drawdown; null before the first account reading. */
  readonly peakEquity: Decimal | null;
  /** Recording time up to which fills were folded. */
  readonly lastFillMs: Ms;
  readonly cycles: number;
  /** End of the last completed cycle, trading clock; null before the first. */
  readonly lastCycleMs: Ms | null;
  /** Rows of others that are neither retired nor released. */
  readonly staged: ReadonlyMap<RowId, StagedRow>;
  /** By symbol; cleared by `acknowledge`. */
  readonly attention: ReadonlyMap<Symbol, readonly Attention[]>;
  /** Rows this event changed. */
  readonly touched: Touched;
}

/** Folds one more event that is not committed yet: how a planner sees what its actions come to. */
export type Preview = (state: Registry, event: NewEvent) => Registry;
