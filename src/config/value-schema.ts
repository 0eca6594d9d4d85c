/**
 * The one valibot schema: an object keyed by dotted path, made from the setting tables. Its input is
 * what was written, its output the typed value. Every way to break a setting gives the same rule, the
 * sentence that says what it must be. Relations between settings are data in `relations.ts`.
 */
import * as v from 'valibot';
import { ms } from '../domain/clock.ts';
import { decimal, type Decimal } from '../domain/decimal.ts';
import {
  boundsText,
  durationText,
  isWithin,
  parseDuration,
  type Setting,
} from '../domain/setting.ts';
import { SETTINGS } from './known-settings.ts';

export type TypedValue = Decimal | number | boolean | string | readonly string[];

type ValueSchema = v.GenericSchema<unknown, TypedValue>;

export interface Parsed {
  /** The valid ones, by dotted path. */
  readonly values: ReadonlyMap<string, TypedValue>;
  /** Path to the rule it breaks. */
  readonly broken: ReadonlyMap<string, string>;
}

/** Checks every value; `written` holds one for each known path. */
export function parseValues(written: Readonly<Record<string, unknown>>): Parsed {
  const schema = v.object(
    Object.fromEntries(SETTINGS.map(({ path, setting }) => [path, valueSchema(setting)])),
  );
  const result = v.safeParse(schema, written);
  const broken = new Map<string, string>();
  for (const issue of result.issues ?? []) {
    const key = issue.path?.[0].key;
    const path = typeof key === 'string' ? key : '';
    if (!broken.has(path)) broken.set(path, issue.message);
  }
  // Entries that passed are typed in the output even when others did not.
  const output = Object.entries(result.output as Readonly<Record<string, TypedValue>>);
  return { values: new Map(output.filter(([path]) => !broken.has(path))), broken };
}

const KIND_WORDS: Readonly<Record<Setting['kind'], string>> = {
  decimal: 'a decimal number',
  number: 'a number',
  integer: 'a whole number',
  duration: 'a duration such as "10s"',
  boolean: 'true or false',
  choice: 'one of its words',
  text: 'text',
  words: 'a list of words',
};

/** What a setting must be: `must be a decimal number above 0 and below 1 (share of equity)`. */
export function ruleText(setting: Setting): string {
  if (setting.kind === 'choice') {
    return `must be ${(setting.options ?? []).map((option) => `"${option}"`).join(' or ')}`;
  }
  const range = setting.bounds === undefined ? '' : ` ${rangeText(setting)}`;
  return `must be ${KIND_WORDS[setting.kind]}${range}${unitText(setting)}`;
}

function rangeText({ kind, bounds = '' }: Setting): string {
  const words = boundsText(bounds);
  if (kind !== 'duration') return words;
  return words.replace(/\d+/g, (digits) => durationText(ms(Number(digits))));
}

function unitText({ kind, unit }: Setting): string {
  const isCount = kind === 'decimal' || kind === 'number' || kind === 'integer';
  return isCount ? ` (${unit})` : '';
}

function valueSchema(setting: Setting): ValueSchema {
  const rule = ruleText(setting);
  const inBounds = v.check<Decimal | number, string>(
    (value) => setting.bounds === undefined || isWithin(value, setting.bounds),
    rule,
  );
  switch (setting.kind) {
    case 'decimal':
      return v.pipe(
        v.union([v.number(), v.string()], rule),
        v.check((value) => parses(() => decimal(value)), rule),
        v.transform((value): Decimal | number => decimal(value)),
        inBounds,
      );
    case 'number':
      return v.pipe(v.number(rule), v.finite(rule), v.transform(asNumber), inBounds);
    case 'integer':
      return v.pipe(v.number(rule), v.safeInteger(rule), v.transform(asNumber), inBounds);
    case 'duration':
      return v.pipe(
        v.string(rule),
        v.check((value) => parses(() => parseDuration(value)), rule),
        v.transform((value): Decimal | number => parseDuration(value)),
        inBounds,
      );
    case 'boolean':
      return v.boolean(rule);
    case 'choice':
      return v.picklist(setting.options ?? [], rule);
    case 'text':
      return setting.default === ''
        ? v.string(rule)
        : v.pipe(v.string(rule), v.nonEmpty('must not be empty'));
    case 'words':
      return v.array(v.pipe(v.string(rule), v.regex(/^[A-Za-z0-9][A-Za-z0-9/:._-]*$/, rule)), rule);
  }
}

function asNumber(value: number): Decimal | number {
  return value;
}

function parses(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
