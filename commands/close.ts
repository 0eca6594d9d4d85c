/** `tradectl close SYMBOL`: closes a position reduce-only. Its stop stays until flat is proven. */
import { readHome } from '../src/engine/operations/read-home.ts';
import { openPositions, type PositionRow } from '../src/engine/operations/read-positions.ts';
import { requestClose } from '../src/engine/operations/request.ts';
import { resolveMarket } from '../src/engine/operations/resolve-market.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { symbol as market } from '../src/domain/symbol.ts';
import { confirmMild } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { signedMoney } from './output/numbers.ts';

export interface CloseFlags {
  readonly reason?: string;
  readonly yes?: boolean;
}

export async function close(context: Context, written: string, flags: CloseFlags): Promise<number> {
  const position = positionToClose(context.home, written);
  const { side, quantity, symbol } = position;
  const what = `close ${side} ${quantity} ${symbol} at the market`;
  await confirmMild(context, { what, yes: flags.yes === true });
  const result = await requestClose(context.home, {
    symbol: market(position.symbol),
    reason: flags.reason ?? null,
    by: operatorOf(context),
  });
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.close/1',
        as_of_ms: context.clock.now(),
        symbol,
        position_id: position.position_id,
        outcome: result.outcome,
        flat: result.flat,
        closed_quantity: result.closedQuantity,
        realized_pnl: result.realizedPnl,
        executed_by: result.executedBy,
      }),
    );
  } else if (result.flat) {
    context.out(`${symbol} is flat: ${signedMoney(result.realizedPnl)} before fees.\n`);
  } else {
    context.out(`${symbol} is not flat yet (${result.outcome}); its stop stays.\n`);
    context.out(`  tradectl positions\n  tradectl orders\n`);
  }
  // Not flat is not done: look before trying again.
  return result.flat ? 0 : 6;
}

function positionToClose(home: string, written: string): PositionRow {
  return readHome(home, (db) => {
    const symbol = resolveMarket(db, written);
    const position = openPositions(db).find((each) => each.symbol === symbol);
    if (position !== undefined) return position;
    throw new TradectlError('NOT_FOUND', `there is no open position on ${symbol}`, {
      hint: 'tradectl positions lists them',
    });
  });
}
