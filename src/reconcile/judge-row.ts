/**
 * Can this row of a ledger be a position? Read with suspicion, field by field; what is wrong is said in
 * words. Pure. The incident: an OPEN row of size zero was taken for a position at every start.
 */
import { canonicalJson, type Json } from '../domain/canonical-json.ts';
import { ms, type Ms } from '../domain/clock.ts';
import {
  decimal,
  price,
  quantity,
  type Decimal,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import type { PositionSide } from '../domain/order.ts';
import type { PositionStatus } from '../domain/position.ts';
import type { RawRow } from '../domain/staged-row.ts';
import { isUnknownAlias, resolveSymbol, type AliasTable, type Symbol } from '../domain/symbol.ts';

export interface SaneRow {
  readonly kind: 'sane';
  readonly symbol: Symbol;
  readonly side: PositionSide;
  readonly status: PositionStatus;
  readonly quantity: Quantity;
  /** Null when the ledger has none: it is never invented. */
  readonly entryPrice: Price | null;
  readonly openedMs: Ms | null;
}

export interface MalformedRegistryRow {
  readonly kind: 'malformed';
  /** Its market, where the spelling is known. */
  readonly symbol: Symbol | null;
  readonly why: string;
}

export function judgeRow(row: RawRow, aliases: AliasTable): SaneRow | MalformedRegistryRow {
  const symbol = symbolOfRow(row, aliases);
  const why = symbol === null ? `no market is called ${shown(row['symbol'])}` : faultOf(row);
  if (symbol === null || why !== null) return { kind: 'malformed', symbol, why: why ?? '' };
  const size = positiveOrNull(row['quantity']);
  const entry = positiveOrNull(row['entry_price']);
  const opened = row['opened_ms'];
  return {
    kind: 'sane',
    symbol,
    side: sideOf(row) ?? 'long',
    status: statusOf(row) ?? 'open',
    quantity: quantity(size ?? 0),
    entryPrice: entry === null ? null : price(entry),
    openedMs: typeof opened === 'number' ? ms(opened) : null,
  };
}

function symbolOfRow(row: RawRow, aliases: AliasTable): Symbol | null {
  const written = row['symbol'];
  if (typeof written !== 'string') return null;
  const resolved = resolveSymbol(written, aliases);
  return isUnknownAlias(resolved) ? null : resolved;
}

function faultOf(row: RawRow): string | null {
  if (sideOf(row) === null) return `its side is ${shown(row['side'])}`;
  if (statusOf(row) === null) return `its status is ${shown(row['status'])}`;
  const opened = row['opened_ms'];
  if (opened !== undefined && opened !== null && !isTime(opened)) {
    return `it was opened at ${shown(opened)}`;
  }
  const entry = row['entry_price'];
  if (entry !== undefined && entry !== null && positiveOrNull(entry) === null) {
    return `its entry price is ${shown(entry)}`;
  }
  // A closed row has no size any more.
  if (statusOf(row) === 'closed') return null;
  if (positiveOrNull(row['quantity']) === null) return `its quantity is ${shown(row['quantity'])}`;
  const { notional } = row;
  return notional !== undefined && positiveOrNull(notional) === null
    ? `its notional is ${shown(notional)}`
    : null;
}

const SIDES: Readonly<Record<string, PositionSide>> = {
  long: 'long',
  buy: 'long',
  short: 'short',
  sell: 'short',
};

function sideOf({ side }: RawRow): PositionSide | null {
  return typeof side === 'string' ? (SIDES[side.toLowerCase()] ?? null) : null;
}

/** A row that says nothing of it is open; ledgers write it in capitals, too. */
function statusOf({ status }: RawRow): PositionStatus | null {
  if (status === undefined) return 'open';
  const word = typeof status === 'string' ? status.toLowerCase() : '';
  return word === 'open' || word === 'closed' ? word : null;
}

function isTime(value: Json): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function positiveOrNull(value: Json | undefined): Decimal | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  try {
    const read = decimal(value);
    return read.gt(0) ? read : null;
  } catch {
    return null;
  }
}

function shown(value: Json | undefined): string {
  const words = value === undefined ? 'missing' : canonicalJson(value);
  return words.length > 60 ? `${words.slice(0, 60)}…` : words;
}
