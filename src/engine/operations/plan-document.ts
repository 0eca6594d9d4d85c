/**
 * `tradectl.plan/1`: a plan as it is shown, saved and applied again. It names every action by an id that is
 * made of what the action does; applying a saved plan means finding those ids in a fresh one.
 */
import {
  text,
  textOrNull,
  type DecimalText,
  type Price,
  type Quantity,
} from '../../domain/decimal.ts';
import { factId } from '../../domain/ids.ts';
import { notional, type Instrument } from '../../domain/instrument.ts';
import type { Finding, ProtectiveAction, RepairAction } from '../../domain/plan.ts';
import type { Position } from '../../domain/position.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { VenuePosition } from '../../domain/venue.ts';
import type { PositionCover } from '../../protection/plan-protection.ts';
import { minimumOrder } from '../../protection/size-close.ts';
import { actionFacts } from '../../reconcile/plan-repair.ts';
import type { Planned } from '../make-plan.ts';

export interface HoldingRow {
  readonly side: string;
  readonly quantity: DecimalText;
  readonly entry_price: DecimalText | null;
}

export interface CoverRow {
  readonly state: 'covered' | 'under' | 'over' | 'unconfirmed';
  readonly covered_quantity: DecimalText;
  readonly stop_price: DecimalText | null;
}

export interface FindingRow {
  readonly symbol: string;
  readonly finding: string;
  readonly position_id: string | null;
  readonly registry: HoldingRow | null;
  readonly venue: HoldingRow | null;
  /** Venue less registry, where both hold it; within one lot step it matches (rule 11). */
  readonly difference: DecimalText | null;
  /** Smaller than the smallest order the venue takes. */
  readonly is_dust: boolean;
  /** At the mark, quote units; null without one. */
  readonly value: DecimalText | null;
  readonly protection: CoverRow | null;
  /** Actions of the plan on this market, in words. */
  readonly repair: readonly string[];
  readonly protection_actions: readonly string[];
  readonly evidence: string;
}

export interface RepairRow {
  readonly action_id: string;
  readonly action: string;
  readonly symbol: string | null;
  readonly position_id: string | null;
  readonly summary: string;
  readonly finding: string;
  readonly evidence: string;
}

export interface ProtectionRow extends RepairRow {
  readonly role: string | null;
  readonly side: string | null;
  readonly quantity: DecimalText | null;
  readonly price: DecimalText | null;
  readonly stop_price: DecimalText | null;
  readonly client_order_id: string | null;
  readonly replaces: readonly string[];
}

/** What was asked for; a fresh plan is made from it before anything is applied. */
export interface PlanRequest {
  readonly kind: 'reconcile' | 'phantoms' | 'quarantine retire' | 'quarantine release';
  /** Empty: every market. */
  readonly symbols: readonly string[];
  /** `quarantine`: the rows. */
  readonly rows: readonly string[];
  readonly reason: string | null;
  /** Stops of imports that somebody chose, by symbol; what is missing follows the policy. */
  readonly stops: Readonly<Record<string, DecimalText>>;
  /** Imports without a stop, and why. */
  readonly no_stop_reason: string | null;
}

export interface PlanDocument {
  readonly schema: 'tradectl.plan/1';
  readonly as_of_ms: number;
  readonly account: string;
  readonly venue: string;
  readonly mode: string;
  readonly plan_id: string;
  readonly base_seq: number;
  readonly request: PlanRequest;
  /** Findings on markets that were not asked for. */
  readonly out_of_scope: number;
  /** Markets that wait for `acknowledge`. */
  readonly attention: readonly string[];
  /** Observations behind it: what rests on absence takes two. */
  readonly looks: number;
  /** Readings that failed; nothing is concluded from them. */
  readonly unknown: readonly { readonly what: string; readonly reason: string }[];
  readonly findings: readonly FindingRow[];
  readonly repair: { readonly plan_id: string; readonly actions: readonly RepairRow[] };
  readonly protection: { readonly plan_id: string; readonly actions: readonly ProtectionRow[] };
}

/** The id of a repair: what it does to the registry, without the words around it. */
export function repairId(action: RepairAction): string {
  return factId('act', actionFacts(action));
}

/** The id of a protective action. Not its stop price: that follows the mark, which always moves. */
export function protectionId(action: ProtectiveAction): string {
  const { symbol, positionId } = action;
  if (action.action === 'cancel-order') return factId('act', 'cancel-order', action.clientOrderId);
  const { role, purpose, side, quantity, price } = action.intent;
  const order = [role, purpose, side, text(quantity), textOrNull(price) ?? '-'];
  return factId('act', action.action, symbol, positionId ?? '-', ...order, ...action.replaces);
}

export function repairRow(action: RepairAction): RepairRow {
  const { symbol, positionId, summary, finding } = action;
  return {
    action_id: repairId(action),
    action: action.action,
    symbol,
    position_id: positionId,
    summary,
    finding: finding.finding,
    evidence: finding.evidence,
  };
}

