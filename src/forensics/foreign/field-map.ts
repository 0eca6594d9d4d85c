/**
 * Which column of another bot's file is which of ours, how its log lines look, and what its words mean. The
 * defaults know the usual names; a small TOML file says the rest.
 */
import { parse, TomlError } from 'smol-toml';
import { readFileSync } from 'node:fs';
import type { ForeignKind } from '../../core/foreign-store.ts';
import { messageOf, TradectlError } from '../../domain/errors.ts';
import { sha256 } from '../../domain/random.ts';
import { MEANINGS, type Meaning } from '../timeline.ts';
import { zoneMinutes } from './found-values.ts';
import { unreadable } from './text-lines.ts';

/** Columns by our name of them, in the order they are looked for. */
const REFERENCE_COLUMNS = {
  symbol: ['symbol', 'data.symbol', 'payload.symbol', 'market', 'pair'],
  position_id: ['position_id', 'data.position_id', 'payload.position_id'],
  client_order_id: ['client_order_id', 'clientOrderId', 'cl_ord_id', 'data.client_order_id'],
  venue_order_id: ['venue_order_id', 'exchange_order_id', 'order_id', 'data.order_id'],
  trade_id: ['trade_id', 'data.trade_id'],
  signal_id: ['signal_id', 'data.signal_id', 'payload.signal_id'],
  correlation_id: ['correlation_id', 'data.correlation_id'],
} as const;
const TIME = ['ts', 'ts_ms', 'timestamp', 'time', 'created_at', 'event_time', 'opened_at'] as const;
const PRICES = {
  side: ['side', 'direction'],
  entry_price: ['entry_price', 'entry', 'avg_price', 'price'],
  stop_price: ['stop_price', 'stop_loss', 'stop', 'sl'],
} as const;

const COLUMNS: Record<Exclude<ForeignKind, 'log'>, Readonly<Record<string, readonly string[]>>> = {
  events: {
    seq: ['seq', 'id', 'event_id'],
    ts: TIME,
    recorded: ['recorded_ms', 'recorded_at', 'inserted_at', 'persisted_at'],
    type: ['type', 'event_type', 'event', 'name'],
    pid: ['pid', 'data.pid'],
    ...REFERENCE_COLUMNS,
  },
  positions: {
    ...REFERENCE_COLUMNS,
    position_id: ['position_id', 'id'],
    ts: ['opened_at', 'opened_ms', 'created_at', 'entry_time', 'timestamp'],
    closed: ['closed_at', 'closed_ms', 'exit_time'],
    status: ['status', 'state'],
    quantity: ['quantity', 'qty', 'size', 'amount'],
    target_1: ['target_1', 'take_profit_1', 'tp1', 'take_profit'],
    target_2: ['target_2', 'take_profit_2', 'tp2'],
    target_3: ['target_3', 'take_profit_3', 'tp3'],
    ...PRICES,
  },
  signals: { ...REFERENCE_COLUMNS, signal_id: ['signal_id', 'id'], ts: TIME, ...PRICES },
  notes: { ...REFERENCE_COLUMNS, ts: TIME, author: ['author', 'by'], text: ['text', 'note'] },
};

/** A word of the other bot and what it means here. */
export interface Saying {
  readonly pattern: RegExp;
  readonly means: Meaning;
}

export interface FieldMap {
  readonly zone: number;
  /** Base names of the files of a kind, `*` for anything. */
  readonly files: Readonly<Record<ForeignKind, readonly string[]>>;
  readonly columns: typeof COLUMNS;
  /** Named groups `time` and `text`, and any of `level`, `pid`, `seq`. */
  readonly logLine: RegExp;
  readonly says: Readonly<Record<'events' | 'log' | 'notes', readonly Saying[]>>;
  /** Changes with the map: a file is read anew when it does. */
  readonly sha256: string;
}

const FILES: FieldMap['files'] = {
  notes: ['*note*'],
  log: ['*.log', '*.log.*', '*.txt'],
  positions: ['*position*'],
  signals: ['*signal*'],
  events: ['*event*', '*journal*'],
};
const LOG_LINE =
  '^\\[?(?<time>\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(?:[.,]\\d+)?(?:Z|[+-]\\d{2}:?\\d{2})?)\\]?' +
  '[ -]*(?:\\[?(?<level>[A-Z]{4,8})\\]?[ :-]+)?(?<text>.*)$';
const SAYS: Readonly<Record<string, Meaning>> = {
  'position[_ ]?(opened|created)': 'position_opened',
  'position[_ ]?closed': 'position_closed',
  'stop[_ ]?loss[_ ]?placed': 'stop_placed',
  'signal[_ ]?(created|generated|executed)': 'signal',
  'order[_ ]?filled|trade[_ ]?filled': 'fill',
  'order[_ ]?(placed|sent|submitted)': 'order_sent',
};

