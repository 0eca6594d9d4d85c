/** When a line of any program's log was written, as far as the line says. */
import { ms, parseTime, type Ms } from '../domain/clock.ts';

/** Only the beginning of a line tells its own time; later times are what it talks about. */
const HEAD = 120;
const ISO = /(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,6}))?\s?(Z|[+-]\d{2}:?\d{2})?/;
const EPOCH = /(?:^\[?|"(?:ts|time|timestamp)":\s*)(\d{10}|\d{13})(?:\.(\d{1,6}))?(?=\D|$)/;

/** UTC where the line names no zone; null when it tells no time. */
export function lineTime(text: string): Ms | null {
  const head = text.slice(0, HEAD);
  const [, day, time, fraction, zone] = ISO.exec(head) ?? [];
  if (day !== undefined && time !== undefined) {
    const part = fraction === undefined ? '' : `.${fraction.slice(0, 3)}`;
    return parseTime(`${day}T${time}${part}${zone ?? 'Z'}`);
  }
  const [, digits, seconds] = EPOCH.exec(head) ?? [];
  if (digits === undefined) return null;
  if (digits.length === 13) return ms(Number(digits));
  return ms(Math.round(Number(`${digits}.${seconds ?? '0'}`) * 1_000));
}
