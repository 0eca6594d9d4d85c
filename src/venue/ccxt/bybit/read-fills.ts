/** Rows of `execution/list`, with our ids; funding is not a trade and is left out. */
import { quantity } from '../../../domain/decimal.ts';
import type { FillKind, VenueFill } from '../../../domain/fill.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../../domain/ids.ts';
import type { AliasTable, Symbol } from '../../../domain/symbol.ts';
import type { ParsedRows } from '../answer-list.ts';
import { parseRows } from '../answer-list.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { decimalOf, priceOf, sideOf, timeOf, wordOf } from '../row-fields.ts';

const KINDS: ReadonlyMap<string, FillKind> = new Map<string, FillKind>([
  ['Trade', 'trade'],
  ['BustTrade', 'liquidation'],
  ['AdlTrade', 'liquidation'],
  ['Delivery', 'liquidation'],
]);
const NO_TRADES: ReadonlySet<string> = new Set(['Funding', 'SessionSettlePnL', 'Settle']);

/** Oldest first; a page that came twice is one. */
export function readFills(rows: readonly unknown[], names: AliasTable): ParsedRows<VenueFill> {
  const trades = rows.filter(
    (row) => !(isRow(row) && NO_TRADES.has(wordOf(row, 'execType') ?? '')),
  );
  const { rows: parsed, malformed } = parseRows(trades, 'symbol', names, fillOf);
  const each = new Map(parsed.map((fill) => [fill.tradeId, fill]));
  return { rows: [...each.values()].reverse().sort((a, b) => a.tsMs - b.tsMs), malformed };
}

function fillOf(row: JsonRow, symbol: Symbol): VenueFill | string {
  const id = wordOf(row, 'execId');
  const side = sideOf(row, 'side');
  const size = decimalOf(row, 'execQty');
  const price = priceOf(row, 'execPrice');
  const fee = decimalOf(row, 'execFee');
  const tsMs = timeOf(row, 'execTime');
  const written = wordOf(row, 'execType');
  const kind = KINDS.get(written ?? '');
  const coin = wordOf(row, 'feeCurrency');
  if (id === null) return 'no execId';
  if (side === null) return 'no side';
  if (size === null || size.lte(0)) return `execQty is ${wordOf(row, 'execQty') ?? 'missing'}`;
  if (price === null) return 'no execPrice';
  if (tsMs === null) return 'no execTime';
  if (kind === undefined) return `execType is ${written ?? 'missing'}`;
  if (fee === null) return 'no execFee';
  if (coin !== null && coin !== 'USDT' && !fee.isZero()) return `feeCurrency is ${coin}`;
  return {
    tradeId: id as TradeId,
    clientOrderId: wordOf(row, 'orderLinkId') as ClientOrderId | null,
    venueOrderId: wordOf(row, 'orderId') as VenueOrderId | null,
    symbol,
    side,
    quantity: quantity(size),
    price,
    fee,
    liquidity: row['isMaker'] === true ? 'maker' : 'taker',
    kind,
    tsMs,
  };
}
