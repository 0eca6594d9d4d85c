/** Rows of `tickers`: the marks of the linear perpetuals. Indices and other contracts pass by. */
import type { Ms } from '../../../domain/clock.ts';
import { price, text, type Price } from '../../../domain/decimal.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { VenueMark } from '../../../domain/venue.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, timeOf, wordOf } from '../row-fields.ts';
import { spreadOf } from '../spread.ts';

/** `serverMs` stands in where a market tells no time of its last trade. */
export function readMarks(
  rows: readonly unknown[],
  names: AliasTable,
  serverMs: Ms,
): ParsedRows<VenueMark> {
  const perpetuals = rows.filter((row) => isRow(row) && isKnown(row, names));
  return parseRows(perpetuals, 'symbol', names, (row, symbol) => markOf(row, symbol, serverMs));
}

function isKnown(row: JsonRow, names: AliasTable): boolean {
  const id = (wordOf(row, 'symbol') ?? '').toUpperCase();
  return id.startsWith('PF_') && names.has(id);
}

function markOf(row: JsonRow, symbol: Symbol, serverMs: Ms): VenueMark | string {
  const told = priceOf(row, 'markPrice');
  const last = priceOf(row, 'last');
  if (told === null) return 'no markPrice';
  const mark = trusted(told, last, row);
  if (mark === null) return `markPrice ${text(told)} contradicts last ${text(last ?? told)}`;
  // A market that has never traded has a mark and no last price.
  return {
    symbol,
    mark,
    last: last ?? mark,
    tsMs: (last === null ? null : timeOf(row, 'lastTime')) ?? serverMs,
    quoteVolume24h: decimalOf(row, 'volumeQuote'),
    spread: spreadOf(priceOf(row, 'bid'), priceOf(row, 'ask')),
  };
}

/** A mark further than this from the last trade is a fault or a market in ruins: neither sets a stop. */
const MOST_APART = 0.2;
/** The book agrees with the last trade when its middle is this near. */
const BOOK_AGREES = 0.05;

/** The mark; the last price where the book stands with it against the mark; null when nobody can say. */
function trusted(mark: Price, last: Price | null, row: JsonRow): Price | null {
  if (last === null || isNear(mark, last, MOST_APART)) return mark;
  const [bid, ask] = [priceOf(row, 'bid'), priceOf(row, 'ask')];
  if (bid === null || ask === null) return null;
  return isNear(price(bid.plus(ask).div(2)), last, BOOK_AGREES) ? last : null;
}

function isNear(a: Price, b: Price, share: number): boolean {
  return a.minus(b).abs().lte(b.mul(share));
}
