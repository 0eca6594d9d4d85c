/** The parser of `--fraction` and `--quantity`: exact decimals, because they become orders. */
import { InvalidArgumentError } from 'commander';
import { decimal, type Decimal } from '../src/domain/decimal.ts';
import { TradectlError } from '../src/domain/errors.ts';

/** Any decimal number; what it may be is told where it is used, by the flag's name. */
export function amountFlag(written: string): Decimal {
  try {
    return decimal(written);
  } catch (error) {
    if (!(error instanceof TradectlError)) throw error;
    throw new InvalidArgumentError('Expected a decimal number, for example 0.5.');
  }
}
