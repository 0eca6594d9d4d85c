/** Cells of another bot's rows as times, numbers and names, whatever way they were written in. */
import { ms, parseTime, type Ms } from '../../domain/clock.ts';

const EARLIEST = ms(946_684_800_000); // 2000
const LATEST = ms(4_102_444_800_000); // 2100
/** What follows the seconds of a time of day. */
const FRACTION = /(?<=:\d{2})[.,](\d+)/;
const ZONED = /([zZ]|[+-]\d{2}:?\d{2})$/;

/**
 * UTC milliseconds of a time: ISO text, in the zone of the files when it names none, or a number of
 * seconds, milliseconds, microseconds or nanoseconds by its size. Null when it is none of these.
 */
export function momentOf(value: unknown, zoneMinutes: number): Ms | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const written = String(value).trim().replace(FRACTION, milliseconds);
  const at = /^\d+(\.\d+)?$/.test(written) ? epochMs(written) : textMs(written, zoneMinutes);
  return at !== null && at >= EARLIEST && at < LATEST ? at : null;
}

/** `14:07:13,226` and `14:07:13.226123` are the same millisecond in ISO. */
function milliseconds(_all: string, fraction: string): string {
  return `.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

function textMs(written: string, zoneMinutes: number): Ms | null {
  const iso = asIso(written);
  const at = parseTime(iso);
  if (at === null || ZONED.test(iso)) return at;
  return ms(at - zoneMinutes * 60_000);
}

/**
 * What programs write where they mean ISO: `2025/10/18`, `18.10.2025`, `20251018T140713`, a zone of hours
 * alone or by the name of UTC. A date of which nobody knows the order, `10/11/2025`, is left as it is.
 */
function asIso(written: string): string {
  return written
    .replace(/^(\d{4})\/(\d{2})\/(\d{2})/, '$1-$2-$3')
    .replace(/^(\d{2})\/(\d{2})\/(\d{4})/, inKnownOrder)
    .replace(/^(\d{2})\.(\d{2})\.(\d{4})/, '$3-$2-$1')
    .replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})/, '$1-$2-$3T$4:$5:$6')
    .replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T')
    .replace(/ ?(?:UTC|GMT)$/i, 'Z')
    .replace(/(?<=:\d{2}(?:\.\d+)?) ?([+-]\d{2})$/, '$1:00')
    .replace(/ (?=[+-]\d)/, '');
}

/** No month is above twelve: `18/10/2025` and `10/18/2025` are the same day, `10/11/2025` is one of two. */
function inKnownOrder(written: string, first: string, second: string, year: string): string {
  if (Number(first) > 12) return `${year}-${second}-${first}`;
  return Number(second) > 12 ? `${year}-${first}-${second}` : written;
}

function epochMs(digits: string): Ms {
  // Nanoseconds are more digits than a number holds: the first thirteen are milliseconds.
  if (/^\d{16,19}$/.test(digits)) return ms(Number(digits.slice(0, 13)));
  const value = Number(digits);
  return ms(Math.floor(value < 1e11 ? value * 1000 : value));
}

/** The value behind a dotted path, `data.position_id`; undefined when there is none. */
export function valueAt(row: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in row) return row[path];
  return path.split('.').reduce<unknown>((held, key) => {
    const inner = typeof held === 'string' && held.startsWith('{') ? parsed(held) : held;
    if (typeof inner !== 'object' || inner === null) return undefined;
    return (inner as Record<string, unknown>)[key];
  }, row);
}

/** A payload column may hold JSON as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A name or figure as text; null for nothing, and for the words that mean nothing. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return /^(|null|none|nan|\\n)$/i.test(text) ? null : text;
}

export function wholeOf(value: unknown): number | null {
  const text = textOf(value)?.replaceAll(/[,_]/g, '') ?? '';
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

/** `+03:00` as minutes east of UTC; null when it is no zone. */
export function zoneMinutes(written: string): number | null {
  if (/^(z|utc)$/i.test(written)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(written) ?? [];
  if (hours === undefined || Number(hours) > 14 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
