/**
 * Lines of another bot's log through the pattern of the map. A line that does not fit goes on with the entry
 * before it, as a stack trace does; before the first entry it is a bad row.
 */
import type { ForeignRow } from '../../core/foreign-store.ts';
import { matched, type Match } from './bounded-matching.ts';
import { saidBy, type FieldMap, type Said } from './field-map.ts';
import { jsonRows } from './found-rows.ts';
import { momentOf, textOf, wholeOf } from './found-values.ts';
import { ABOUT_ONE, REFERENCES } from './map-patterns.ts';
import type { TextLine } from './text-lines.ts';

type LogEntry =
  | { readonly row: ForeignRow }
  | { readonly line: number; readonly raw: string; readonly why: string };

/** An entry keeps this much of what follows its first line. */
const LONGEST_ENTRY = 8_000;

interface Open {
  readonly line: number;
  readonly fields: ForeignRow;
  raw: string;
}

/** What the patterns read out of one line; null for a line that is none of the log's own. */
interface ReadLine {
  readonly groups: Groups;
  readonly text: string;
  readonly said: Said;
}
type Groups = Readonly<Record<string, string | undefined>>;

export function* logEntries(
  path: string,
  lines: Iterable<TextLine>,
  map: FieldMap,
): Generator<LogEntry> {
  let open: Open | null = null;
  const reading = {
    path,
    read: ({ text }: TextLine, match: Match) => (text === null ? null : readLine(text, map, match)),
    size: ({ text }: TextLine) => text?.length ?? 0,
  };
  for (const [{ line, text }, read] of matched(lines, reading)) {
    const ts = read === null ? null : momentOf(read.groups['time'], map.zone);
    if (text !== null && read !== null && ts !== null) {
      if (open !== null) yield { row: entryOf(open) };
      open = { line, fields: fieldsOf(read, ts), raw: text };
    } else if (text === null || (text.trim() !== '' && open === null)) {
      yield { line, raw: text ?? '', why: text === null ? 'the line is too long' : noTime(read) };
    } else if (open !== null && open.raw.length < LONGEST_ENTRY) open.raw += `\n${text}`;
  }
  if (open !== null) yield { row: entryOf(open) };
}

function noTime(read: ReadLine | null): string {
  if (read === null) return 'does not fit log.line of the map';
  return `no time can be read from ${JSON.stringify(read.groups['time'] ?? '')}`;
}

/** What loggers that write an object per line call it. */
const JSON_NAMES: Readonly<Record<string, readonly string[]>> = {
  time: ['time', 'timestamp', '@timestamp', 'ts', 'asctime', 'created_at'],
  text: ['msg', 'message', 'text', 'event'],
  level: ['level', 'levelname', 'severity'],
  pid: ['pid', 'process'],
  ...Object.fromEntries(['seq', ...REFERENCES].map((name) => [name, [name]])),
};

function jsonGroups(whole: string): Groups | null {
  if (!whole.startsWith('{')) return null;
  const [found] = jsonRows([{ line: 0, text: whole, isForeign: false }]);
  if (found === undefined || 'why' in found) return null;
  const groups = Object.entries(JSON_NAMES).map(([group, names]): [string, string | undefined] => {
    const held = names.map((name) => textOf(found.row[name])).find((text) => text !== null);
    return [group, held];
  });
  return Object.fromEntries(groups.filter(([, text]) => text !== undefined));
}

function readLine(whole: string, map: FieldMap, match: Match): ReadLine | null {
  const groups = match(map.logLine, whole)?.groups ?? jsonGroups(whole);
  if (groups === null) return null;
  const text = (groups['text'] ?? '').trim();
  return { groups, text, said: saidBy(map.says.log, text, match) };
}

function entryOf({ line, fields, raw }: Open): ForeignRow {
  return { ...fields, line, raw: raw.trimEnd() };
}

function fieldsOf({ groups: line, text, said }: ReadLine, ts: number): ForeignRow {
  // A group that a pattern did not need to find takes nothing away.
  const read = Object.entries(said.groups).filter(([, text]) => text !== undefined);
  const found: Groups = { ...line, ...Object.fromEntries(read) };
  // A word about one position tells nothing where it names none.
  const isVague =
    ABOUT_ONE.includes(said.means) &&
    found['symbol'] === undefined &&
    found['position_id'] === undefined;
  return {
    source: 'log',
    ts_ms: ts,
    means: said.means,
    understood: Number(said.isKnown && !isVague),
    level: line['level'] ?? null,
    text,
    pid: wholeOf(found['pid']),
    seq: wholeOf(found['seq']),
    wrote: wholeOf(found['count']),
    count_before: wholeOf(found['before']),
    count_after: wholeOf(found['after']),
    symbol: found['symbol'] ?? null,
    position_id: found['position_id'] ?? null,
    signal_id: found['signal_id'] ?? null,
    client_order_id: found['client_order_id'] ?? null,
    venue_order_id: found['venue_order_id'] ?? null,
    trade_id: found['trade_id'] ?? null,
    correlation_id: found['correlation_id'] ?? null,
  };
}
