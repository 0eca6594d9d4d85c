/**
 * `tradectl logs`: what stands in a log, ours or any bot's, as patterns marked normal, warning or act now,
 * with what to do first. Exit 1 when something still wants acting on.
 */
import { homePaths } from '../src/core/home.ts';
import { isThere } from '../src/core/is-there.ts';
import { noBotHasRun } from '../src/core/open-state.ts';
import {
  LineSplitter,
  logLine,
  readHomeLog,
  readLogFile,
  type LogLine,
} from '../src/core/log-reader.ts';
import { ms, type Ms } from '../src/domain/clock.ts';
import { counted } from '../src/domain/counted.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { logDigester, type LogDigest, type PatternRow } from '../src/forensics/log-digest.ts';
import { journalText } from '../src/host/journal-lines.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { safeText } from './output/safe-text.ts';
import { alignedText } from './output/table.ts';
import { wrapped } from './output/wrap.ts';
import { paintFor, type Paint } from './paint.ts';

export interface LogsFlags {
  readonly explain?: boolean;
  readonly since?: { readonly atMs: number } | { readonly ageMs: number };
  readonly unit?: string;
}

export async function logs(
  context: Context,
  file: string | null,
  flags: LogsFlags,
): Promise<number> {
  if (file !== null && flags.unit !== undefined) {
    throw new TradectlError('USAGE', 'a file and --unit exclude each other', {
      hint: 'name one log at a time',
    });
  }
  const sinceMs = sinceOf(context, flags);
  const digester = logDigester(sinceMs);
  const { name, lines } = sourceOf(context, file, flags.unit ?? null, sinceMs);
  let isFirst = true;
  let isOurs = file === null && (flags.unit?.startsWith('tradectl') ?? true);
  for await (const line of lines) {
    if (isFirst) refuseNoText(line.text, name);
    isFirst = false;
    // A copy of our own log speaks our words under any name.
    isOurs ||= line.record !== null;
    digester.push(line);
  }
  const digest = digester.result();
  if (flags.unit !== undefined && sinceMs === null && digest.lines === 0) throw silentUnit(name);
  if (file === null && flags.unit === undefined && digest.lines === 0) refuseNoLog(context.home);
  // Another bot's words may say anything: what was not understood is no all-clear.
  const understood = digest.lines > 0 && (isOurs || digest.patterns.length > 0);
  const wantsAction = digest.patterns.some(({ stands, mark }) => stands && mark === 'act_now');
  if (context.json) {
    const asOf = { schema: 'tradectl.logs/1', as_of_ms: context.clock.now(), log: name };
    context.out(jsonLine({ ...asOf, act_now: wantsAction, understood, ...digest }));
  } else {
    const paint = await paintFor(context.outColour);
    context.out(digestText(digest, { name, explain: flags.explain === true, understood, paint }));
  }
  return wantsAction || !understood ? 1 : 0;
}

/** A log that is not there says nothing: of a bot that is not there, or of one whose log was taken away. */
function refuseNoLog(home: string): void {
  const { state, log } = homePaths(home);
  if (!isThere(state)) throw noBotHasRun(home);
  if (isThere(log) || isThere(`${log}.1`)) return;
  throw new TradectlError(
    'FILE_INVALID',
    `${log} does not exist: it was removed or moved away; the events stand in the journal`,
    {
      hint: 'tradectl events tail',
    },
  );
}

/** A text that nobody can read holds no pattern, and that would look like a quiet night. */
function refuseNoText(first: string, name: string): void {
  // Zeros at the beginning are what is left where a growing file was emptied.
  const text = first.replace(/^\0+/, '');
  const unknown = text.split('\ufffd').length - 1;
  const isGzip = text.startsWith('\u001f\ufffd');
  if (!isGzip && !text.includes('\0') && unknown * 10 <= text.length) return;
  throw new TradectlError(
    'FILE_INVALID',
    `${name} is ${isGzip ? 'compressed' : 'not UTF-8 text'}`,
    {
      hint: isGzip
        ? 'gunzip -c FILE | tradectl logs -'
        : 'unpack or convert it first, for example: iconv -f UTF-16 -t UTF-8 FILE | tradectl logs -',
    },
  );
}

function silentUnit(name: string): TradectlError {
  return new TradectlError('FILE_INVALID', `${name} tells of nothing`, {
    hint: 'check the name: systemctl list-units "*NAME*"; without systemd name the log file',
  });
}

function sinceOf({ clock }: Context, { since }: LogsFlags): Ms | null {
  if (since === undefined) return null;
  return 'atMs' in since ? ms(since.atMs) : ms(clock.now() - since.ageMs);
}

interface LogSource {
  readonly name: string;
  readonly lines: Iterable<LogLine> | AsyncIterable<LogLine>;
}

function sourceOf(
  context: Context,
  file: string | null,
  unit: string | null,
  sinceMs: Ms | null,
): LogSource {
  if (unit !== null) {
    const name = `journalctl -u ${unit}`;
    return { name, lines: linesOf(journalText(unit, sinceMs), name) };
  }
  if (file === '-') {
    return { name: 'stdin', lines: linesOf(process.stdin.setEncoding('utf8'), 'stdin') };
  }
  if (file !== null) return { name: file, lines: readLogFile(file) };
  const { log } = homePaths(context.home);
  return { name: log, lines: readHomeLog(log) };
}

