/**
 * Staged rows, judged: malformed ones and ghosts go into quarantine, a second row of one market is
 * merged into the position that stands. Pure. The incident: a takeover could not purge a position
 * because its row stood under another spelling; here a row is purged by its own id.
 */
import { textOrNull } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import { exitSide, type Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Finding, RepairAction, UnknownMarket } from '../domain/plan.ts';
import type { RowFinding, StagedRow } from '../domain/staged-row.ts';
import type { AliasTable } from '../domain/symbol.ts';
import type { VenuePosition } from '../domain/venue.ts';
import { adjustedEvent } from './adjusted-event.ts';
import type { Desk, Draft } from './desk.ts';
import { judgeRow } from './judge-row.ts';
import { orderRefs } from './plan-orders.ts';
import { rowPositionId } from './stage-ledger.ts';

/** Quarantines what cannot be a position; returns the rows that duplicate the one that stands. */
export function planRows(
  desk: Desk,
  rows: readonly StagedRow[],
  aliases: AliasTable,
): readonly StagedRow[] {
  const duplicates: StagedRow[] = [];
  for (const row of rows) {
    if (row.state !== 'staged') continue;
    const fault = faultOf(row, aliases, desk.held() !== null);
    if (fault === null) duplicates.push(row);
    else desk.act(withItsOrders(desk, row, quarantine(row, fault)));
  }
  return duplicates;
}

/** Orders of a row that goes protect the position that stays, when they reduce it. */
function withItsOrders(desk: Desk, row: StagedRow, draft: Draft): Draft {
  const survivor = desk.held();
  if (survivor === null) return draft;
  const relinks = relinked(desk, row, survivor, (order) => order.side === exitSide(survivor.side));
  return { ...draft, events: [...draft.events, ...relinks] };
}

/** A row whose market nobody knows: it has no desk. */
export function quarantineUnknown(row: StagedRow, aliases: AliasTable): RepairAction | null {
  if (row.state !== 'staged') return null;
  const fault = faultOf(row, aliases, false) ?? { finding: 'ghost' as const, why: NOT_OPEN };
  const name = writtenSymbol(row) as UnknownMarket;
  const draft = quarantine(row, fault);
  return {
    ...draft,
    symbol: null,
    positionId: null,
    finding: { ...draft.finding, symbol: name },
  };
}

/**
 * Merges the duplicates of a market into the position that stands: they are retired by event, their
 * orders relinked, and the quantity is the venue's. `venue` is null when it lists none.
 */
export function mergeRows(
  desk: Desk,
  duplicates: readonly StagedRow[],
  { survivor, venue }: { survivor: Position; venue: VenuePosition | null },
): void {
  const names = duplicates.map((row) => `${writtenSymbol(row)} (${row.rowId})`);
  const evidence = `${names.join(', ')} and ${survivor.positionId} are one market`;
  desk.act({
    action: 'merge-registry',
    summary: `${duplicates.length} into ${survivor.positionId}`,
    finding: findingOf(desk, 'duplicate', evidence),
    events: [
      ...duplicates.map((row) => retired(row, `duplicate of ${survivor.positionId}`)),
      ...duplicates.flatMap((row) => relinked(desk, row, survivor)),
      ...adjusted(survivor, venue),
    ],
  });
}

export function duplicateFinding(desk: Desk, duplicates: readonly StagedRow[]): Finding {
  const names = duplicates.map(writtenSymbol);
  return findingOf(desk, 'duplicate', `${names.join(', ')} stands beside the open position`);
}

/** As its ledger spells it; the row's own id when it spells nothing. */
export function writtenSymbol({ row, rowId }: StagedRow): string {
  const { symbol } = row;
  return typeof symbol === 'string' ? symbol : rowId;
}

interface Fault {
  readonly finding: RowFinding;
  readonly why: string;
}

const NOT_OPEN = 'no position of it is open in this journal';

function faultOf(row: StagedRow, aliases: AliasTable, isHeld: boolean): Fault | null {
  const judged = judgeRow(row.row, aliases);
  if (judged.kind === 'malformed') return { finding: 'malformed.registry', why: judged.why };
  if (!row.explained) return { finding: 'ghost', why: 'no event explains it' };
  return isHeld ? null : { finding: 'ghost', why: NOT_OPEN };
}

function quarantine(row: StagedRow, { finding, why }: Fault): Draft {
  const payload = { row_id: row.rowId, finding, why };
  return {
    action: 'quarantine-row',
    summary: `${row.rowId}: ${why}`,
    finding: {
      // A row without a known market is named by its caller.
      symbol: row.symbol ?? ('' as UnknownMarket),
      positionId: null,
      finding,
      evidence: `row ${row.rowId} of ${row.source}: ${why}`,
    },
    events: [{ type: 'ROW_QUARANTINED', symbol: row.symbol, payload }],
  };
}

function retired(row: StagedRow, reason: string): NewEvent {
  return { type: 'ROW_RETIRED', symbol: row.symbol, payload: { row_id: row.rowId, reason } };
}

function relinked(
  desk: Desk,
  row: StagedRow,
  survivor: Position,
  isWanted: (order: Order) => boolean = () => true,
): NewEvent[] {
  const from = rowPositionId(row.rowId);
  return [...desk.registry().orders.values()]
    .filter((order) => order.positionId === from && isWanted(order))
    .map((order) => ({
      type: 'ORDER_RELINKED',
      ...orderRefs({ ...order, positionId: survivor.positionId }),
      payload: { from_position: from, evidence: `row ${row.rowId} is its duplicate` },
    }));
}

function adjusted(survivor: Position, venue: VenuePosition | null): NewEvent[] {
  if (venue === null || venue.side !== survivor.side) return [];
  const entryPrice = venue.entryPrice ?? survivor.entryPrice;
  const isSamePrice = textOrNull(entryPrice) === textOrNull(survivor.entryPrice);
  if (venue.quantity.eq(survivor.quantity) && isSamePrice) return [];
  const evidence = "merged: the quantity is the venue's";
  return [adjustedEvent(survivor, { quantity: venue.quantity, entryPrice, evidence })];
}

function findingOf(desk: Desk, finding: string, evidence: string): Finding {
  const positionId = desk.held()?.positionId ?? null;
  return { symbol: desk.symbol, positionId, finding, evidence };
}
