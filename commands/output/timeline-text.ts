/** The timeline of a trace for people: a day's lines under its date, deaths and holes drawn in. */
import { duration } from '../../src/domain/duration.ts';
import type { TraceLine } from '../../src/forensics/trace/trace-document.ts';
import type { Context } from '../context.ts';
import type { Paint } from '../paint.ts';
import { safeText } from './safe-text.ts';
import { wrapped, wrappedForTerminal } from './wrapped.ts';

const NEXT = '      ';

export function timelineText(context: Context, lines: readonly TraceLine[], paint: Paint): string {
  if (lines.length === 0) return '';
  let day = '';
  const text = lines.map((line) => {
    const [date = '', time = ''] = (line.at ?? '').split(' ');
    const heading = line.at !== null && date !== day ? `${date}\n` : '';
    if (line.at !== null) day = date;
    return heading + lineText(context, line, { time, paint });
  });
  return `${paint.strong('Timeline')}\n${text.join('')}`;
}

function lineText(
  context: Context,
  line: TraceLine,
  { time, paint }: { time: string; paint: Paint },
): string {
  if (line.mark !== 'entry') {
    return wrapped(safeText(`--- ${line.text} ---`), { first: '  ', next: NEXT })
      .map((part) => `${paint.bad(part)}\n`)
      .join('');
  }
  const late = line.late_ms !== null && line.late_ms >= 1_000 ? ` +${duration(line.late_ms)}` : '';
  const pid = line.pid === null ? '' : ` [${line.pid}]`;
  const when = time === '' ? (line.kind === 'note' ? 'later' : 'no time') : time;
  const head = `${when.padEnd(13)}${line.about ? ' ' : ' . '}${line.source ?? ''}${pid}${late} ${line.type ?? ''}`;
  const says = plainWords(line);
  const whole = safeText(`${head}${says === '' ? '' : `: ${says}`}`);
  return wrappedForTerminal(context, whole, { first: '  ', next: NEXT })
    .map((part) => `${part}\n`)
    .join('');
}

/**
 * What the line says beyond what stands before it already: a row of JSON without its braces, number, time and
 * type, a line of a log without its time and level. Quotes and `--json` have it as it was found.
 */
export function plainWords(line: TraceLine): string {
  const { text, at, type, kind } = line;
  if (kind === 'log') {
    const [date = '', clock = ''] = (at ?? '').replace('Z', '').split(' ');
    const beginning = new RegExp(
      `^\\[?${escaped(date)}[ T]${escaped(clock)}\\S*\\s+(?:\\[?${escaped(type ?? '')}\\]?[ :]+)?`,
    );
    return at === null ? text : text.replace(beginning, '');
  }
  if (!text.startsWith('{')) return text;
  const leaves = leavesOf(text);
  if (leaves === null) return text;
  const known = [String(line.seq), type];
  return leaves
    .filter(([, value]) => !known.includes(value) && !isMoment(value, at))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The moment of the line itself, in the digits of its file. */
function isMoment(value: string, at: string | null): boolean {
  return at !== null && value.replace('T', ' ').startsWith(at.replace('Z', ''));
}

/** Null for what is no JSON, such as a row that was cut. */
function leavesOf(text: string): [string, string][] | null {
  try {
    return leaves('', JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

function leaves(name: string, value: unknown): [string, string][] {
  if (value === null) return [];
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([key, held]) => leaves(key, held));
  }
  return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
}
