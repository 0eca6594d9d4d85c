/**
 * Lines of another bot's log through the pattern of the map. A line that does not fit goes on with the entry
 * before it, as a stack trace does; before the first entry it is a bad row.
 */
import type { ForeignRow } from '../../core/foreign-store.ts';
import { saidBy, type FieldMap } from './field-map.ts';
import { momentOf, wholeOf } from './found-values.ts';
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

export function* logEntries(lines: Iterable<TextLine>, map: FieldMap): Generator<LogEntry> {
  let open: Open | null = null;
  for (const { number: line, text } of lines) {
    const groups = text === null ? undefined : map.logLine.exec(text)?.groups;
    const ts = groups === undefined ? null : momentOf(groups['time'], map.zone);
    if (text !== null && groups !== undefined && ts !== null) {
      if (open !== null) yield { row: entryOf(open) };
      open = { line, fields: fieldsOf(groups, ts, map), raw: text };
    } else if (text === null || (text.trim() !== '' && open === null)) {
      yield { line, raw: text ?? '', why: text === null ? 'the line is too long' : 'has no time' };
    } else if (open !== null && open.raw.length < LONGEST_ENTRY) open.raw += `\n${text}`;
  }
  if (open !== null) yield { row: entryOf(open) };
}

function entryOf({ line, fields, raw }: Open): ForeignRow {
  return { ...fields, line, raw: raw.trimEnd() };
}

function fieldsOf(
  line: Readonly<Record<string, string | undefined>>,
  ts: number,
  map: FieldMap,
): ForeignRow {
  const text = (line['text'] ?? '').trim();
  const { means, groups } = saidBy(map.says.log, text);
  const found = { ...line, ...groups };
  return {
    source: 'log',
    ts_ms: ts,
    means,
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
