/**
 * What goes between `tradectl query` and the process that runs it: one JSON line per frame. The columns first,
 * then an array per row, then the end or the error. Values that JSON would lose are wrapped.
 */
import { TradectlError, type ErrorCode } from '../domain/errors.ts';

export interface QueryRequest {
  readonly file: string;
  readonly sql: string;
  /** Rows and bytes after which it stops; null: no limit. */
  readonly maxRows: number | null;
  readonly maxBytes: number | null;
  /** The child ends itself after this, should its parent be gone. */
  readonly lifetimeMs: number;
  /** The process that asks: when it is gone, nobody waits for rows. */
  readonly askerPid: number;
  /** The home's high-water mark, to be compared with the journal; null for any other file. */
  readonly highWaterMark: string | null;
}

/** NULL, text, a number, or one of what JSON has no word for. */
export type Cell =
  | null
  | string
  | number
  | { readonly integer: string }
  | { readonly real: string }
  | { readonly blob: string };

export interface ColumnsFrame {
  readonly columns: readonly string[];
  /** Committed events that the journal no longer has. */
  readonly lost: { readonly from: number; readonly to: number } | null;
}

/** Which limit cut the answer short; null when it is whole. */
export type CutShort = 'rows' | 'bytes' | null;

export interface EndFrame {
  readonly rows: number;
  readonly cutShort: CutShort;
}

export interface ErrorFrame {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

export type Frame =
  | { readonly kind: 'columns'; readonly frame: ColumnsFrame }
  | { readonly kind: 'row'; readonly cells: readonly Cell[] }
  | { readonly kind: 'end'; readonly frame: EndFrame }
  | { readonly kind: 'error'; readonly frame: ErrorFrame };

/** A value as better-sqlite3 gives it with safe integers. */
export function cellOf(value: unknown): Cell {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { integer: String(value) };
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    return { real: value > 0 ? 'Inf' : '-Inf' };
  }
  if (value instanceof Uint8Array) return { blob: Buffer.from(value).toString('hex') };
  return typeof value === 'string' ? value : null;
}

/** As text for people; null for NULL. */
export function cellText(cell: Cell): string | null {
  if (cell === null || typeof cell === 'string') return cell;
  if (typeof cell === 'number') return String(cell);
  if ('blob' in cell) return `x'${cell.blob}'`;
  return 'integer' in cell ? cell.integer : cell.real;
}

export function parseFrame(line: string): Frame {
  const parsed = JSON.parse(line) as object;
  if (Array.isArray(parsed)) return { kind: 'row', cells: parsed as Cell[] };
  if ('columns' in parsed) return { kind: 'columns', frame: parsed as ColumnsFrame };
  if ('code' in parsed) return { kind: 'error', frame: parsed as ErrorFrame };
  return { kind: 'end', frame: parsed as EndFrame };
}

export function errorOfFrame({ code, message, hint }: ErrorFrame): TradectlError {
  return new TradectlError(code, message, hint === null ? {} : { hint });
}
