/** One execution at the venue. */
import type { Ms } from './clock.ts';
import type { Decimal, DecimalText, Price, Quantity } from './decimal.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from './ids.ts';
import type { Side } from './order.ts';
import type { Symbol } from './symbol.ts';

/** `trade` is ours or a hand's; the others are the venue's own doing. */
export type FillKind = 'trade' | 'liquidation' | 'assignee' | 'funding';

export interface VenueFill {
  readonly tradeId: TradeId;
  readonly clientOrderId: ClientOrderId | null;
  readonly venueOrderId: VenueOrderId | null;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  /** Paid fee in quote units; negative for a rebate. */
  readonly fee: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly kind: FillKind;
  readonly tsMs: Ms;
}

/** What the journal holds of a trade: enough to see that a venue tells another story of it. */
export interface RecordedTrade {
  readonly price: DecimalText;
  readonly quantity: DecimalText;
}
