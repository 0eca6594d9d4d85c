/** A row of another bot's table as columns of ours, or why it is none. */
import type { ForeignKind, ForeignRow } from '../../core/foreign-store.ts';
import type { Ms } from '../../domain/clock.ts';
import type { Match } from './bounded-matching.ts';
import { saidBy, type FieldMap, type Said } from './field-map.ts';
import { momentOf, textOf, valueAt, wholeOf } from './found-values.ts';
import { REFERENCES } from './map-patterns.ts';

export type TableKind = Exclude<ForeignKind, 'log'>;
export type Row = Readonly<Record<string, unknown>>;

export interface RowAs {
  readonly kind: TableKind;
  readonly map: FieldMap;
}

/** What the patterns of the map say of the words in a row: an event's type, a note's text. */
export function saidInRow(row: Row, { kind, map }: RowAs, match: Match): Said | null {
  if (kind !== 'events' && kind !== 'notes') return null;
  const text = textOf(finder(row, { kind, map })(kind === 'events' ? 'type' : 'text'));
  return text === null ? null : saidBy(map.says[kind], text, match);
}

/** What was read of a row, and which time of it could not be: it is kept without that one. */
export interface ReadRow {
  readonly row: ForeignRow;
  readonly unread: string | null;
}

/** Why it is no row, as text. `lastSeq`: an event without a number gets the one after it. */
export function readRow(
  row: Row,
  as: RowAs,
  { said, lastSeq }: { said: Said | null; lastSeq: number },
): ReadRow | string {
  const { kind, map } = as;
  const find = finder(row, as);
  const references = Object.fromEntries(REFERENCES.map((name) => [name, textOf(find(name))]));
  const times = ['ts', 'closed', 'recorded'].map((name) => timeOf(find(name), map.zone));
  const [ts = null, closed = null, recorded = null] = times.map((time) =>
    typeof time === 'string' ? null : time,
  );
  const told: RowReading = { references, ts, said, find };
  const kept =
    kind === 'events'
      ? eventRow(told, recorded, lastSeq)
      : kind === 'notes'
        ? noteRow(told)
        : tableRow(kind, told, closed);
  if (typeof kept === 'string') return kept;
  const unread = times.find((time) => typeof time === 'string');
  const why = unread === undefined ? null : `no time can be read from ${unread}; kept without it`;
  return { row: kept, unread: why };
}

function tableRow(
  kind: 'positions' | 'signals',
  { references, ts, find }: RowReading,
  closed: Ms | null,
): ForeignRow | string {
  const figures = {
    ts_ms: ts,
    side: textOf(find('side')),
    entry_price: textOf(find('entry_price')),
    stop_price: textOf(find('stop_price')),
  };
  if (kind === 'signals') return { ...references, ...figures };
  if (references['position_id'] === null) return 'names no position id';
  const targets = ['target_1', 'target_2', 'target_3'].map((name) => textOf(find(name)));
  return {
    ...references,
    ...figures,
    closed_ms: closed,
    status: textOf(find('status'))?.toLowerCase() ?? null,
    quantity: textOf(find('quantity')),
    targets: JSON.stringify(targets.filter((target) => target !== null)),
  };
}

type Find = (name: string) => unknown;

/** The first of the columns for a name that holds anything. */
function finder(row: Row, { kind, map }: RowAs): Find {
  const columns = map.columns[kind];
  return (name) =>
    (columns[name] ?? []).map((path) => valueAt(row, path)).find((value) => textOf(value) !== null);
}

/** A moment, null for none, or the text that is no time. Many a table writes "never" as zeros. */
function timeOf(value: unknown, zone: number): Ms | string | null {
  const text = textOf(value);
  if (text === null || /^[0\s:.TZ-]*$/.test(text)) return null;
  return momentOf(value, zone) ?? text;
}

interface RowReading {
  readonly references: ForeignRow;
  readonly ts: Ms | null;
  readonly said: Said | null;
  readonly find: Find;
}

function eventRow(
  { references, ts, said, find }: RowReading,
  recorded: Ms | null,
  lastSeq: number,
): ForeignRow | string {
  const type = textOf(find('type'));
  if (type === null) return 'names no type of event';
  const number = find('seq');
  const seq = number === undefined ? lastSeq + 1 : wholeOf(number);
  if (seq === null) return `the number ${textOf(number)} is no whole number`;
  return {
    ...references,
    seq,
    numbered: number === undefined ? 0 : 1,
    ts_ms: ts,
    recorded_ms: recorded,
    recorded_by: recorded === null ? null : 'told',
    type,
    means: said?.means ?? 'other',
    pid: wholeOf(find('pid')),
  };
}

function noteRow({ references, ts, said, find }: RowReading): ForeignRow | string {
  const text = textOf(find('text'));
  if (text === null) return 'holds no text';
  const groups = said?.groups ?? {};
  const named = REFERENCES.map((name): [string, string | number | null] => [
    name,
    references[name] ?? groups[name] ?? null,
  ]);
  return {
    ...Object.fromEntries(named),
    source: 'note',
    ts_ms: ts,
    means: said?.means ?? 'other',
    understood: Number(said?.isKnown ?? false),
    author: textOf(find('author')),
    wrote: wholeOf(groups['count']),
    text,
  };
}