/** The map of a TOML file over the defaults. Throws FILE_INVALID naming the key that is wrong. */
export function readFieldMap(path: string | null): FieldMap {
  const text = path === null ? '' : readText(path);
  const table = path === null ? {} : parsedToml(path, text);
  const fail = (why: string): never => {
    throw new TradectlError('FILE_INVALID', `${path ?? 'map'}: ${why}`, {
      hint: 'docs/forensics.md shows a map with every key',
    });
  };
  const { zone, log = {}, ...kinds } = table as Record<string, unknown> & { log?: TomlTable };
  const minutes = zone === undefined ? 0 : zoneMinutes(textIn(zone));
  if (minutes === null) return fail(`zone must be like "+03:00" or "UTC", was ${textIn(zone)}`);
  const columns = { ...COLUMNS };
  const files = { ...FILES };
  for (const [kind, given] of Object.entries(kinds)) {
    if (!(kind in COLUMNS)) fail(`unknown table or key "${kind}"`);
    const own = kind as keyof typeof COLUMNS;
    columns[own] = columnsOf(own, given as TomlTable, fail);
  }
  for (const [kind, given] of Object.entries({ ...kinds, log })) {
    const named = given['files'];
    if (named !== undefined) files[kind as ForeignKind] = patternsOf(kind, named, fail);
  }
  const logLine = compiled(textIn(log['line'] ?? LOG_LINE), 'log.line', fail);
  if (!/\(\?<time>/.test(logLine.source)) fail('log.line needs a group named time');
  const sayingsOf = (kind: string): Saying[] => [
    ...sayings(kind, (table as Record<string, TomlTable>)[kind]?.['says'], fail),
    ...sayings(kind, SAYS, fail),
  ];
  return {
    zone: minutes,
    files,
    columns,
    logLine,
    says: { events: sayingsOf('events'), log: sayingsOf('log'), notes: sayingsOf('notes') },
    sha256: sha256(text),
  };
}

/** A value as text; anything but text is nothing that a key of ours takes. */
function textIn(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type TomlTable = Readonly<Record<string, unknown>>;
type Fail = (why: string) => never;

function columnsOf(
  kind: keyof typeof COLUMNS,
  given: TomlTable,
  fail: Fail,
): Readonly<Record<string, readonly string[]>> {
  const known = COLUMNS[kind];
  const own = Object.entries(given).filter(([key]) => key !== 'files' && key !== 'says');
  for (const [key, column] of own) {
    if (!(key in known)) {
      fail(`unknown key ${kind}.${key}; it takes ${Object.keys(known).join(', ')}`);
    }
    if (typeof column !== 'string') fail(`${kind}.${key} must be the name of a column`);
  }
  return { ...known, ...Object.fromEntries(own.map(([key, column]) => [key, [String(column)]])) };
}

function patternsOf(kind: string, given: unknown, fail: Fail): string[] {
  const list = Array.isArray(given) ? (given as unknown[]) : [given];
  return list.map((each) => (typeof each === 'string' ? each : fail(`${kind}.files must be text`)));
}

function sayings(kind: string, given: unknown, fail: Fail): Saying[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null) return fail(`${kind}.says must be a table`);
  return Object.entries(given).map(([pattern, means]) => {
    if (!(MEANINGS as readonly unknown[]).includes(means)) {
      fail(`${kind}.says: ${JSON.stringify(means)} is not one of ${MEANINGS.join(', ')}`);
    }
    return { pattern: compiled(pattern, `${kind}.says`, fail), means: means as Meaning };
  });
}

function compiled(pattern: string, key: string, fail: Fail): RegExp {
  try {
    return new RegExp(pattern, 'i');
  } catch (error) {
    return fail(`${key}: ${messageOf(error)}`);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parsedToml(path: string, text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    const line = error instanceof TomlError ? `, line ${error.line}` : '';
    throw new TradectlError('FILE_INVALID', `${path}${line}: is not TOML`, {
      hint: 'docs/forensics.md shows a map with every key',
      cause: error,
    });
  }
}

/** The kind of a file by its base name; null when no pattern fits. */
export function kindOf(map: FieldMap, name: string): ForeignKind | null {
  const kinds: readonly ForeignKind[] = ['notes', 'log', 'positions', 'signals', 'events'];
  return kinds.find((kind) => map.files[kind].some((glob) => fits(glob, name))) ?? null;
}

function fits(glob: string, name: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 'i').test(name);
}

/** What the words mean, and what the pattern read out of them. */
export function saidBy(
  sayings: readonly Saying[],
  text: string,
): { means: Meaning; groups: Readonly<Record<string, string | undefined>> } {
  for (const { pattern, means } of sayings) {
    const match = pattern.exec(text);
    if (match !== null) return { means, groups: match.groups ?? {} };
  }
  return { means: 'other', groups: {} };
}
