/** Rows of `tickers`: the marks of the linear perpetuals. Indices and other contracts pass by. */
import type { Ms } from '../../../domain/clock.ts';
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
  const mark = priceOf(row, 'markPrice');
  const last = priceOf(row, 'last');
  if (mark === null) return 'no markPrice';
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
