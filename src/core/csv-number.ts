/**
 * Decimal text to double, from bytes. Up to 15 significant digits and 22 decimal places the
 * mantissa and the power of ten are both exact doubles, so one division gives the correctly
 * rounded value (Clinger 1990); anything longer or with an exponent goes through `Number`.
 */

const ZERO = 48;
const NINE = 57;
const POINT = 46;
const MINUS = 45;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const PLAIN_NUMBER = /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** The number written in `bytes[from, to)`; NaN for anything that is not a finite plain number. */
export function scanNumber(bytes: Uint8Array, from: number, to: number): number {
  const negative = from < to && bytes[from] === MINUS;
  let mantissa = 0;
  let digits = 0;
  let seen = 0;
  let point = -1;
  for (let at = negative ? from + 1 : from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      seen += 1;
      if (mantissa !== 0) digits += 1;
    } else if (byte === POINT && point === -1) {
      point = at;
    } else {
      return slowNumber(bytes, from, to);
    }
  }
  const places = point === -1 ? 0 : to - point - 1;
  if (seen === 0) return Number.NaN;
  if (digits > 15 || places > 22) return slowNumber(bytes, from, to);
  const value = places === 0 ? mantissa : mantissa / (POWERS_OF_TEN[places] ?? Number.NaN);
  return negative ? -value : value;
}

/**
 * Significant digits of a number's text; trailing zeros after the point do not count. A double
 * holds 15 of them and gives them back, so a price of more would not be the price that was written.
 */
export function significantDigits(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e');
  const trimmed = mantissa.includes('.') ? mantissa.replace(/0+$/, '') : mantissa;
  return trimmed.replace(/[-.]/g, '').replace(/^0+/, '').length;
}

function slowNumber(bytes: Uint8Array, from: number, to: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  if (!PLAIN_NUMBER.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
