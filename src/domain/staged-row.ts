/**
 * A registry row as somebody else wrote it: a legacy ledger, a hand, a broken disk. It is kept as it was
 * found, outside the registry, until reconciliation has judged it. The incident: one OPEN row of size zero,
 * read as a position at every start, stopped the bot for good.
 */
import type { Brand } from './brand.ts';
import type { Json } from './canonical-json.ts';
import type { Ms } from './clock.ts';
import type { Symbol } from './symbol.ts';

export type RowId = Brand<string, 'RowId'>;

/** The row as written: `symbol`, `side`, `quantity`, `entry_price`, `status`, `opened_ms`, and the rest. */
export type RawRow = Readonly<Record<string, Json>>;

export type RowFinding = 'malformed.registry' | 'ghost' | 'duplicate';

export interface StagedRow {
  readonly rowId: RowId;
  /** Where it was read: a file name, or `positions` for a row of our own tables. */
  readonly source: string;
  readonly row: RawRow;
  /** Its market, where its spelling is known. */
  readonly symbol: Symbol | null;
  /** True when its ledger also had the event that opened it. */
  readonly explained: boolean;
  /** `staged`: not judged yet. */
  readonly state: 'staged' | 'quarantined' | 'retired' | 'released';
  /** What is wrong with it; null while it is not judged. */
  readonly finding: RowFinding | null;
  readonly why: string | null;
  readonly stagedMs: Ms;
  readonly quarantinedMs: Ms | null;
  /** When it was retired or released. */
  readonly endedMs: Ms | null;
}
