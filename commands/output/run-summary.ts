/** The end of a run in words: result, equity curve, exits, what kept the bot from trading, what next. */
import { duration } from '../../src/domain/duration.ts';
import { decimal, text as decimalText } from '../../src/domain/decimal.ts';
import type { RunResult } from '../../src/engine/run-options.ts';
import type { Context } from '../context.ts';
import { equityChart } from './equity-chart.ts';
import { safeWord } from './named-home.ts';
import { money, percent, signedMoney } from './numbers.ts';
import { safeText } from './safe-text.ts';

type Summary = RunResult['summary'];

export function summaryText(context: Context, result: RunResult): string {
  const { summary } = result;
  const chart = equityChart(result.equityCurve, {
    width: context.columns,
    unicode: context.unicode,
  });
  const blocks = [
    headline(summary, result.repeated),
    figures(summary),
    chart.length === 0 ? [] : ['Equity', ...chart],
    counts('Exits', record(summary, 'exits')),
    counts('Rejections by reason', record(summary, 'rejections')),
    counts('Denied by code', record(summary, 'denied')),
    counts('Cycles by state', record(summary, 'cycles_by_state')),
    setAside(summary),
    nextCommands(result),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.join('\n')}\n`)
    .join('\n');
}

function headline(summary: Summary, repeated: boolean): string[] {
  const ran = `${number(summary, 'cycles')} cycles over ${number(summary, 'markets')} markets`;
  const state = text(summary, 'final_state') ?? text(summary, 'state');
  const line = `${ran}${state === null ? '' : `, final state ${safeText(state)}`}`;
  return repeated ? ['This recording had finished before; its summary again:', line] : [line];
}

function figures(summary: Summary): string[] {
  const trades = record(summary, 'trades');
  const [start, end] = [text(summary, 'equity_start'), text(summary, 'equity_end')];
  return pairs([
    ['Equity', `${money(start)} -> ${money(end)}`],
    ['Profit', `${signedMoney(text(summary, 'pnl'))} before ${money(text(summary, 'fees'))} fees`],
    ...open(summary),
    ['Max drawdown', percent(text(summary, 'max_drawdown'))],
    [
      'Trades',
      `${number(trades, 'count')} (${number(trades, 'wins')} won, ${number(trades, 'losses')} lost)`,
    ],
    ['Signals', `${number(summary, 'signals')}, approved ${number(summary, 'approved')}`],
    ['Orders', `${number(summary, 'orders')}, fills ${number(summary, 'fills')}`],
    ['Unprotected', `at most ${duration(number(summary, 'unprotected_ms_max'))}`],
    ['Journal', `${number(summary, 'events')} events, head ${headOf(summary)}`],
    ...timings(summary),
  ]);
}

/** What is still open, so that the figures add up: equity = start + profit - fees + unrealised. */
function open(summary: Summary): [string, string][] {
  const positions = number(summary, 'open_positions');
  const [start, end] = [text(summary, 'equity_start'), text(summary, 'equity_end')];
  if (positions === 0 || start === null || end === null) return [];
  const closed = decimal(text(summary, 'pnl') ?? 0).minus(text(summary, 'fees') ?? 0);
  const unrealized = decimal(end).minus(start).minus(closed);
  const what = `${positions} position${positions === 1 ? '' : 's'}`;
  return [['Open', `${what}, unrealised ${signedMoney(decimalText(unrealized))}`]];
}

function timings(summary: Summary): [string, string][] {
  if (typeof summary['wall_ms'] !== 'number') return [];
  const cpu = duration(number(summary, 'cpu_ms'));
  const memory = `${Math.round(number(summary, 'rss_max_mb'))} MB`;
  return [['Took', `${duration(number(summary, 'wall_ms'))}, CPU ${cpu}, memory ${memory}`]];
}

function headOf(summary: Summary): string {
  return `${number(summary, 'head_seq')} ${safeText((text(summary, 'head_hash') ?? '').slice(0, 16))}`;
}

/** Largest first. */
function counts(title: string, of: Readonly<Record<string, unknown>>): string[] {
  const sorted = Object.entries(of)
    .map(([name, count]) => [name, Number(count)] as const)
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  if (sorted.length === 0) return [];
  const width = Math.max(...sorted.map(([, count]) => String(count).length));
  return [
    title,
    ...sorted.map(([name, count]) => `  ${String(count).padStart(width)}  ${safeText(name)}`),
  ];
}

function setAside(summary: Summary): string[] {
  const markets = summary['markets_set_aside'];
  if (!Array.isArray(markets) || markets.length === 0) return [];
  const shown = markets.slice(0, 10).map((market: unknown) => `  ${safeText(describe(market))}`);
  const more = markets.length > 10 ? [`  and ${markets.length - 10} more: tradectl markets`] : [];
  return [`Markets set aside (${markets.length})`, ...shown, ...more];
}

function describe(market: unknown): string {
  if (typeof market !== 'object' || market === null) return String(market);
  const { symbol, reason } = market as { symbol?: unknown; reason?: unknown };
  return `${String(symbol)}: ${String(reason)}`;
}

function nextCommands(result: RunResult): string[] {
  const home = safeWord(result.home);
  const scratch = result.scratch ? ' (scratch, made for this run)' : '';
  return [
    `Home: ${home}${scratch}`,
    'Next:',
    ...['trades', 'why', 'status', 'events tail'].map(
      (command) => `  tradectl ${command} --home ${home}`,
    ),
  ];
}

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function number(summary: Summary, key: string): number {
  const value = summary[key];
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.length : 0;
}

function text(summary: Summary, key: string): string | null {
  const value = summary[key];
  return typeof value === 'string' ? value : null;
}

function record(summary: Summary, key: string): Readonly<Record<string, unknown>> {
  const value = summary[key];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
