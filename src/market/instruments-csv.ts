/**
 * Reads a recording's `instruments.csv`. A row that contradicts itself or another row is set aside
 * with its line and reason, and so is its market; the others stay. A figure is never guessed.
 */
import { readFileSync } from 'node:fs';
import { decimal, isMultipleOf, price, quantity } from '../domain/decimal.ts';
import { messageOf, TradectlError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import { symbol, type Symbol } from '../domain/symbol.ts';

export interface BadInstrument {
  /** As written; the row may not even name a symbol. */
  readonly symbol: string;
  readonly line: number;
  readonly reason: string;
}

export interface InstrumentTable {
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly bad: readonly BadInstrument[];
}

const REQUIRED = [
  'symbol',
  'venue_id',
  'contract_size',
  'lot_step',
  'tick_size',
  'min_quantity',
  'max_leverage',
] as const;

type Row = Readonly<Record<(typeof REQUIRED)[number], string>>;

/** Throws FILE_INVALID when the file is missing or has no usable header. */
export function readInstruments(path: string): InstrumentTable {
  const lines = readLines(path);
  const columns = (lines[0] ?? '').split(',').map((name) => name.trim());
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new TradectlError(
      'FILE_INVALID',
      `${path}:1: the header lacks ${missing.join(', ')}; expected ${REQUIRED.join(',')}`,
    );
  }
  const instruments = new Map<Symbol, Instrument>();
  const bad: BadInstrument[] = [];
  const owners = new Map<string, Symbol>();
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text === '') continue;
    const cells = text.split(',').map((cell) => cell.trim());
    const row = rowOf(columns, cells);
    const line = index + 1;
    const refuse = (reason: string): void => void bad.push({ symbol: row.symbol, line, reason });
    if (cells.length !== columns.length) {
      refuse(`${cells.length} columns where the header has ${columns.length}`);
      continue;
    }
    const read = instrumentOf(row);
    if (typeof read === 'string') refuse(read);
    else if (instruments.has(read.symbol)) refuse(`${read.symbol} is there twice`);
    else if (owners.has(read.venueId)) {
      refuse(`venue_id ${read.venueId} already belongs to ${owners.get(read.venueId)}`);
    } else {
      instruments.set(read.symbol, read);
      owners.set(read.venueId, read.symbol);
    }
  }
  // Two rows for one market contradict each other: neither can be trusted.
  for (const row of bad) instruments.delete(row.symbol as Symbol);
  return { instruments, bad };
}

/** The instrument of a row, or why it cannot be one. */
function instrumentOf(row: Row): Instrument | string {
  try {
    const contractSize = decimal(row.contract_size);
    const lotStep = quantity(row.lot_step);
    const minQuantity = quantity(row.min_quantity);
    const maxLeverage = Number(row.max_leverage);
    if (row.venue_id === '') return 'venue_id is empty';
    if (contractSize.lte(0)) return `contract_size ${row.contract_size} is not above zero`;
    if (lotStep.isZero()) return 'lot_step is zero';
    if (minQuantity.isZero()) return 'min_quantity is zero';
    if (!isMultipleOf(minQuantity, lotStep)) {
      return `min_quantity ${row.min_quantity} is not a multiple of lot_step ${row.lot_step}`;
    }
    if (!(maxLeverage >= 1)) return `max_leverage ${JSON.stringify(row.max_leverage)} is below 1`;
    return {
      symbol: symbol(row.symbol),
      venueId: row.venue_id,
      contractSize,
      lotStep,
      tickSize: price(row.tick_size),
      minQuantity,
      minNotional: null,
      maxLeverage,
    };
  } catch (error) {
    if (error instanceof TradectlError) return error.message;
    throw error;
  }
}

function rowOf(columns: readonly string[], cells: readonly string[]): Row {
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
  return {
    symbol: cell('symbol'),
    venue_id: cell('venue_id'),
    contract_size: cell('contract_size'),
    lot_step: cell('lot_step'),
    tick_size: cell('tick_size'),
    min_quantity: cell('min_quantity'),
    max_leverage: cell('max_leverage'),
  };
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
  } catch (error) {
    const why = messageOf(error);
    throw new TradectlError('FILE_INVALID', `${path}: cannot be read: ${why}; a feed needs it`);
  }
}
