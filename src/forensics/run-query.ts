/**
 * Runs one query in a process of its own and hands its rows on as they come. Time, memory, temporary files and
 * bytes are watched from outside, and what goes beyond is killed: nothing a query does can hold the bot's
 * write-ahead log, its memory or its disk. Of our environment the process gets where SQLite may sort, so there is
 * nothing to leak.
 */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock, Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { durationText } from '../domain/setting.ts';
import { ownEntry } from '../core/own-entry.ts';
import { errorOfFrame, parseFrame } from '../core/query-frames.ts';
import type { Cell, ColumnsFrame, EndFrame, QueryRequest } from '../core/query-frames.ts';

export interface QueryLimits {
  readonly timeout: Ms;
  /** Null: all of them. */
  readonly maxRows: number | null;
  readonly maxBytes: number | null;
  readonly maxRssBytes: number;
  /** Of temporary files: what a sort writes to the disk that the bot needs. */
  readonly maxWrittenBytes: number;
}

const MB = 1024 * 1024;
export const DEFAULT_LIMITS: QueryLimits = {
  timeout: 10_000 as Ms,
  maxRows: 10_000,
  maxBytes: 8 * MB,
  maxRssBytes: 150 * MB,
  maxWrittenBytes: 512 * MB,
};

export interface AskedQuery {
  readonly file: string;
  readonly sql: string;
  readonly highWaterMark: string | null;
  readonly limits: QueryLimits;
}

/** Takes the answer piece by piece; a promise holds the next row back until it is done. */
export interface QuerySink {
  columns(frame: ColumnsFrame): void;
  row(cells: readonly Cell[]): void | Promise<void>;
}

const WATCH_MS = 20;
/** The child ends itself a little later than it would be killed. */
const GRACE_MS = 1_000;
const HEAP_MB = 128;

/**
 * Throws QUERY_REFUSED, USAGE (SQL that does not parse), STORE_*, or QUERY_STOPPED when a limit or `signal`
 * ended it; rows until then were handed on.
 */
export async function runQuery(
  asked: AskedQuery,
  sink: QuerySink,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<EndFrame> {
  const child = start(asked);
  const stderr = lastWords(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const guard = watch(child, asked.limits, clock);
  const interrupt = (): void => guard.stop('it was interrupted', 'nothing was changed');
  signal?.addEventListener('abort', interrupt, { once: true });
  if (signal?.aborted === true) interrupt();
  let answered: EndFrame | null = null;
  try {
    for await (const line of linesOf(child.stdout)) {
      const parsed = guard.stopped() === null ? parseFrame(line) : null;
      if (parsed === null) break;
      if (parsed.kind === 'error') throw errorOfFrame(parsed.frame);
      if (parsed.kind === 'columns') sink.columns(parsed.frame);
      else if (parsed.kind === 'row') await sink.row(parsed.cells);
      else answered = parsed.frame;
    }
  } finally {
    guard.end();
    signal?.removeEventListener('abort', interrupt);
    child.kill('SIGKILL');
    await ended;
  }
  const stopped = guard.stopped();
  if (answered !== null) return answered;
  throw stopped ?? died(child, stderr());
}

/** Lines end at a line feed and nowhere else: `readline` also cuts at U+2028, which JSON leaves as it is. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const piece of stream) {
    let from = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, from)) {
      yield Buffer.concat([...rest, piece.subarray(from, end)]).toString('utf8');
      rest = [];
      from = end + 1;
    }
    if (from < piece.length) rest.push(piece.subarray(from));
  }
}

function start({ file, sql, highWaterMark, limits }: AskedQuery): ChildProcessWithoutNullStreams {
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      '--max-semi-space-size=1',
      '--no-opt',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(ownEntry('query-child')),
    ],
    { env: temporaryFolder(), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const request: QueryRequest = {
    file,
    sql,
    maxRows: limits.maxRows,
    maxBytes: limits.maxBytes,
    lifetimeMs: limits.timeout + GRACE_MS,
    askerPid: process.pid,
    highWaterMark,
  };
  // A child that could not start says so by its end.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(request));
  return child;
}

/** Where SQLite may sort is the one thing the child needs to know of our environment. */
function temporaryFolder(): Record<string, string> {
  const names = ['SQLITE_TMPDIR', 'TMPDIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

interface Guard {
  /** Kills the child; the first reason stays. */
  stop(why: string, hint: string): void;
  stopped(): TradectlError | null;
  end(): void;
}

function watch(child: ChildProcess, limits: QueryLimits, clock: Clock): Guard {
  const started = clock.monotonic();
  let why: TradectlError | null = null;
  const stop = (reason: string, hint: string): void => {
    why ??= new TradectlError('QUERY_STOPPED', `the query was stopped: ${reason}`, { hint });
    child.kill('SIGKILL');
  };
  const look = (): void => {
    if (clock.monotonic() - started >= limits.timeout) {
      const copy = 'or ask a copy: tradectl backup ./copy.db, then --db ./copy.db --timeout 10m';
      return stop(
        `it ran longer than ${durationText(limits.timeout)}`,
        `add a WHERE or a LIMIT; --timeout allows more; ${copy}`,
      );
    }
    const { rss, written } = usage(child.pid);
    if (rss > limits.maxRssBytes) {
      return stop(
        `it needed more than ${Math.round(limits.maxRssBytes / MB)} MB of memory`,
        'ask for fewer or smaller columns, or add a WHERE or a LIMIT',
      );
    }
    if (written > limits.maxWrittenBytes) {
      return stop(
        `it wrote more than ${Math.round(limits.maxWrittenBytes / MB)} MB of temporary files`,
        'sort or group less at once: add a WHERE, or leave large columns out',
      );
    }
  };
  const timer = setInterval(look, WATCH_MS);
  return { stop, stopped: () => why, end: () => clearInterval(timer) };
}

/** What the kernel says of a process in bytes; zeros once it is gone or where there is no /proc. */
function usage(pid: number | undefined): { readonly rss: number; readonly written: number } {
  const read = (name: string, key: RegExp): number => {
    try {
      return Number(key.exec(readFileSync(`/proc/${pid ?? 0}/${name}`, 'latin1'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  return {
    rss: read('status', /^VmRSS:\s+(\d+) kB/m) * 1024,
    // What went to the disk: rows written to us do not count.
    written: read('io', /^write_bytes: (\d+)/m),
  };
}

function lastWords(child: ChildProcessWithoutNullStreams): () => string {
  let words = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (piece: string) => (words = (words + piece).slice(-4_000)));
  return () => words.trim();
}

function died(child: ChildProcess, words: string): TradectlError {
  const how = child.signalCode ?? `exit ${child.exitCode ?? 'unknown'}`;
  if (/heap|memory/i.test(words) || child.signalCode === 'SIGKILL') {
    return new TradectlError('QUERY_STOPPED', `the query ended by itself, out of memory (${how})`, {
      hint: 'ask for fewer or smaller columns, or add a WHERE or a LIMIT',
    });
  }
  const said = words === '' ? '' : `: ${words}`;
  return new TradectlError('INTERNAL', `the process of the query ended (${how})${said}`);
}
