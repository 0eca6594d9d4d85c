/**
 * `tradectl status`. The first thing run at 3 a.m.: it must start fast, so it loads no table, prompt
 * or configuration library. `--check` exits 1 when anything is wrong; an empty home is not wrong.
 */
import { duration } from '../src/domain/duration.ts';
import { venueLine } from '../src/domain/venue-facts.ts';
import {
  readStatus,
  type RunRow,
  type StatusDocument,
} from '../src/engine/operations/read-status.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { money, percent, utcMinute } from './output/numbers.ts';
import { safeText } from './output/safe-text.ts';
import { alignedText } from './output/table.ts';
import { paintFor, type Paint } from './paint.ts';
import { protectionOf } from './protection-word.ts';

export async function status(context: Context, flags: { check?: boolean }): Promise<number> {
  const document = readStatus(context.home, context.clock.now());
  if (context.json) context.out(jsonLine(document));
  else context.out(statusText(document, await paintFor(context.outColour)));
  return flags.check === true && !document.healthy ? 1 : 0;
}

export function statusText(document: StatusDocument, paint: Paint): string {
  if (!document.started && document.halts.length === 0) {
    return `No bot has run in ${safeText(document.home)} yet.\n  tradectl run --home ${safeText(document.home)}\n`;
  }
  return [
    statePart(document, paint),
    facts(document),
    positionsPart(document),
    problemsPart(document, paint),
    attentionPart(document),
    haltsPart(document),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function statePart({ state, causes, healthy }: StatusDocument, paint: Paint): string {
  const colour = { NORMAL: paint.good, DEGRADED: paint.warn, HALTED: paint.bad };
  const word = state === null ? 'not started' : colour[state](state);
  const why = state === 'NORMAL' || causes.length === 0 ? '' : `  ${safeText(causes.join(', '))}`;
  return `State        ${word}${why}${healthy ? '' : '  (see below)'}\n`;
}

function facts(document: StatusDocument): string {
  const rows: [string, string][] = [
    ['Home', document.home],
    ['Run', document.run === null ? 'none' : runText(document.run, document.as_of_ms)],
    ...venueRows(document),
    ['Last cycle', cycleText(document)],
    ['Equity', `${money(document.equity)} (peak ${money(document.peak_equity)})`],
    ['Drawdown', percent(document.drawdown)],
    ['Utilization', percent(document.margin_utilization)],
    ['Journal', `${document.head_seq} ${document.head_hash.slice(0, 16)}`],
    ['High water', `${document.high_water_seq ?? 'none'} ${document.high_water_mark}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)} ${safeText(value)}\n`).join('');
}

function venueRows({ venue, as_of_ms: now }: StatusDocument): [string, string][] {
  if (venue === null) return [];
  const { breaker, answered_ms: answered, requests, requests_failed: failed } = venue;
  const state = { closed: 'answers', open: 'RESTING', half_open: 'TRYING AGAIN' }[breaker];
  const last = answered === null ? 'never' : `${duration(now - answered)} ago`;
  const counts = `${requests} requests, ${failed} failed`;
  return [
    ['Venue', venueLine(venue)],
    ['Answers', `${state}; last ${last}; ${counts}`],
  ];
}

function runText(run: RunRow, nowMs: number): string {
  const since = `since ${utcMinute(run.started_ms)}`;
  if (run.liveness === 'alive') {
    return `alive, pid ${run.pid}, ${since} (${duration(nowMs - run.started_ms)})`;
  }
  if (run.liveness === 'ended') return `ended ${utcMinute(run.ended_ms)}: ${run.end_reason}`;
  return `DIED, pid ${run.pid}, ${since}, last seen ${utcMinute(run.last_beat_ms)}`;
}

function cycleText({ cycle, cycle_ms: at }: StatusDocument): string {
  return cycle === null ? 'none' : `${cycle} at ${utcMinute(at)}`;
}

function positionsPart({ positions }: StatusDocument): string {
  if (positions.length === 0) return 'No open positions.\n';
  const columns = [
    { header: 'SYMBOL' },
    { header: 'SIDE' },
    { header: 'QUANTITY', align: 'right' as const },
    { header: 'ENTRY', align: 'right' as const },
    { header: 'STOP', align: 'right' as const },
    { header: 'PROTECTION' },
  ];
  const cells = positions.map((row) =>
    [
      row.symbol,
      row.side,
      row.quantity,
      row.entry_price ?? '-',
      row.stop_price ?? '-',
      protectionOf(row),
    ].map((cell) => safeText(cell)),
  );
  return alignedText(columns, cells);
}

function problemsPart({ problems }: StatusDocument, paint: Paint): string {
  return problems
    .map(({ code, message }) => `${paint.bad(code.padEnd(12))} ${safeText(message)}\n`)
    .join('');
}

function attentionPart({ attention }: StatusDocument): string {
  const markets = [...new Set(attention.map(({ symbol }) => symbol))];
  if (markets.length === 0) return '';
  const lines = markets.map(
    (symbol) => `  tradectl acknowledge ${safeText(symbol)} --reason TEXT\n`,
  );
  return `When you have looked at it:\n${lines.join('')}`;
}

function haltsPart({ halts }: StatusDocument): string {
  if (halts.length === 0) return '';
  const clear = halts.map(({ id }) => `  tradectl halt clear ${safeText(id)} --reason TEXT\n`);
  return `When the cause is gone:\n${clear.join('')}`;
}
