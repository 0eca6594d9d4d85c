/**
 * In which markets something may have happened. Binance tells trades and ended orders of one market at a
 * time, and asking for all of them costs more than a minute grants. So these are asked: the bot's own, those
 * of orders that this process placed or read as open since then, those with a position, and those that the income list
 * tells of since then (each trade pays a commission, each closing one has a result).
 *
 * What could stay unseen is a trade by hand, in a market without a fee, that left neither a position nor a
 * result. More markets than can be asked is unknown, never a part of them.
 */
import type { Ms } from '../../../domain/clock.ts';
import type { Symbol } from '../../../domain/symbol.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import type { Names } from '../instrument-registry.ts';
import type { KnownOrders } from '../known-orders.ts';
import { decimalOf, wordOf } from '../row-fields.ts';
import { askList } from './binance-answer.ts';
import type { BinanceClient } from './binance-client.ts';
import { readIncome } from './read-income.ts';

/** At most 300 of weight for one reading of fills. */
const MOST_MARKETS = 60;

export interface MarketSources {
  readonly client: BinanceClient;
  readonly known: KnownOrders;
  readonly own: () => Iterable<Symbol>;
}

export async function tradedMarkets(
  { client, known, own }: MarketSources,
  names: Names,
  since: Ms,
): Promise<readonly Symbol[] | Unknown> {
  const found = new Set<Symbol>([...own(), ...known.symbols(since)]);
  const positions = await askList(client, 'fapiPrivateV3GetPositionRisk');
  if (positions.read === 'unknown') return positions;
  const income = await readIncome(client, since, null);
  if ('read' in income) return income;
  const held = positions.rows.filter((row) => decimalOf(row, 'positionAmt')?.isZero() !== true);
  for (const row of [...held, ...income]) {
    const symbol = names.aliases.get((wordOf(row, 'symbol') ?? '').toUpperCase());
    if (symbol !== undefined) found.add(symbol);
  }
  const listed = [...found].filter((symbol) => names.bySymbol.has(symbol)).sort();
  if (listed.length <= MOST_MARKETS) return listed;
  return unknown(`${listed.length} markets may have traded, more than ${MOST_MARKETS}`);
}
