/**
 * Prices of all markets, put together from three lists: the mark, the last trade with the day's volume, and
 * the best bid and ask. The mark decides which markets are told; the other two may lack a row.
 */
import type { Decimal } from '../../../domain/decimal.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenueMark } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { decimalOf, priceOf, timeOf, wordOf } from '../row-fields.ts';
import { spreadOf } from '../spread.ts';

export interface PriceLists {
  /** `premiumIndex`. */
  readonly marks: readonly JsonRow[];
  /** `ticker/24hr`. */
  readonly days: readonly JsonRow[];
  /** `ticker/bookTicker`. */
  readonly books: readonly JsonRow[];
}

export function readMarks(
  { marks, days, books }: PriceLists,
  names: AliasTable,
): ParsedRows<VenueMark> {
  const dayOf = byId(days);
  const bookOf = byId(books);
  // Dated contracts have marks too; they are not ours.
  const known = marks.filter((row) => names.has(wordOf(row, 'symbol') ?? ''));
  return parseRows(known, 'symbol', names, (row, symbol) => {
    const id = wordOf(row, 'symbol') ?? '';
    return markOf(row, symbol, { day: dayOf.get(id) ?? {}, book: bookOf.get(id) ?? {} });
  });
}

function byId(rows: readonly JsonRow[]): ReadonlyMap<string, JsonRow> {
  return new Map(rows.map((row) => [wordOf(row, 'symbol') ?? '', row]));
}

function markOf(
  row: JsonRow,
  symbol: Symbol,
  { day, book }: { readonly day: JsonRow; readonly book: JsonRow },
): VenueMark | string {
  const mark = priceOf(row, 'markPrice');
  const tsMs = timeOf(day, 'closeTime') ?? timeOf(row, 'time');
  if (mark === null) return 'no markPrice';
  if (tsMs === null) return 'no time';
  const volume: Decimal | null = decimalOf(day, 'quoteVolume');
  return {
    symbol,
    mark,
    last: priceOf(day, 'lastPrice') ?? mark,
    tsMs,
    quoteVolume24h: volume,
    spread: spreadOf(priceOf(book, 'bidPrice'), priceOf(book, 'askPrice')),
  };
}
