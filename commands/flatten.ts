/**
 * `tradectl flatten`: closes every position of the venue, reduce-only, until flat is proven. Wants the name
 * of the account typed: the one command that ends everything at once, at the market's price.
 */
import { readMeta } from '../src/core/meta.ts';
import { noBotHasRun } from '../src/core/open-state.ts';
import { readHome } from '../src/engine/operations/read-home.ts';
import { openPositions } from '../src/engine/operations/read-positions.ts';
import { requestFlatten, type FlattenResult } from '../src/engine/operations/request-close.ts';
import { confirmSevere } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { paragraph } from './output/plan-lines.ts';
import { safeText } from './output/safe-text.ts';
import { printTable } from './output/table.ts';

export interface FlattenFlags {
  readonly confirm?: string;
  readonly reason?: string;
}

export async function flatten(context: Context, flags: FlattenFlags): Promise<number> {
  const { account, count } = readHome(context.home, (db) => ({
    account: readMeta(db, 'account'),
    count: openPositions(db).length,
  }));
  if (account === null) throw noBotHasRun(context.home);
  const known = count === 1 ? '1 position is' : `${count} positions are`;
  const what = `flatten ${account} at the market (${known} known; stops stay until flat is proven)`;
  await confirmSevere(context, { what, name: account, given: flags.confirm });
  const result = await requestFlatten(context.home, {
    reason: flags.reason ?? null,
    by: operatorOf(context),
  });
  if (context.json) context.out(documentOf(context, account, result));
  else await print(context, account, result);
  return flattenExit(result);
}

/** 0: all flat; 4: positions could not be read; 6: something is not flat, or not proven to be. */
export function flattenExit(result: Pick<FlattenResult, 'flat' | 'unreadable'>): number {
  if (result.unreadable !== null) return 4;
  return result.flat ? 0 : 6;
}

function documentOf(context: Context, account: string, result: FlattenResult): string {
  return jsonLine({
    schema: 'tradectl.flatten/1',
    as_of_ms: context.clock.now(),
    account,
    rows: result.rows,
    rounds: result.rounds,
    flat: result.flat,
    unreadable: result.unreadable,
    executed_by: result.executedBy,
  });
}

async function print(context: Context, account: string, result: FlattenResult): Promise<void> {
  const { rows, flat, unreadable, executedBy } = result;
  if (rows.length > 0) {
    await printTable(
      context,
      [
        { header: 'SYMBOL' },
        { header: 'SIDE' },
        { header: 'QUANTITY', align: 'right' },
        { header: 'OUTCOME' },
      ],
      rows.map((row) => [row.symbol, row.side, row.quantity, row.outcome.split(':')[0] ?? '']),
    );
    context.out(whyText(context, rows));
  }
  if (flat) {
    context.out(`${safeText(account)} is flat: two readings of the venue list no position.\n`);
    // A bot that runs goes on: flat is a moment, a halt is a state.
    if (executedBy === 'bot') context.out('  tradectl halt set --reason TEXT   to keep it so\n');
    return;
  }
  if (unreadable !== null) {
    context.err(`positions could not be read: ${safeText(unreadable)}\n`);
  }
  context.out(`${safeText(account)} is not proven flat; stops of what is open stay.\n`);
  context.out('  tradectl positions\n  tradectl orders\n');
}

/** Below the table, not in it: a column would be cut on a narrow terminal. */
function whyText({ columns }: Context, rows: FlattenResult['rows']): string {
  const width = Math.min(80, columns);
  return rows
    .filter(({ outcome }) => outcome.includes(':'))
    .flatMap(({ symbol, outcome }) => paragraph(`${symbol} ${outcome}`, { indent: 0, width }))
    .map((line) => `${line}\n`)
    .join('');
}