async function* linesOf(pieces: AsyncIterable<unknown>, file: string): AsyncGenerator<LogLine> {
  const splitter = new LineSplitter();
  let line = 0;
  for await (const piece of pieces) {
    for (const text of splitter.push(String(piece))) {
      yield logLine({ file, line: (line += 1), text, isWhole: true });
    }
  }
  if (splitter.end() !== '')
    yield logLine({ file, line: line + 1, text: splitter.end(), isWhole: false });
}

interface Shown {
  readonly name: string;
  readonly explain: boolean;
  /** False for a log in which no pattern was found and whose words are not ours. */
  readonly understood: boolean;
  readonly paint: Paint;
}

const MARKS = { act_now: 'ACT NOW', warning: 'warning', normal: 'normal' } as const;

function digestText(digest: LogDigest, { name, explain, understood, paint }: Shown): string {
  const { lines, first_ms: first, last_ms: last, patterns } = digest;
  if (lines === 0) return `${wrapped(safeText(nothingSaid(digest, name)), '').join('\n')}\n`;
  const span = first === null ? '' : `, ${utcMinute(first)} to ${utcMinute(last)}`;
  const head = `${wrapped(safeText(`${name}: ${counted(lines, 'line')}${span}`)).join('\n')}\n`;
  const parts = [
    head,
    patterns.length === 0 ? nothingKnown(understood) : table(patterns, paint),
    explain ? explained(patterns, paint) : understood ? todo(patterns) : '',
    unknownText(digest),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** Silence is no all-clear: a bot that is dead or stuck writes no line either. */
function nothingSaid(
  { earlier_lines: earlier, earlier_last_ms: last }: LogDigest,
  name: string,
): string {
  const end = 'That is no all-clear: tradectl status says whether the bot runs.';
  if (earlier === 0) return `No lines in ${name}. ${end}`;
  const when = last === null ? '' : `, the last of ${utcMinute(last)}`;
  return `No line in ${name} is of the time that was asked for; ${counted(earlier, 'line')} before it${when}. ${end}`;
}

function nothingKnown(understood: boolean): string {
  const known = 'No pattern that tradectl knows stands in it.\n';
  if (understood) return known;
  const said =
    'No line of it was understood: no pattern that tradectl knows stands in it. That is no ' +
    'all-clear, tradectl does not know this log. Its lines and events can be imported:';
  return `${wrapped(said, '').join('\n')}\n  tradectl import-events --help\n`;
}

function table(patterns: readonly PatternRow[], paint: Paint): string {
  const columns = [
    { header: 'MARK' },
    { header: 'COUNT', align: 'right' as const },
    { header: 'FIRST' },
    { header: 'LAST' },
    { header: 'PATTERN' },
  ];
  const rows = patterns.map((row) => [
    markOf(row),
    String(row.count),
    utcMinute(row.first_ms),
    utcMinute(row.last_ms),
    row.pattern,
  ]);
  const colour = { act_now: paint.bad, warning: paint.warn, normal: (text: string) => text };
  return alignedText(columns, rows)
    .split('\n')
    .map((line, at) => {
      const row = patterns[at - 1];
      const mark = row === undefined ? '' : markOf(row);
      if (row === undefined || !row.stands) return line;
      return line.replace(mark, () => colour[row.mark](mark));
    })
    .join('\n');
}

function markOf({ mark, stands }: PatternRow): string {
  return stands ? MARKS[mark] : 'over';
}

/** What wants something, in the order of urgency. */
function todo(patterns: readonly PatternRow[]): string {
  const wanted = patterns.filter(({ stands, mark }) => stands && mark !== 'normal');
  if (wanted.length === 0) return 'Nothing to do.\n';
  return wanted
    .map((row, at) => {
      const about = row.subjects.length === 0 ? '' : ` (${row.subjects.slice(0, 5).join(', ')})`;
      const said = `${at + 1}. ${row.pattern}${about}: ${row.says}`;
      return [...wrapped(safeText(said), '   '), `   ${row.next}`].join('\n') + '\n';
    })
    .join('');
}

function explained(patterns: readonly PatternRow[], paint: Paint): string {
  return patterns
    .map((row) => {
      const name = row.last_file.slice(row.last_file.lastIndexOf('/') + 1);
      return (
        [
          `${paint.strong(safeText(row.pattern))}  ${markOf(row)}, ${counted(row.count, 'time')}`,
          ...wrapped(`  ${row.says}`, '  '),
          `  next: ${row.next}`,
          ...wrapped(safeText(`  ${name}:${row.last_line}: ${shortened(row.last_text)}`), '    '),
        ].join('\n') + '\n'
      );
    })
    .join('\n');
}

function unknownText({ unknown }: LogDigest): string {
  if (unknown.count === 0 || unknown.last_text === null) return '';
  const what = counted(unknown.count, 'warning or error', 'warnings and errors');
  const last = unknown.count === 1 ? '' : '; the last';
  const said = `${what} that no pattern knows${last}: ${shortened(unknown.last_text)}`;
  return `${wrapped(safeText(said)).join('\n')}\n`;
}

function shortened(text: string): string {
  return text.length <= 240 ? text : `${text.slice(0, 240)}…`;
}
