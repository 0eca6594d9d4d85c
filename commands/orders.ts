/** `tradectl orders`: what may still trade, or the newest orders of all. */
import { readOrders, type OrderRow } from '../src/engine/operations/read-orders.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { printShownOf } from './output/shown-of.ts';
import { printTable } from './output/table.ts';

export async function orders(
  context: Context,
  flags: { all?: boolean; limit: number },
): Promise<number> {
  const document = readOrders(context.home, {
    all: flags.all === true,
    limit: flags.limit,
    asOfMs: context.clock.now(),
  });
  if (context.json) context.out(jsonLine(document));
  else if (document.orders.length === 0) context.out('No orders.\n');
  else {
    await printTable(
      context,
      [
        { header: 'SYMBOL' },
        { header: 'PURPOSE' },
        { header: 'SIDE' },
        { header: 'FILLED', align: 'right' },
        { header: 'PRICE', align: 'right' },
        { header: 'STATE' },
        { header: 'UPDATED' },
      ],
      document.orders.map(cells),
    );
    printShownOf(context, document.orders.length, document.total);
  }
  return 0;
}

function cells(order: OrderRow): string[] {
  const state = order.reason === null ? order.state : `${order.state}: ${order.reason}`;
  return [
    order.symbol,
    order.purpose,
    order.side,
    `${order.filled}/${order.quantity}`,
    order.stop_price ?? order.price ?? 'market',
    state,
    utcMinute(order.updated_ms),
  ];
}
