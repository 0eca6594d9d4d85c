/** A trace for people: the timeline with deaths and holes drawn in, then the verdict with what it rests on. */
import type { TraceDocument } from '../../src/forensics/trace/trace-document.ts';
import type { Statement } from '../../src/forensics/verdict/statement.ts';
import { counted } from '../../src/domain/counted.ts';
import { shellWord } from '../../src/domain/shell-word.ts';
import type { Context } from '../context.ts';
import { paintFor, type Paint } from '../paint.ts';
import { placedCommand } from './placed-command.ts';
import { safeText } from './safe-text.ts';
import { timelineText } from './timeline-text.ts';
import { wrapped, wrappedForTerminal } from './wrapped.ts';

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
  ruled_out: 'Ruled out',
  settle: 'What would settle it',
  unknown: 'Cannot be known from this evidence',
};
const QUOTE = { first: '      ', next: '        ' };

/** `db`: the file that was named with `--db`, for the commands to copy. */
export async function traceText(
  context: Context,
  document: TraceDocument,
  db: string | null,
): Promise<string> {
  const paint = await paintFor(context.outColour);
  const parts = [
    titleOf(document, paint),
    timelineText(context, document.timeline, paint),
    verdictOf(context, document.verdict, paint),
    footOf(context, document, db),
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
  return `${paint.strong(safeText(name + of))}\n${safeText(document.source)}\n${traceNotes(document)
    .map((note) => wrapped(note, { first: '', next: '' }).join('\n') + '\n')
    .join('')}`;
}

/** How to read its times and processes, where that does not go without saying. */
export function traceNotes(document: TraceDocument): string[] {
  return [zoneOf(document), processOf(document)].filter((note) => note !== null);
}

/** Only where it is not the UTC that every other command prints. */
function zoneOf({ zone_minutes: zone }: TraceDocument): string | null {
  if (zone === 0) return null;
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  const offset = [hours, minutes].map((part) => String(part).padStart(2, '0')).join(':');
  return `Times are UTC${zone < 0 ? '-' : '+'}${offset}, as its files write them; gap and query print UTC.`;
}

/** Another bot's rows and events do not say who wrote them; the lives of its log say who lived then. */
function processOf({ foreign, timeline }: TraceDocument): string | null {
  const pid = foreign ? timeline.find((line) => line.pid !== null)?.pid : null;
  return pid == null
    ? null
    : `[${pid}] is the process in whose time it happened, not who wrote it.`;
}

function verdictOf(context: Context, statements: readonly Statement[], paint: Paint): string {
  const quoted = new Set<string>();
  const topics = [...new Set(statements.map(({ topic }) => topic))];
  const parts = topics.map((topic) => {
    const told = statements.filter((each) => each.topic === topic);
    return `${paint.strong(TRACE_HEADINGS[topic])}\n${told.map((each) => statementText(context, each, { paint, quoted })).join('')}`;
  });
  const short = wrapped(safeText(inShort(statements)), { first: '', next: '' }).join('\n');
  return `${paint.strong('Verdict')}\n${short === '' ? '' : `${short}\n`}\n${parts.join('\n')}`;
}

/** Where to look first, in one sentence. */
export function inShort(statements: readonly Statement[]): string {
  const count = (topic: Statement['topic'], one: string, more = `${one}s`): string[] => {
    const rules = statements.filter(
      (each) => each.topic === topic && (topic === 'unknown' || each.weight !== 'note'),
    );
    return rules.length === 0 ? [] : [`${rules.length} ${rules.length === 1 ? one : more}`];
  };
  const remaining = statements.filter(({ topic }) => topic === 'explanation').length;
  const found = [
    ...count('run', 'death without a word', 'deaths without a word'),
    ...count('delay', 'thing written late', 'things written late'),
    ...count('missing', 'thing missing', 'things missing'),
    ...count('contradiction', 'contradiction'),
    ...(remaining < 2 ? [] : [`${remaining} explanations that remain`]),
    ...count('unknown', 'thing that cannot be known', 'things that cannot be known'),
  ];
  return found.length === 0 ? '' : `In short: ${found.join(', ')}.`;
}

function statementText(
  context: Context,
  { text, weight, evidence, command }: Statement,
  { paint, quoted }: { paint: Paint; quoted: Set<string> },
): string {
  const colour = { note: (line: string) => line, warning: paint.warn, act: paint.bad }[weight];
  const sentence = wrapped(safeText(text), { first: '  - ', next: '    ' });
  const isNew = ({ source, quote }: Statement['evidence'][number]): boolean =>
    !quoted.has(`${source} | ${quote}`);
  const again = evidence.filter((each) => !isNew(each)).map(({ source }) => source);
  const quotes = evidence.filter(isNew).flatMap(({ source, quote }) => {
    quoted.add(`${source} | ${quote}`);
    return wrappedForTerminal(context, safeText(`${source} | ${quote}`), QUOTE);
  });
  const above =
    again.length === 0 ? [] : wrapped(safeText(`${again.join(', ')}: quoted above`), QUOTE);
  const next = command === null ? '' : `  ${command}\n`;
  return `${sentence.map((line) => `${colour(line)}\n`).join('')}${[...quotes, ...above].map((line) => `${line}\n`).join('')}${next}`;
}

function everyLine(symbols: readonly string[]): string {
  const where =
    symbols[0] === undefined ? '' : ` WHERE symbol = '${symbols[0].replaceAll("'", "''")}'`;
  return `tradectl query ${shellWord(`SELECT * FROM v_events${where} ORDER BY seq`)}`;
}

function footOf(
  context: Context,
  { ref, symbols, older, left_out, truncated, foreign }: TraceDocument,
  db: string | null,
): string {
  const trace = (asked: string): string =>
    placedCommand(`tradectl trace ${asked}`, context, db) ?? '';
  const lines = [
    truncated
      ? `There is more than is shown: these are the newest lines. All of them:\n  ${safeText(placedCommand(everyLine(symbols), context, db) ?? '')}`
      : null,
    left_out > 0
      ? `${counted(left_out, 'decision or signal', 'decisions and signals')} that led to no order here ${left_out === 1 ? 'is' : 'are'} left out.`
      : null,
    older.length > 0
      ? `${counted(older.length, 'earlier position', 'earlier positions')} of this market, newest first:`
      : null,
  ].filter((line) => line !== null);
  const some = older.slice(0, 3).map((id) => `  ${safeText(trace(shellWord(id)))}\n`);
  const all =
    older.length > 3 && !foreign
      ? `  ${safeText(trace(`${shellWord(ref)} --all`))}   every one of them\n`
      : '';
  return lines.length === 0 ? '' : `${lines.join('\n')}\n${some.join('')}${all}`;
}
