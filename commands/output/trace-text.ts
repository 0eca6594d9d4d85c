/** A trace for people: the timeline with deaths and holes drawn in, then the verdict with what it rests on. */
import type { TraceDocument, TraceLine } from '../../src/forensics/trace/trace-document.ts';
import type { Statement } from '../../src/forensics/verdict/statement.ts';
import type { Context } from '../context.ts';
import { paintFor, type Paint } from '../paint.ts';
import { duration } from './numbers.ts';
import { safeText } from './safe-text.ts';

export const TRACE_HEADINGS: Record<Statement['topic'], string> = {
  origin: 'Who created it',
  knowledge: 'Who knew',
  protection: 'Was it protected',
  outcome: 'What became of it',
  run: 'The process',
  delay: 'Written late',
  missing: 'Missing',
  contradiction: 'Contradictions',
  explanation: 'Explanations that remain',
  settle: 'What would settle it',
  unknown: 'Cannot be known from this evidence',
};
/** Quotes are evidence: whole when piped, to the width on a terminal. */
const INDENT = '      ';
const WIDTH = 80;

export async function traceText(context: Context, document: TraceDocument): Promise<string> {
  const paint = await paintFor(context.outColour);
  const parts = [
    titleOf(document, paint),
    timelineOf(context, document.timeline, paint),
    verdictOf(context, document.verdict, paint),
    footOf(document),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function titleOf(document: TraceDocument, paint: Paint): string {
  const name = document.symbols.length === 0 ? document.ref : document.symbols.join(', ');
  const positions = document.positions.map(({ position_id }) => position_id).join(', ');
  const of =
    positions === ''
      ? ''
      : `, ${document.positions.length === 1 ? 'position' : 'positions'} ${positions}`;
  return `${paint.strong(safeText(name + of))}\n${safeText(document.source)}\n${zoneOf(document)}`;
}

/** Only where it is not the UTC that every other command prints. */
function zoneOf({ zone_minutes: zone }: TraceDocument): string {
  if (zone === 0) return '';
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  const offset = [hours, minutes].map((part) => String(part).padStart(2, '0')).join(':');
  return `Times are UTC${zone < 0 ? '-' : '+'}${offset}, as its files write them; gap and query print UTC.\n`;
}

function timelineOf(context: Context, lines: readonly TraceLine[], paint: Paint): string {
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
    return indented(safeText(`--- ${line.text} ---`), { first: '  ', next: '      ' })
      .map((part) => `${paint.bad(part)}\n`)
      .join('');
  }
  const late = line.late_ms !== null && line.late_ms >= 1_000 ? ` +${duration(line.late_ms)}` : '';
  const pid = line.pid === null ? '' : ` [${line.pid}]`;
  const head = `  ${(time === '' ? (line.kind === 'note' ? 'later' : 'no time') : time).padEnd(12)}${line.about ? ' ' : ' . '}${line.source ?? ''}${pid}${late} ${line.type ?? ''}`;
  const whole = safeText(`${head}${line.text === '' ? '' : `: ${line.text}`}`);
  return `${cut(context, whole)}\n`;
}

function verdictOf(context: Context, statements: readonly Statement[], paint: Paint): string {
  const quoted = new Set<string>();
  const topics = [...new Set(statements.map(({ topic }) => topic))];
  const parts = topics.map((topic) => {
    const told = statements.filter((each) => each.topic === topic);
    return `${paint.strong(TRACE_HEADINGS[topic])}\n${told.map((each) => statementText(context, each, { paint, quoted })).join('')}`;
  });
  return `${paint.strong('Verdict')}\n\n${parts.join('\n')}`;
}

function statementText(
  context: Context,
  { text, weight, evidence, command }: Statement,
  { paint, quoted }: { paint: Paint; quoted: Set<string> },
): string {
  const colour = { note: (line: string) => line, warning: paint.warn, act: paint.bad }[weight];
  const sentence = indented(safeText(text), { first: '  - ', next: '    ' });
  const quotes = evidence.map(({ source, quote }) => {
    const line = `${INDENT}${source} | ${quote}`;
    const isNew = !quoted.has(line);
    quoted.add(line);
    return `${cut(context, safeText(isNew ? line : `${INDENT}${source}, quoted above`))}\n`;
  });
  const next = command === null ? '' : `  ${command}\n`;
  return `${sentence.map((line) => `${colour(line)}\n`).join('')}${quotes.join('')}${next}`;
}

/** Prose of at most 80 columns, broken between words. */
function indented(text: string, { first, next }: { first: string; next: string }): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && next.length + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, at) => `${at === 0 ? first : next}${line}`);
}

function footOf({ ref, older, left_out, truncated, foreign }: TraceDocument): string {
  const lines = [
    truncated ? 'There is more than is shown: these are the newest lines.' : null,
    left_out > 0
      ? `${left_out} decisions and signals that led to no order here are left out.`
      : null,
    older.length > 0 ? `${older.length} earlier positions of this market, newest first:` : null,
  ].filter((line) => line !== null);
  const some = older.slice(0, 3).map((id) => `  tradectl trace ${safeText(id)}\n`);
  const all =
    older.length > 3 && !foreign
      ? `  tradectl trace ${safeText(ref)} --all   every one of them\n`
      : '';
  return lines.length === 0 ? '' : `${lines.join('\n')}\n${some.join('')}${all}`;
}

/** Cut to the terminal's width; never when piped. */
function cut(context: Context, line: string): string {
  if (!context.terminal.outIsTty || line.length <= context.columns) return line;
  return `${line.slice(0, context.columns - 1)}…`;
}
