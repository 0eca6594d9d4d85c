/**
 * `tradectl.quarantine/1`: rows of others that are kept beside the registry, why they are, and what releasing
 * each would do. The row is shown as it was written: it is evidence.
 */
import type { Db } from '../../core/database.ts';
import { readInstruments } from '../../core/instrument-store.ts';
import { readMeta } from '../../core/meta.ts';
import { registryView } from '../../core/registry-view.ts';
import { text } from '../../domain/decimal.ts';
import type { RawRow, StagedRow } from '../../domain/staged-row.ts';
import { aliasTable, type AliasTable, type Symbol } from '../../domain/symbol.ts';
import { judgeRow } from '../../reconcile/judge-row.ts';
import { readHome } from './read-home.ts';

export interface QuarantineRow {
  readonly row_id: string;
  readonly source: string;
  /** Canonical where the spelling is known, else as written. */
  readonly symbol: string | null;
  readonly written: RawRow;
  /** Null while it is not judged. */
  readonly finding: string | null;
  readonly why: string | null;
  /** When it was quarantined, or staged when nobody has judged it yet. */
  readonly since_ms: number;
  /** When its ledger says that it was opened; null when that cannot be read. */
  readonly opened_ms: number | null;
  readonly state: StagedRow['state'];
  readonly on_release: string;
}

export interface QuarantineDocument {
  readonly schema: 'tradectl.quarantine/1';
  readonly as_of_ms: number;
  readonly rows: readonly QuarantineRow[];
}

/** Rows that wait, oldest first; with `all` also those retired or released. Throws STORE_MISSING. */
export function readQuarantine(
  home: string,
  { all, asOfMs }: { readonly all: boolean; readonly asOfMs: number },
): QuarantineDocument {
  return readHome(home, (db) => {
    const view = registryView(db);
    const aliases = aliasTable(readInstruments(db));
    const held = new Set(view.openPositions().map(({ symbol }) => symbol));
    const rows = view.stagedRows({ all }).map((row) => shownRow(row, aliases, held));
    return { schema: 'tradectl.quarantine/1', as_of_ms: tradingTime(db, asOfMs), rows };
  });
}

/** On a recording rows are staged at times of the recording: ages are measured on that clock. */
function tradingTime(db: Db, wallMs: number): number {
  if (readMeta(db, 'feed_digest') === null) return wallMs;
  return registryView(db).lastEvents(1)[0]?.recordedMs ?? wallMs;
}

function openedMs({ row }: StagedRow): number | null {
  const { opened_ms: opened } = row;
  return typeof opened === 'number' && opened > 0 ? opened : null;
}

function shownRow(row: StagedRow, aliases: AliasTable, held: ReadonlySet<Symbol>): QuarantineRow {
  const written = row.row['symbol'];
  return {
    row_id: row.rowId,
    source: row.source,
    symbol: row.symbol ?? (typeof written === 'string' ? written : null),
    written: row.row,
    finding: row.finding,
    why: row.why,
    since_ms: row.quarantinedMs ?? row.stagedMs,
    opened_ms: openedMs(row),
    state: row.state,
    on_release: onRelease(row, aliases, held),
  };
}

/** One sentence. Also for rows not judged yet, so that a list can be read before the first look. */
export function onRelease(
  row: Pick<StagedRow, 'row' | 'state'>,
  aliases: AliasTable,
  held: ReadonlySet<Symbol>,
): string {
  if (row.state === 'retired' || row.state === 'released') return `refused: it is ${row.state}`;
  const judged = judgeRow(row.row, aliases);
  if (judged.kind === 'malformed') return `refused: ${judged.why}`;
  const { symbol, side, status, quantity } = judged;
  if (status === 'closed') return 'refused: the row says that it is closed';
  if (held.has(symbol)) return `refused: ${symbol} has an open position already`;
  return `becomes an open position of ${text(quantity)} ${side} ${symbol}, compared with the venue at the next look`;
}
