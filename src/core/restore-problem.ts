/**
 * What a restart found wrong in a stored row or an event, by name. A problem is never a reason to stop:
 * the incident was one OPEN row of size zero that ended the process at every start, for good.
 */
import type { PositionId } from '../domain/ids.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Row } from './registry-rows.ts';

interface About {
  readonly table: 'positions' | 'orders' | 'staged_rows' | 'events';
  /** Key of the row: position id, client order id, row id, or the seq of an event. */
  readonly id: string;
  readonly positionId: PositionId | null;
  readonly symbol: Symbol | null;
  readonly why: string;
}

export type RestoreProblem =
  /** The row is wrong or missing, its events are sound: they win, and the row is written anew. */
  | (About & { readonly kind: 'projection.differs'; readonly row: Row | null })
  /** Event `seq` cannot be folded; the stored row is sound and was taken, if there is one. */
  | (About & {
      readonly kind: 'journal.unreadable';
      readonly row: Row | null;
      readonly seq: number;
    })
  /** Neither the events nor the row: left out, the venue is the next to be asked. */
  | (About & {
      readonly kind: 'position.unreadable' | 'order.unreadable';
      readonly row: Row | null;
      readonly seq: number;
    })
  /** No event explains the row: left out. */
  | (About & { readonly kind: 'ghost'; readonly row: Row })
  /** A stored row of somebody else that cannot be read: left out. */
  | (About & { readonly kind: 'staged.unreadable'; readonly row: Row });
