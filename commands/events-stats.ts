/** `tradectl events stats`: how many events of which type, how fast, how late, how large. */
import { counted } from '../src/domain/counted.ts';
import { goneText } from '../src/domain/lost-events.ts';
import { lostTail } from '../src/forensics/lost-tail.ts';
import { duration } from '../src/domain/duration.ts';
import { eventStats as readStats, type EventStats } from '../src/forensics/event-stats.ts';
import { openOwnJournal } from '../src/forensics/own-journal.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { safeText } from './output/safe-text.ts';
import { printTable } from './output/table.ts';

export async function eventStats(context: Context): Promise<number> {
  const journal = openOwnJournal(context.home);
  try {
    const lost = lostTail(context.home);
    const stats = readStats(journal.db, { path: journal.name, nowMs: context.clock.now(), lost });
    if (context.json) context.out(jsonLine(stats));
    else await show(context, stats);
    return 0;
  } finally {
    journal.close();
  }
}

async function show(context: Context, stats: EventStats): Promise<void> {
  context.out(headText(stats));
  if (stats.types.length === 0) return;
  const columns = [
    { header: 'TYPE' },
    { header: 'EVENTS', align: 'right' as const },
    { header: 'SHARE', align: 'right' as const },
  ];
  const rows = stats.types.map(({ type, count, share }) => [
    type,
    String(count),
    `${(share * 100).toFixed(2)}%`,
  ]);
  await printTable(context, columns, rows);
}

function headText(stats: EventStats): string {
  const { events, first_seq: first, last_seq: last, events_per_day: rate } = stats;
  const { lost_from: from, lost_to: to } = stats;
  const span = `${utcMinute(stats.first_recorded_ms)} to ${utcMinute(stats.last_recorded_ms)}`;
  const rows = [
    ['Journal', stats.source],
    ['Events', first === null ? 'none' : `${events}, ${first} to ${last ?? first}`],
    ...(from === null || to === null ? [] : [['Lost', goneText(from, to)]]),
    ...(first === null ? [] : [['Recorded', span]]),
    ...(rate === null ? [] : [['Rate', `${rate} a day`]]),
    ...(first === null ? [] : [['Lag', lagText(stats)]]),
    ['Size', sizeText(stats)],
  ];
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(9)}${safeText(value)}\n`).join('')}\n`;
}

function lagText(stats: EventStats): string {
  const { lag_p50_ms: p50, lag_p90_ms: p90, lag_p99_ms: p99, lag_max_ms: max } = stats;
  const said = [
    ['p50', p50],
    ['p90', p90],
    ['p99', p99],
    ['max', max],
  ] as const;
  const lags = said.map(([name, lag]) => `${name} ${lag === null ? '-' : duration(lag)}`);
  const early =
    stats.negative_lags === 0
      ? ''
      : `; ${counted(stats.negative_lags, 'event')} recorded before happening`;
  return `${lags.join(', ')}${early}`;
}

function sizeText({ file_bytes: file, wal_bytes: wal, bytes_per_event: each }: EventStats): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const per = each === null ? '' : `, ${each} bytes an event`;
  return `${megabytes(file)}, -wal ${megabytes(wal)}${per}`;
}