export function protectionRow(action: ProtectiveAction): ProtectionRow {
  const { symbol, positionId, finding } = action;
  const base = {
    action_id: protectionId(action),
    action: action.action,
    symbol,
    position_id: positionId,
    finding: finding.finding,
    evidence: finding.evidence,
  };
  if (action.action === 'cancel-order') {
    const order = { role: null, side: null, quantity: null, price: null, stop_price: null };
    const client_order_id = action.clientOrderId;
    return {
      ...base,
      ...order,
      summary: `cancel ${client_order_id}`,
      client_order_id,
      replaces: [],
    };
  }
  const { role, side, quantity, price, stopPrice } = action.intent;
  return {
    ...base,
    summary: `${role} ${side} ${text(quantity)}${at(stopPrice ?? price)}`,
    role,
    side,
    quantity: text(quantity),
    price: textOrNull(price),
    stop_price: textOrNull(stopPrice),
    client_order_id: null,
    replaces: action.replaces,
  };
}

function at(price: Price | null): string {
  return price === null ? ' at the market' : ` at ${text(price)}`;
}

/** The findings of a plan with what both sides hold, for a table. */
export function findingRows(planned: Planned, { positions, instruments }: PlanSides): FindingRow[] {
  const venue = venueRows(planned);
  const marks = marksBySymbol(planned);
  const covers = coversBySymbol(planned);
  const repairs = wordsBySymbol(
    planned.repair.actions.map((each) => [each.symbol, `${each.action} ${each.summary}`]),
  );
  const protections = wordsBySymbol(
    planned.protection.actions.map((each) => [
      each.symbol,
      `${each.action} ${protectionRow(each).summary}`,
    ]),
  );
  return planned.findings.map((found: Finding) => {
    const symbol = found.symbol as Symbol;
    return {
      symbol,
      finding: found.finding,
      position_id: found.positionId,
      registry: holding(positions.get(symbol)),
      venue: holding(venue.get(symbol)),
      ...sizesOf({
        ours: positions.get(symbol)?.quantity ?? null,
        theirs: venue.get(symbol)?.quantity ?? null,
        instrument: instruments.get(symbol) ?? null,
        mark: marks.get(symbol) ?? null,
      }),
      protection: covers.get(symbol) ?? null,
      repair: repairs.get(symbol) ?? [],
      protection_actions: protections.get(symbol) ?? [],
      evidence: found.evidence,
    };
  });
}

/** What a plan is told beside: the registry's positions, and what the venue says of its markets. */
export interface PlanSides {
  readonly positions: ReadonlyMap<Symbol, Position>;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
}

interface Sizes {
  readonly ours: Quantity | null;
  readonly theirs: Quantity | null;
  readonly instrument: Instrument | null;
  readonly mark: Price | null;
}

function sizesOf({
  ours,
  theirs,
  instrument,
  mark,
}: Sizes): Pick<FindingRow, 'difference' | 'is_dust' | 'value'> {
  const size = theirs ?? ours;
  const least = instrument === null ? null : minimumOrder(instrument, undefined);
  const value =
    size === null || instrument === null || mark === null ? null : notional(size, mark, instrument);
  return {
    difference: ours === null || theirs === null ? null : text(theirs.minus(ours)),
    is_dust: size !== null && least !== null && size.lt(least),
    value: value === null ? null : text(value.toDecimalPlaces(2)),
  };
}

function marksBySymbol({ snapshot }: Planned): ReadonlyMap<Symbol, Price> {
  const { marks } = snapshot;
  const rows = marks.read === 'complete' ? marks.rows : [];
  return new Map(rows.map((row) => [row.symbol, row.mark]));
}

function venueRows({ snapshot }: Planned): ReadonlyMap<Symbol, VenuePosition> {
  const { positions } = snapshot;
  const rows = positions.read === 'complete' ? positions.rows : [];
  return new Map(rows.map((row) => [row.symbol, row]));
}

function coversBySymbol({ protection }: Planned): ReadonlyMap<Symbol, CoverRow> {
  return new Map(
    protection.covers.map(({ position, cover, stopPrice }: PositionCover) => [
      position.symbol,
      {
        state: cover.state,
        covered_quantity: text(cover.covered),
        stop_price: textOrNull(stopPrice),
      },
    ]),
  );
}

function wordsBySymbol(
  told: readonly (readonly [Symbol | null, string])[],
): ReadonlyMap<Symbol, readonly string[]> {
  const words = new Map<Symbol, string[]>();
  for (const [symbol, word] of told) {
    if (symbol === null) continue;
    words.set(symbol, [...(words.get(symbol) ?? []), word]);
  }
  return words;
}

function holding(
  row:
    | { readonly side: string; readonly quantity: Quantity; readonly entryPrice: Price | null }
    | undefined,
): HoldingRow | null {
  if (row === undefined) return null;
  const { side, quantity, entryPrice } = row;
  return { side, quantity: text(quantity), entry_price: textOrNull(entryPrice) };
}
