/**
 * The light check of every cycle: do registry and venue name the same positions, once fills are
 * folded? It finds and blocks; it repairs nothing. Absence is never flat here: what the venue does not list
 * is `orphan?` until reconciliation proves it (rule 2).
 */
import { text } from '../domain/decimal.ts';
import type { Quantity } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Finding } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenuePosition } from '../domain/venue.ts';

export interface CompareInput {
  readonly positions: ReadonlyMap<Symbol, Position>;
  readonly venue: Reading<VenuePosition>;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  /** Symbols with an order in flight or a fill newer than the reading: judged next time (rule 7). */
  readonly unsettled: ReadonlySet<Symbol>;
}

export interface PositionComparison {
  readonly findings: readonly Finding[];
  /** No entries on these; `everything` when the positions could not be read at all. */
  readonly blocked: ReadonlySet<Symbol>;
  readonly everything: boolean;
}

export function comparePositions(input: CompareInput): PositionComparison {
  const { venue } = input;
  if (venue.read === 'unknown') return unknownPositions(input, venue.reason);
  const rows = groupRows(venue.rows);
  const symbols = new Set<Symbol>([...input.positions.keys(), ...rows.keys()]);
  const findings: Finding[] = [];
  for (const symbol of symbols) {
    if (input.unsettled.has(symbol)) continue;
    const finding = compareSymbol(input, symbol, rows.get(symbol) ?? []);
    if (finding !== null) findings.push(finding);
  }
  return { findings, blocked: new Set(findings.map((f) => f.symbol)), everything: false };
}

/** A failed read changes nothing and blocks: it never means flat. */
function unknownPositions({ positions }: CompareInput, reason: string): PositionComparison {
  const findings = [...positions.values()].map((position) =>
    found(position.symbol, position, 'unknown', `positions unreadable: ${reason}`),
  );
  return { findings, blocked: new Set(positions.keys()), everything: true };
}

function compareSymbol(
  { positions, instruments }: CompareInput,
  symbol: Symbol,
  rows: readonly VenuePosition[],
): Finding | null {
  const held = positions.get(symbol) ?? null;
  const instrument = instruments.get(symbol);
  const [row, second] = rows;
  if (row !== undefined && second !== undefined) {
    const evidence = `${describe(row)} and ${describe(second)}: accounts are netting here`;
    return found(symbol, held, 'malformed.venue', evidence);
  }
  if (instrument === undefined) {
    return found(symbol, held, 'malformed.venue', 'the venue does not list this instrument');
  }
  if (row === undefined) {
    return held === null ? null : found(symbol, held, 'orphan?', 'the venue does not list it');
  }
  if (held === null) return found(symbol, null, 'phantom', `the venue has ${describe(row)}`);
  const evidence = `registry ${describe(held)}, venue ${describe(row)}`;
  if (held.side !== row.side) return found(symbol, held, 'drift.side', evidence);
  if (held.quantity.minus(row.quantity).abs().lt(instrument.lotStep)) return null;
  return found(symbol, held, 'drift.quantity', evidence);
}

/** A zero-size row is how some venues say flat: ignored. */
function groupRows(rows: readonly VenuePosition[]): ReadonlyMap<Symbol, readonly VenuePosition[]> {
  const groups = new Map<Symbol, VenuePosition[]>();
  for (const row of rows) {
    if (row.quantity.isZero()) continue;
    const held = groups.get(row.symbol);
    if (held === undefined) groups.set(row.symbol, [row]);
    else held.push(row);
  }
  return groups;
}

function describe(row: { readonly side: string; readonly quantity: Quantity }): string {
  return `${row.side} ${text(row.quantity)}`;
}

function found(
  symbol: Symbol,
  position: Position | null,
  finding: string,
  evidence: string,
): Finding {
  return { symbol, positionId: position?.positionId ?? null, finding, evidence };
}
