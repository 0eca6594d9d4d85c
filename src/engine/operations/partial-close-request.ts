/**
 * What an operator asks of a partial close, as the command line, the inbox and the journal carry it. Both
 * sides read it with the same rules: a share above 0 and at most 1, or an amount above 0, never both.
 */
import type { CommandArguments } from '../../core/inbox.ts';
import { text, type Decimal } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { CloseWant } from '../../protection/size-close.ts';
import { decimalInOrNull, isSaid, symbolIn, wordInOrNull } from './command-arguments.ts';
import type { Operator } from './operator.ts';
import type { CloseAsk } from './partial-close-row.ts';

export interface PartialCloseRequest extends CloseAsk {
  /** Null is every open position. */
  readonly symbol: Symbol | null;
  readonly dryRun: boolean;
  readonly reason: string | null;
  readonly by: Operator;
}

/** What both parsers make of `--fraction` and `--quantity`; throws USAGE naming the flag. */
export function closeWantOf(given: {
  readonly fraction: Decimal | null;
  readonly quantity: Decimal | null;
}): CloseWant {
  const { fraction, quantity } = given;
  if (fraction !== null && quantity !== null) {
    throw new TradectlError('USAGE', '--fraction and --quantity exclude each other');
  }
  if (fraction !== null) {
    if (fraction.gt(0) && fraction.lte(1)) return { fraction };
    throw new TradectlError('USAGE', `--fraction ${text(fraction)} is not above 0 and at most 1`);
  }
  if (quantity === null) throw new TradectlError('USAGE', 'how much? --fraction or --quantity');
  if (quantity.gt(0)) return { quantity };
  throw new TradectlError('USAGE', `--quantity ${text(quantity)} is not above 0`);
}

export function partialCloseRequestOf(given: CommandArguments, by: Operator): PartialCloseRequest {
  return {
    symbol: wordInOrNull(given, 'symbol') === null ? null : symbolIn(given, 'symbol'),
    want: closeWantOf({
      fraction: decimalInOrNull(given, 'fraction'),
      quantity: decimalInOrNull(given, 'quantity'),
    }),
    roundUp: isSaid(given, 'round_up'),
    allowFull: isSaid(given, 'allow_full'),
    dryRun: isSaid(given, 'dry_run'),
    reason: wordInOrNull(given, 'reason'),
    by,
  };
}

/** The inverse of {@link partialCloseRequestOf}: how a request is posted. */
export function partialCloseArguments(request: PartialCloseRequest): CommandArguments {
  const { dryRun, reason } = request;
  return { ...journaledArguments(request), dry_run: dryRun, reason };
}

/** What the journal keeps of it; a dry run leaves no trace, and the reason has a field of its own. */
export function journaledArguments(request: PartialCloseRequest): CommandArguments {
  const { symbol, want, roundUp, allowFull } = request;
  return {
    symbol,
    fraction: 'fraction' in want ? text(want.fraction) : null,
    quantity: 'quantity' in want ? text(want.quantity) : null,
    round_up: roundUp,
    allow_full: allowFull,
  };
}
