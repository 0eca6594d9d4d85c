/**
 * `tradectl query`: SQL of an operator over the documented views, or a saved question. The work is done by a
 * process of its own; this file chooses the file, the limits and the words.
 */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { cellText, type Cell, type ColumnsFrame, type EndFrame } from '../src/core/query-frames.ts';
import { applicationIdOf } from '../src/core/file-header.ts';
import { FOREIGN_APPLICATION_ID } from '../src/core/foreign-schema.ts';
import { homePaths } from '../src/core/home.ts';
import { noBotHasRun, withState } from '../src/core/open-state.ts';
import { MINUTE, type Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import {
  DEFAULT_LIMITS,
  runQuery,
  type AskedQuery,
  type QuerySink,
} from '../src/forensics/run-query.ts';
import { FOREIGN_QUERIES } from '../src/forensics/foreign-queries.ts';
import { SAVED_QUERIES, type SavedQuery } from '../src/forensics/saved-queries.ts';
import type { Context } from './context.ts';
import { csvLine } from './output/csv.ts';
import { jsonLine } from './output/json.ts';
import { rowsText } from './output/rows.ts';
import { listQueries, showSchema } from './query-list.ts';
import { stopOnSignals } from './stop-on-signals.ts';

export interface QueryFlags {
  readonly list?: boolean;
  readonly schema?: string;
  readonly db?: string;
  readonly csv?: boolean;
  readonly box?: boolean;
  readonly limit?: number;
  readonly timeout?: Ms;
}

/** Rows that nobody asked to be fewer are missing: a script must notice. */
const INCOMPLETE = 6;

export async function query(
  context: Context,
  asked: string | null,
  flags: QueryFlags,
): Promise<number> {
  const formats = [context.json, flags.csv === true, flags.box === true];
  if (formats.filter(Boolean).length > 1) {
    throw new TradectlError('USAGE', '--csv, --box and --json are one choice', {
      hint: 'leave the others out',
    });
  }
  const target = targetOf(context, flags);
  const ask = (sql: string, sink: QuerySink): Promise<EndFrame> =>
    interruptible(context, { ...target, sql, limits: limitsOf(flags) }, sink);
  const saved = savedFor(target.file);
  if (flags.list === true) {
    return listQueries(context, saved, flags.db === undefined ? null : ask);
  }
  if (flags.schema !== undefined) {
    return showSchema(context, flags.schema, flags.db === undefined ? null : ask);
  }
  const question = questionOf(asked, saved);
  mustExist(context, target.file, flags);
  if (flags.csv === true) return printCsv(context, flags, (sink) => ask(question.sql, sink));
  const started = context.clock.monotonic();
  const held = holdingSink();
  const end = await ask(question.sql, held.sink);
  const { columns, lost } = held.columns();
  if (context.json) {
    context.terminal.write.out(
      jsonLine({
        schema: 'tradectl.query/1',
        as_of_ms: context.clock.now(),
        file: target.file,
        name: question.name,
        sql: question.sql,
        columns,
        rows: held.rows.map((cells) => rowObject(columns, cells)),
        row_count: end.rows,
        cut_short: end.cutShort,
        lost_events: lost,
        elapsed_ms: Math.round(context.clock.monotonic() - started),
      }),
    );
  } else if (held.rows.length === 0) context.out('No rows.\n');
  else {
    const text = rowsText(
      { columns, rows: held.rows.map((cells) => cells.map(cellText)) },
      {
        box: flags.box === true,
        width: context.terminal.outIsTty ? context.columns : null,
        unicode: context.unicode,
      },
    );
    // Not through `out`: a stored text that looks like a command of ours is not one.
    context.terminal.write.out(text);
  }
  return afterwords(context, flags, { end, lost });
}

interface Question {
  readonly name: string | null;
  readonly sql: string;
}

/** SQL as it stands, `-` for stdin, or the name of a saved question. */
function questionOf(asked: string | null, questions: readonly SavedQuery[]): Question {
  if (asked === null) {
    throw new TradectlError('USAGE', 'nothing was asked', {
      hint: 'tradectl query --list shows saved questions and the views to ask',
    });
  }
  if (asked === '-') return { name: null, sql: readFileSync(0, 'utf8') };
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(asked)) return { name: null, sql: asked };
  const saved = questions.find(({ name }) => name === asked);
  if (saved === undefined) throw unknownName(asked, questions);
  return { name: saved.name, sql: oneLine(saved) };
}

function unknownName(asked: string, questions: readonly SavedQuery[]): TradectlError {
  const like = questions
    .map(({ name }) => name)
    .filter((name) =>
      asked.split('-').some((part) => part.length > 2 && name.includes(part.slice(0, 5))),
    );
  const near = like.length === 0 ? '' : `near it: ${like.join(', ')}; `;
  return new TradectlError('USAGE', `no saved question is called ${JSON.stringify(asked)}`, {
    hint: `${near}all of them: tradectl query --list`,
  });
}

