/**
 * `tradectl partial-close SYMBOL|--all`: closes a part reduce-only, in quantities the venue takes. A dry run
 * prints the same rows and sends nothing; a refused row names the nearest quantities that would go through.
 * An order that was taken and closed nothing yet is not done: exit 6.
 */
import { readHome } from '../src/engine/operations/read-home.ts';
import { closeWantOf } from '../src/engine/operations/partial-close-request.ts';
import type { PartialCloseRequest } from '../src/engine/operations/partial-close-request.ts';
import type { PartialCloseRow } from '../src/engine/operations/partial-close-row.ts';
import {
  requestPartialClose,
  type PartialCloseResult,
} from '../src/engine/operations/request-close.ts';
import { resolveMarket } from '../src/engine/operations/resolve-market.ts';
import { text, type Decimal } from '../src/domain/decimal.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { confirmMild } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { closeText } from './output/close-text.ts';
import { jsonLine } from './output/json.ts';

export interface PartialCloseFlags {
  readonly all?: boolean;
  readonly fraction?: Decimal;
  readonly quantity?: Decimal;
  readonly roundUp?: boolean;
  readonly allowFull?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly reason?: string;
}

/** Exit 0: all sent, or a dry run without a refusal; 1: it has one; 6: look before trying again. */
export async function partialClose(
  context: Context,
  written: string | undefined,
  flags: PartialCloseFlags,
): Promise<number> {
  const request = requestOf(context, written, flags);
  if (!request.dryRun) {
    await confirmMild(context, { what: describe(request), yes: flags.yes === true });
  }
  const result = await requestPartialClose(context.home, request);
  if (context.json) context.out(documentOf(context, request, result));
  else print(context, request, result.rows);
  if (request.dryRun) return result.rows.some(isRefused) ? 1 : 0;
  return result.rows.every(isDone) ? 0 : 6;
}

function requestOf(
  context: Context,
  written: string | undefined,
  flags: PartialCloseFlags,
): PartialCloseRequest {
  if ((written === undefined) === (flags.all !== true)) {
    throw new TradectlError('USAGE', 'give either a symbol or --all');
  }
  const want = closeWantOf({ fraction: flags.fraction ?? null, quantity: flags.quantity ?? null });
  return {
    symbol:
      written === undefined ? null : readHome(context.home, (db) => resolveMarket(db, written)),
    want,
    roundUp: flags.roundUp === true,
    allowFull: flags.allowFull === true,
    dryRun: flags.dryRun === true,
    reason: flags.reason ?? null,
    by: operatorOf(context),
  };
}

function describe({ symbol, want }: PartialCloseRequest): string {
  const share =
    'fraction' in want
      ? `${text(want.fraction.mul(100))}%`
      : `a quantity of ${text(want.quantity)}`;
  return `close ${share} of ${symbol ?? 'every open position'} at the market`;
}

function documentOf(
  context: Context,
  { dryRun }: PartialCloseRequest,
  { rows, executedBy }: PartialCloseResult,
): string {
  return jsonLine({
    schema: 'tradectl.partial_close/1',
    as_of_ms: context.clock.now(),
    dry_run: dryRun,
    rows,
    executed_by: executedBy,
  });
}

function print(
  context: Context,
  { dryRun }: PartialCloseRequest,
  rows: readonly PartialCloseRow[],
): void {
  if (rows.length === 0) return context.out('No open positions.\n');
  context.out(closeText(rows, { dryRun, columns: context.columns }));
  if (dryRun) context.out('Dry run: nothing was sent.\n');
  else if (!rows.every(isDone)) context.out('  tradectl positions\n  tradectl orders\n');
}

function isDone({ sent }: PartialCloseRow): boolean {
  return sent === 'accepted';
}

function isRefused({ outcome }: PartialCloseRow): boolean {
  return outcome === 'refused';
}
