/** Fields of a body of the control API; a wrong one is VALUE_INVALID with its name. */
import { decimal, type Decimal } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A body of nothing is an object of nothing. */
export function fieldsOf(body: string): Fields {
  const parsed: unknown = body.trim() === '' ? {} : JSON.parse(body);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Fields;
  }
  throw new TradectlError('VALUE_INVALID', 'the body must be a JSON object');
}

export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new TradectlError('VALUE_INVALID', `${name} must be text`);
}

/** Undefined when absent. */
export function figureField(fields: Fields, name: string): Decimal | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return decimal(value);
  throw new TradectlError('VALUE_INVALID', `${name} must be a number`);
}

/** Undefined when absent. */
export function flagField(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new TradectlError('VALUE_INVALID', `${name} must be true or false`);
}

/** A misspelt key would be a wish that nobody hears. */
export function refuseOtherFields(fields: Fields, known: readonly string[]): void {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other === undefined) return;
  const why = `${JSON.stringify(other)} is none of ${known.join(', ')}`;
  throw new TradectlError('VALUE_INVALID', why);
}
