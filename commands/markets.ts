/** `tradectl markets`: what may be traded, at which tier, and what was last decided. */
import { readMarkets } from '../src/engine/operations/read-markets.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { money, utcMinute } from './output/numbers.ts';
import { printTable } from './output/table.ts';

export async function markets(context: Context): Promise<number> {
  const document = readMarkets(context.home, context.clock.now());
  if (context.json) context.out(jsonLine(document));
  else if (document.markets.length === 0) context.out('No markets yet.\n');
  else {
    await printTable(
      context,
      [
        { header: 'SYMBOL' },
        { header: 'TIER' },
        { header: 'VOLUME 24H', align: 'right' },
        { header: 'LAST DECISION' },
        { header: 'AT' },
      ],
      document.markets.map((market) => [
        market.symbol,
        `${market.tier ?? '-'}${market.pinned ? ' pinned' : ''}`,
        money(market.quote_volume_24h).replace(/\.\d\d$/, ''),
        market.set_aside === null
          ? (market.reason ?? market.decision ?? '-')
          : `set aside: ${market.set_aside}`,
        utcMinute(market.decided_ms),
      ]),
    );
  }
  return 0;
}
