/**
 * Positions of the registry against those of the venue, market by market, once every fill is folded. How many
 * are gone is known only then; what went together with others is not believed to be flat (rule 2).
 */
import type { PositionId } from '../domain/ids.ts';
import type { Position } from '../domain/position.ts';
import { wasSeenApart, type Seen, type Sighting } from '../domain/sightings.ts';
import type { StagedRow } from '../domain/staged-row.ts';
import type { Symbol } from '../domain/symbol.ts';
import { ABSENT, absentKey, TOGETHER, togetherKey, type AbsenceWorld } from './absence.ts';
import type { Desk, DeskResult } from './desk.ts';
import { pileOf, type Pile, type Piles } from './piles.ts';
import type { OrderRows } from './plan-orders.ts';
import { reportUnlisted } from './unlisted-stops.ts';
import { BY_POLICY, planPosition, type Compared } from './plan-position.ts';
import type { RepairInput } from './plan-repair.ts';
import { duplicateFinding, mergeRows, planRows } from './plan-rows.ts';
import { planStrangers } from './plan-strangers.ts';

export interface Planning {
  readonly input: RepairInput;
  readonly now: Sighting;
  readonly rows: OrderRows;
  /** Why this observation proves no absence; null when it may. */
  readonly doubt: string | null;
}

/** How one market's position compares. */
export interface ComparedDesk {
  readonly symbol: Symbol;
  readonly came: Compared;
}

/** After every fill is folded: how many positions are gone is known only then (rule 2). */
export function compareRegistry(
  desks: readonly Desk[],
  piles: Piles,
  planning: Planning,
): ComparedDesk[] {
  const { input } = planning;
  const vanished = desks.filter(
    (desk) => desk.held() !== null && pileOf(piles, desk).positions.length === 0,
  );
  return desks.map((desk) => {
    const found = pileOf(piles, desk);
    const duplicates = planRows(desk, found.staged, input.aliases);
    planDuplicates(desk, duplicates, found);
    const came = planPosition(desk, {
      account: input.account,
      instrument: input.instruments.get(desk.symbol) ?? null,
      rows: found.positions,
      malformed: found.malformed,
      snapshot: input.snapshot,
      orderRows: planning.rows,
      past: input.past,
      absence: absenceWorld(desk, vanished.length, planning),
      isUnsettled: found.isUnsettled,
      importAs: input.importAs ?? (() => BY_POLICY),
    });
    if (came !== 'absent') reportUnlisted(desk, planning);
    planStrangers(desk, found.openOrders, {
      past: input.past,
      known: found.orders,
      all: planning.rows,
      takenMs: input.snapshot.takenMs,
      settleMs: input.timing.settleMs,
    });
    return { symbol: desk.symbol, came };
  });

  function wasAbsentBefore({ positionId }: Position): boolean {
    const { apartMs } = input.timing;
    return wasSeenApart(input.sightings, absentKey(positionId), { now: planning.now, apartMs });
  }

  function planDuplicates(
    desk: Desk,
    rows: readonly StagedRow[],
    { positions, malformed }: Pile,
  ): void {
    const survivor = desk.held();
    if (rows.length === 0 || survivor === null) return;
    const isRead = input.snapshot.positions.read === 'complete' && malformed.length === 0;
    // Retiring a row never rests on the first reading that lists nothing (rule 12).
    const isSeen = positions.length === 1 || wasAbsentBefore(survivor);
    if (!isRead || !isSeen || positions.length > 1) {
      return desk.report(duplicateFinding(desk, rows), 'blocks');
    }
    mergeRows(desk, rows, { survivor, venue: positions[0] ?? null });
  }
}

function absenceWorld(desk: Desk, vanished: number, { input, now, doubt }: Planning): AbsenceWorld {
  const { sightings, timing, registry } = input;
  const held = registry.positions.get(desk.symbol);
  const isVouched = (): boolean => held !== undefined && input.isVouched(held);
  return { doubt, sightings, now, timing, vanished, isVouched };
}

/**
 * What this observation remembers of absence. It proves nothing while a part of it is in doubt: what was
 * seen before stays as it was. That several went at once is no proof of anything, and is always kept.
 */
export function seenAbsent(
  { input: { snapshot, sightings }, doubt }: Planning,
  compared: readonly ComparedDesk[],
  results: ReadonlyMap<Symbol, DeskResult>,
): Seen[] {
  const gone = compared.flatMap(({ symbol, came }) => {
    const held = results.get(symbol)?.registry.positions.get(symbol);
    return came === 'absent' && held !== undefined ? [held] : [];
  });
  // With an order in doubt the observation is none: proof begins anew.
  const settled = gone.filter(({ symbol }) => !isInDoubt(results.get(symbol)));
  const goneNow = compared.filter(({ came }) => came === 'absent').length;
  const idsOf = (positions: readonly Position[]): PositionId[] =>
    positions.map(({ positionId }) => positionId);
  const together = idsOf(gone).filter((id) => goneNow > 1 || sightings.has(togetherKey(id)));
  const isRead = snapshot.positions.read === 'complete';
  return [
    { prefix: ABSENT, keys: doubt === null ? idsOf(settled).map(absentKey) : null },
    { prefix: TOGETHER, keys: isRead ? together.map(togetherKey) : null },
  ];
}

function isInDoubt(result: DeskResult | undefined): boolean {
  return result?.findings.some(({ finding }) => finding === 'order.in-doubt') === true;
}
