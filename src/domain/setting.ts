/**
 * A setting as data: one table row says its kind, default, unit, bounds and what it does. The schema,
 * the documented example file and `config show` are all made from these rows, so they cannot differ.
 * Tables are keyed by the property of the typed object; {@link settingKey} gives the key in the file.
 */
import { decimal, type Decimal } from './decimal.ts';
import { DAY, HOUR, MINUTE, ms, SECOND, type Ms } from './clock.ts';
import { TradectlError } from './errors.ts';

interface Values {
  /** Exact; written as a number or as text. */
  decimal: Decimal;
  /** A double: only for what is computed in doubles (indicators) or drawn (rates of a simulation). */
  number: number;
  integer: number;
  /** Written with its unit, `"10s"`; the property ends in `Ms`, the key does not. */
  duration: Ms;
  boolean: boolean;
  choice: string;
  text: string;
  /** A list of words. */
  words: readonly string[];
}

export type SettingKind = keyof Values;

/** What a value must be, without its default. */
export interface SettingRule<K extends SettingKind = SettingKind> {
  readonly kind: K;
  /** What one unit of the value is, for humans: `share of equity`, `bars`. */
  readonly unit: string;
  /** Interval in the usual notation: `(0, 1)`, `[1, 500]`, `(0, )`. */
  readonly bounds?: string;
  /** The accepted words of a choice. */
  readonly options?: readonly string[];
  /** One sentence for the operator: what it does, and when. */
  readonly doc: string;
}

export interface Setting<K extends SettingKind = SettingKind> extends SettingRule<K> {
  /** As it is written in the file. */
  readonly default: string | number | boolean | readonly string[];
}

export type SettingTable = Readonly<Record<string, Setting>>;

/** The typed object that a table describes. */
export type SettingsOf<T extends SettingTable> = {
  readonly [P in keyof T]: Values[T[P]['kind']];
};

/** The key of a property in the file: `maxSlippage` is `max_slippage`, `protectionDeadlineMs` of kind duration is `protection_deadline`. */
export function settingKey(property: string, kind: SettingKind): string {
  const name = kind === 'duration' ? property.replace(/Ms$/, '') : property;
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** The typed object that holds every default of a table. */
export function defaultsOf<T extends SettingTable>(table: T): SettingsOf<T> {
  const values: Record<string, unknown> = {};
  for (const [property, setting] of Object.entries(table)) values[property] = defaultOf(setting);
  return values as SettingsOf<T>;
}

function defaultOf(setting: Setting): unknown {
  if (setting.kind === 'decimal') return decimal(String(setting.default));
  if (setting.kind === 'duration') return parseDuration(String(setting.default));
  return setting.default;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** Parses `"250ms"`, `"10s"`, `"5m"`, `"4h"`, `"1d"`; throws VALUE_INVALID for anything else. */
export function parseDuration(written: string): Ms {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(written.trim());
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  if (!Number.isSafeInteger(value)) {
    throw new TradectlError(
      'VALUE_INVALID',
      `expected a duration such as "10s", was ${JSON.stringify(written)}`,
    );
  }
  return ms(value);
}

/** The shortest exact text of a duration: `90s`, `2m`. */
export function durationText(duration: Ms): string {
  if (duration === 0) return '0s';
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNITS[unit] ?? 1;
    if (duration % size === 0) return `${duration / size}${unit}`;
  }
  return `${duration}ms`;
}

/** True when `value` lies in the interval written in `bounds`. */
export function isWithin(value: Decimal | number, bounds: string): boolean {
  const { low, high, lowOpen, highOpen } = interval(bounds);
  const number = decimal(value);
  if (low !== null && (lowOpen ? number.lte(low) : number.lt(low))) return false;
  return high === null || (highOpen ? number.lt(high) : number.lte(high));
}

/** An interval in words: `above 0 and below 1`. */
export function boundsText(bounds: string): string {
  const { low, high, lowOpen, highOpen } = interval(bounds);
  const parts = [
    low === null ? null : `${lowOpen ? 'above' : 'at least'} ${low}`,
    high === null ? null : `${highOpen ? 'below' : 'at most'} ${high}`,
  ];
  return parts.filter((part) => part !== null).join(' and ');
}

function interval(bounds: string): {
  low: string | null;
  high: string | null;
  lowOpen: boolean;
  highOpen: boolean;
} {
  const match = /^([[(])\s*([-\d.]*)\s*,\s*([-\d.]*)\s*([\])])$/.exec(bounds);
  if (match === null) throw new TradectlError('INTERNAL', `not an interval: ${bounds}`);
  const [, open = '', low = '', high = '', close = ''] = match;
  return {
    low: low === '' ? null : low,
    high: high === '' ? null : high,
    lowOpen: open === '(',
    highOpen: close === ')',
  };
}
