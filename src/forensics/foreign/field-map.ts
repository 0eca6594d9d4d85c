/**
 * Which column of another bot's file is which of ours, how its log lines look, and what its words mean. The
 * defaults know the usual names; a small TOML file says the rest.
 */
import { parse, TomlError } from 'smol-toml';
import { readFileSync } from 'node:fs';
import type { ForeignKind } from '../../core/foreign-store.ts';
import { nearest } from '../../config/nearest.ts';
import { messageOf, TradectlError } from '../../domain/errors.ts';
import { sha256 } from '../../domain/random.ts';
import type { Meaning } from '../timeline.ts';
import type { MapPattern, Match } from './bounded-matching.ts';
import { zoneMinutes } from './found-values.ts';
import { groupsOf, linePattern, sayings, type Fail, type Saying } from './map-patterns.ts';
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

export interface NamedColumn {
  readonly kind: ForeignKind;
  readonly key: string;
  readonly column: string;
}

export interface FieldMap {
  readonly zone: number;
  /** Base names of the files of a kind, `*` for anything. */
  readonly files: Readonly<Record<ForeignKind, readonly string[]>>;
  readonly columns: typeof COLUMNS;
  /** Columns that the map itself names, `events.seq` to `id`: one that no row has is a mistake. */
  readonly named: readonly NamedColumn[];
  /** Named groups `time` and `text`, and any of `level`, `pid`, `seq`. */
  readonly logLine: MapPattern;
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
  const fail: Fail = (why) => {
    throw new TradectlError('FILE_INVALID', `${path ?? 'map'}: ${why}`, { hint: SHOWN });
  };
  const tables = tablesOf(table, fail);
  const columns = { ...COLUMNS };
  const files = { ...FILES };
  const named: NamedColumn[] = [];
  for (const [kind, given] of Object.entries(tables)) {
    if (given['files'] !== undefined) {
      files[kind as ForeignKind] = patternsOf(kind, given['files'], fail);
    }
    if (kind === 'log') refuseUnknown(kind, Object.keys(given), ['files', 'line', 'says'], fail);
    else {
      const own = columnsOf(kind as keyof typeof COLUMNS, given, fail);
      columns[kind as keyof typeof COLUMNS] = own.columns;
      named.push(...own.named);
    }
  }
  const line = tables['log']?.['line'] ?? LOG_LINE;
  const logLine = linePattern(
    typeof line === 'string' ? line : fail('log.line must be text'),
    fail,
  );
  const how = { lineGroups: groupsOf(logLine), fail };
  const sayingsOf = (kind: 'events' | 'log' | 'notes'): Saying[] => [
    ...sayings(kind, tables[kind]?.['says'], how),
    ...USUAL_SAYINGS,
  ];
  return {
    zone: zoneIn(table['zone'], fail),
    files,
    columns,
    named,
    logLine,
    says: { events: sayingsOf('events'), log: sayingsOf('log'), notes: sayingsOf('notes') },
    sha256: sha256(text),
  };
}

const SHOWN = 'docs/forensics.md shows a map with every key';

const USUAL_SAYINGS: readonly Saying[] = Object.entries(SAYS).map(([pattern, means]) => ({
  key: `'${pattern}'`,
  pattern: new RegExp(pattern, 'i'),
  means,
}));

function zoneIn(zone: unknown, fail: Fail): number {
  if (zone === undefined) return 0;
  const minutes = typeof zone === 'string' ? zoneMinutes(zone) : null;
  if (minutes !== null) return minutes;
  return fail(
    `zone must be like "+03:00" or "UTC", was ${JSON.stringify(zone)}; of a place say the hours it was off at that time`,
  );
}

type TomlTable = Readonly<Record<string, unknown>>;

function tablesOf(map: TomlTable, fail: Fail): Readonly<Record<string, TomlTable>> {
  const known = [...Object.keys(COLUMNS), 'log'];
  refuseUnknown(null, Object.keys(map), [...known, 'zone'], fail);
  const tables = Object.entries(map).filter(([kind]) => kind !== 'zone');
  for (const [kind, given] of tables) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      fail(`${kind} must be a table: [${kind}]`);
    }
  }
  return Object.fromEntries(tables) as Readonly<Record<string, TomlTable>>;
}

function refuseUnknown(
  table: string | null,
  keys: readonly string[],
  known: readonly string[],
  fail: Fail,
): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const meant = near === null ? `it takes ${known.join(', ')}` : `did you mean ${near}?`;
    if (table === null) fail(`unknown table or key "${key}"; ${meant}`);
    else fail(`unknown key ${table}.${key}; ${meant}`);
  }
}

function columnsOf(
  kind: keyof typeof COLUMNS,
  given: TomlTable,
  fail: Fail,
): { columns: Readonly<Record<string, readonly string[]>>; named: readonly NamedColumn[] } {
  const known = COLUMNS[kind];
  const apart = kind === 'events' || kind === 'notes' ? ['files', 'says'] : ['files'];
  refuseUnknown(kind, Object.keys(given), [...Object.keys(known), ...apart], fail);
  const named = Object.entries(given)
    .filter(([key]) => !apart.includes(key))
    .map(([key, column]) => ({
      kind,
      key,
      column:
        typeof column === 'string' ? column : fail(`${kind}.${key} must be the name of a column`),
    }));
  const own = Object.fromEntries(named.map(({ key, column }) => [key, [column]]));
  return { columns: { ...known, ...own }, named };
}

function patternsOf(kind: string, given: unknown, fail: Fail): string[] {
  const list = Array.isArray(given) ? (given as unknown[]) : [given];
  return list.map((each) => (typeof each === 'string' ? each : fail(`${kind}.files must be text`)));
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
    const why =
      messageOf(error)
        .split('\n', 1)[0]
        ?.replace(/^Invalid TOML document: /, '') ?? '';
    throw new TradectlError('FILE_INVALID', `${path}${line}: is not TOML: ${why}`, {
      hint: `a pattern stands in single quotes, '^\\d+$'; ${SHOWN}`,
      cause: error,
    });
  }
}

/** The kind of a file by its base name; null when no pattern fits. */
export function kindOf(map: FieldMap, name: string): ForeignKind | null {
  const kinds: readonly ForeignKind[] = ['notes', 'log', 'positions', 'signals', 'events'];
  return kinds.find((kind) => map.files[kind].some((glob) => fits(glob, name))) ?? null;
}

/** Piece by piece, each where it comes first: a pattern of many stars takes no longer than the name. */
function fits(glob: string, name: string): boolean {
  const [first = '', ...pieces] = glob.toLowerCase().split('*');
  const last = pieces.pop();
  const whole = name.toLowerCase();
  if (last === undefined) return whole === first;
  if (!whole.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = whole.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return whole.length - last.length >= at && whole.endsWith(last);
}

export interface Said {
  /** Whether a pattern knew the words: `other` may be what it calls them. */
  readonly isKnown: boolean;
  readonly means: Meaning;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Of a longer text only the beginning is asked: no line of a log says what it means after pages. */
const LONGEST_SAYING = 8_000;

/** What the words mean, and what the pattern read out of them. */
export function saidBy(known: readonly Saying[], text: string, match: Match): Said {
  const asked = text.slice(0, LONGEST_SAYING);
  for (const saying of known) {
    const found = match(saying, asked);
    if (found !== null) return { isKnown: true, means: saying.means, groups: found.groups ?? {} };
  }
  return { isKnown: false, means: 'other', groups: {} };
}
