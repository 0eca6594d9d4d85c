/**
 * Brings the rows of somebody's ledger in. One sane, explained open row per market becomes a position; a second
 * one, a malformed one, and one that no event explains are staged beside the registry, where
 * reconciliation judges them. Nothing is inserted on its own word into the positions. Pure.
 *
 * Of two rows for one market the one with most events stays, then the oldest.
 */
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Ms } from '../domain/clock.ts';
import { maxDecimal, text, textOrNull, type Quantity } from '../domain/decimal.ts';
import type { NewEvent, PlanPayload } from '../domain/event.ts';
import { factId, type PositionId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Registry } from '../domain/registry.ts';
import type { RawRow, RowId } from '../domain/staged-row.ts';
import type { AliasTable, Symbol } from '../domain/symbol.ts';
import { judgeRow, type SaneRow } from './judge-row.ts';

export interface LedgerRow {
  readonly row: RawRow;
  /** How many events of its ledger are about it; 0 for a row that nothing explains. */
  readonly events: number;
  /** What protects it, where its ledger knows. */
  readonly plan?: PlanPayload | null;
}

export interface LedgerWorld {
  readonly registry: Registry;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: AliasTable;
  /** Where the rows come from: a file name. */
  readonly source: string;
  readonly nowMs: Ms;
}

/** A ledger row that was brought in, and how. */
export interface Staged {
  readonly rowId: RowId;
  readonly positionId: PositionId;
  readonly row: RawRow;
  readonly as: 'position' | 'closed-position' | 'staged';
  readonly symbol: Symbol | null;
  /** One batch. */
  readonly events: readonly NewEvent[];
}

export function stageLedger(rows: readonly LedgerRow[], world: LedgerWorld): Staged[] {
  const identified = identify(rows, world);
  const survivors = survivorsOf(identified, world.registry);
  return identified.map((each) => {
    const { judged, rowId, positionId } = each;
    const symbol = judged.symbol;
    const base = { rowId, positionId, row: each.row, symbol };
    if (judged.kind === 'sane' && judged.status === 'closed') {
      const events = [...imported(each, judged, world), ...ended(each, judged)];
      return { ...base, as: 'closed-position' as const, events };
    }
    if (judged.kind === 'sane' && survivors.has(each)) {
      return { ...base, as: 'position' as const, events: imported(each, judged, world) };
    }
    return { ...base, as: 'staged' as const, events: [stagedEvent(each, world)] };
  });
}

/** The position a row stands for; also what its orders are linked to. */
export function rowPositionId(rowId: RowId): PositionId {
  return factId('pos', rowId) as PositionId;
}

interface Identified extends LedgerRow {
  readonly rowId: RowId;
  readonly positionId: PositionId;
  readonly judged: ReturnType<typeof judgeRow>;
}

/** Ids from the facts: the same file twice gives the same rows, a row that stands twice in it two. */
function identify(rows: readonly LedgerRow[], { aliases, source }: LedgerWorld): Identified[] {
  const seen = new Map<string, number>();
  return rows.map((each) => {
    const facts = canonicalJson(each.row);
    const before = seen.get(facts) ?? 0;
    seen.set(facts, before + 1);
    const rowId = factId('row', source, facts, String(before)) as RowId;
    const judged = judgeRow(each.row, aliases);
    return { ...each, rowId, positionId: rowPositionId(rowId), judged };
  });
}

function survivorsOf(rows: readonly Identified[], registry: Registry): ReadonlySet<Identified> {
  const best = new Map<Symbol, Identified>();
  for (const row of rows) {
    const { judged } = row;
    if (judged.kind !== 'sane' || judged.status !== 'open' || row.events === 0) continue;
    if (registry.positions.has(judged.symbol)) continue;
    const held = best.get(judged.symbol);
    if (held === undefined || outlives(row, held)) best.set(judged.symbol, row);
  }
  return new Set(best.values());
}

function outlives(a: Identified, b: Identified): boolean {
  if (a.events !== b.events) return a.events > b.events;
  return openedMs(a) < openedMs(b);
}

function openedMs({ judged }: Identified): number {
  return judged.kind === 'sane' ? (judged.openedMs ?? Infinity) : Infinity;
}

function stagedEvent(each: Identified, { source }: LedgerWorld): NewEvent {
  const { rowId: row_id, row, judged } = each;
  return {
    type: 'ROW_STAGED',
    symbol: judged.symbol,
    payload: { row_id, source, row, explained: each.events > 0 },
  };
}

function imported(each: Identified, sane: SaneRow, world: LedgerWorld): NewEvent[] {
  return [
    {
      type: 'POSITION_IMPORTED',
      symbol: sane.symbol,
      positionId: each.positionId,
      correlationId: each.positionId,
      tsMs: sane.openedMs ?? world.nowMs,
      payload: {
        side: sane.side,
        quantity: text(sizeOf(sane, world)),
        entry_price: textOrNull(sane.entryPrice),
        origin: 'operator',
        plan: each.plan ?? null,
        no_stop_reason: null,
        evidence: `row ${each.rowId} of ${world.source}`,
      },
    },
  ];
}

/** A closed row has no size left; what it once had is at least one lot. */
function sizeOf({ symbol, quantity }: SaneRow, { instruments }: LedgerWorld): Quantity {
  const lot = instruments.get(symbol)?.lotStep;
  return lot === undefined ? quantity : maxDecimal(quantity, lot);
}

function ended({ positionId, rowId }: Identified, { symbol }: SaneRow): NewEvent[] {
  const payload = { reason: 'ledger', evidence: `row ${rowId} says closed` } as const;
  return [{ type: 'POSITION_RETIRED', symbol, positionId, correlationId: positionId, payload }];
}