/** Another bot's incident has other views. */
function savedFor(file: string): readonly SavedQuery[] {
  return applicationIdOf(file) === FOREIGN_APPLICATION_ID ? FOREIGN_QUERIES : SAVED_QUERIES;
}

function oneLine({ sql }: SavedQuery): string {
  return sql.replaceAll(/\s+/g, ' ');
}

function targetOf(context: Context, { db }: QueryFlags): Omit<AskedQuery, 'sql' | 'limits'> {
  if (db !== undefined) return { file: resolve(db), highWaterMark: null };
  const { state, highWaterMark } = homePaths(context.home);
  return { file: state, highWaterMark };
}

function mustExist(context: Context, file: string, { db }: QueryFlags): void {
  if (existsSync(file)) {
    // A journal that lost everything has no view to be missed: it is told as that.
    if (db === undefined) withState(file, { olderIsFine: true }, () => undefined);
    return;
  }
  if (db !== undefined)
    throw new TradectlError('USAGE', `${file} does not exist`, { hint: '--db takes a file' });
  throw noBotHasRun(context.home);
}

/** A live journal is asked shortly: a long look keeps its write-ahead log from shrinking. */
function limitsOf({ db, limit, timeout, csv }: QueryFlags): AskedQuery['limits'] {
  if (db === undefined && timeout !== undefined && timeout > MINUTE) {
    throw new TradectlError('USAGE', 'a query of a bot in use takes a minute at most', {
      hint: 'ask a copy: tradectl backup ./copy.db; then --db ./copy.db',
    });
  }
  return {
    ...DEFAULT_LIMITS,
    ...(timeout === undefined ? {} : { timeout }),
    ...(limit === undefined ? {} : { maxRows: limit === 0 ? null : limit }),
    // CSV is not held in memory: whoever asks for all rows gets them.
    ...(csv === true && limit === 0 ? { maxBytes: null } : {}),
  };
}

/** Ctrl-C, a supervisor and a reader that went away end the query, not only us. */
async function interruptible(
  context: Context,
  asked: AskedQuery,
  sink: QuerySink,
): Promise<EndFrame> {
  const stop = stopOnSignals({ names: ['SIGINT', 'SIGTERM', 'SIGHUP'], withReader: true });
  try {
    return await runQuery(asked, sink, { clock: context.clock, signal: stop.signal });
  } finally {
    stop.release();
  }
}

/** The whole answer, bounded by the limit of bytes. */
function holdingSink(): {
  sink: QuerySink;
  rows: (readonly Cell[])[];
  columns(): ColumnsFrame;
} {
  let frame: ColumnsFrame = { columns: [], lost: null };
  const rows: (readonly Cell[])[] = [];
  const sink: QuerySink = {
    columns: (given) => void (frame = given),
    row: (cells) => void rows.push(cells),
  };
  return { sink, rows, columns: () => frame };
}

async function printCsv(
  context: Context,
  flags: QueryFlags,
  ask: (sink: QuerySink) => Promise<EndFrame>,
): Promise<number> {
  let lost: ColumnsFrame['lost'] = null;
  const write = (cells: readonly (string | null)[]): void =>
    context.terminal.write.out(csvLine(cells));
  const end = await ask({
    columns: (frame) => {
      ({ lost } = frame);
      write(frame.columns);
    },
    row: (cells) => {
      write(cells.map(cellText));
      // Only a pipe that is read slowly makes us wait; the query's own time goes on.
      return process.stdout.writableNeedDrain ? drained() : undefined;
    },
  });
  return afterwords(context, flags, { end, lost });
}

async function drained(): Promise<void> {
  await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
}

function afterwords(
  context: Context,
  { limit }: QueryFlags,
  { end, lost }: { readonly end: EndFrame; readonly lost: ColumnsFrame['lost'] },
): number {
  if (lost !== null) {
    const range =
      lost.from === lost.to ? `event ${lost.from} is` : `events ${lost.from} to ${lost.to} are`;
    context.err(`note: committed ${range} missing from this journal:\n  tradectl events gap\n`);
  }
  if (end.cutShort === null) return 0;
  if (end.cutShort === 'rows' && limit !== undefined) return 0;
  const first = end.rows === 1 ? 'the first row' : `the first ${end.rows} rows`;
  context.err(
    end.cutShort === 'rows'
      ? `note: ${first}; there are more: --limit 0 is all\n`
      : `note: ${first}: 8 MB are the limit; --csv --limit 0 has none\n`,
  );
  return INCOMPLETE;
}

function rowObject(columns: readonly string[], cells: readonly Cell[]): Record<string, unknown> {
  return Object.fromEntries(
    columns.map((name, at) => {
      const cell = cells[at] ?? null;
      return [name, typeof cell === 'object' ? cellText(cell) : cell];
    }),
  );
}
