/**
 * The process that runs one query. SQLite cannot be interrupted from JavaScript here, and `worker.terminate()`
 * does not stop a running statement, so a query is a process that can be killed. It reads its request from
 * stdin (an argument would stand in the process list), opens the file read-only, and writes rows as they come.
 * It volunteers for the kernel: when memory runs out it goes, not the bot.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TradectlError } from '../domain/errors.ts';
import { isSqliteError, openForQuery, storeError, type Db } from './database.ts';
import { readHighWaterMark } from './high-water-mark.ts';
import { ownEntry } from './own-entry.ts';
import { cellOf, type Cell, type ColumnsFrame, type CutShort } from './query-frames.ts';
import type { ErrorFrame, QueryRequest } from './query-frames.ts';
import { refusedStatement, refusedText } from './query-guard.ts';
import { viewSql } from './query-view.ts';
import { STATE_APPLICATION_ID } from './schema.ts';
import { STATE_VIEWS } from './state-views.ts';

const STDOUT = 1;
const CHUNK = 64 * 1024;
const NICE = 10;
const MUST_READ = 'the views and their columns: tradectl query --list';

function main(): void {
  const request = JSON.parse(readFileSync(0, 'utf8')) as QueryRequest;
  stepBack();
  const watcher = new Worker(ownEntry('query-watch'), {
    workerData: { lifetimeMs: request.lifetimeMs, askerPid: request.askerPid },
  });
  const output = lineWriter();
  try {
    answer(request, output.line);
  } catch (error) {
    output.line(errorFrame(error, request.file));
  }
  output.flush();
  void watcher.terminate();
}

/** Behind the bot for the processor, before it for the OOM killer; neither is worth failing for. */
function stepBack(): void {
  for (const step of [
    () => setPriority(NICE),
    () => writeFileSync('/proc/self/oom_score_adj', '1000'),
  ]) {
    try {
      step();
    } catch {
      continue;
    }
  }
}

function answer(request: QueryRequest, line: (frame: object) => number): void {
  const refused = refusedText(request.sql);
  if (refused !== null) throw refusal(refused);
  // Before the journal: a mark read first can only be behind it, unless a tail is gone.
  const mark = request.highWaterMark === null ? null : readHighWaterMark(request.highWaterMark);
  const db = openForQuery(request.file, addViews);
  try {
    const statement = prepared(db, request.sql);
    const columns = distinct(statement.columns().map(({ name }) => name));
    const lost = mark?.state === 'read' ? lostTail(db, mark.mark.seq) : null;
    line({ columns, lost } satisfies ColumnsFrame);
    let [rows, bytes] = [0, 0];
    let cutShort: CutShort = null;
    for (const row of statement.raw(true).safeIntegers(true).iterate() as Iterable<unknown[]>) {
      if (rows === request.maxRows) cutShort = 'rows';
      else if (request.maxBytes !== null && bytes + sizeOf(row) > request.maxBytes) {
        cutShort = 'bytes';
      }
      if (cutShort !== null) break;
      bytes += line(row.map((value): Cell => cellOf(value)));
      rows += 1;
    }
    line({ rows, cutShort });
  } finally {
    db.close();
  }
}

/** Views that a file of ours does not have itself; another file shows whatever views it has. */
function addViews(db: Db, applicationId: number): void {
  if (applicationId !== STATE_APPLICATION_ID) return;
  for (const view of STATE_VIEWS) {
    db.exec(viewSql(view));
    try {
      db.prepare(`SELECT * FROM ${view.name}`);
    } catch (error) {
      // An older backup lacks a table: the others can be asked all the same.
      if (!isSqliteError(error)) throw error;
      db.exec(`DROP VIEW temp.${view.name}`);
    }
  }
}

function prepared(db: Db, sql: string): ReturnType<typeof db.prepare> {
  const statement = db.prepare(sql);
  const refused = refusedStatement(statement);
  if (refused !== null) throw refusal(refused);
  return statement;
}

function lostTail(db: Db, committed: number): ColumnsFrame['lost'] {
  const head = db.prepare('SELECT max(seq) FROM events').pluck().get();
  const seq = typeof head === 'number' ? head : 0;
  return seq < committed ? { from: seq + 1, to: committed } : null;
}

/** Columns of the same name would be one key of a JSON row: the second becomes `name_2`. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
    taken.add(free);
    return free;
  });
}

/** At least what the row takes, without writing it out: one cell may be larger than the heap. */
function sizeOf(row: readonly unknown[]): number {
  return row.reduce<number>((sum, value) => {
    if (typeof value === 'string') return sum + value.length + 3;
    return sum + (value instanceof Uint8Array ? value.length * 2 : 0) + 5;
  }, 2);
}

function refusal(why: string): TradectlError {
  return new TradectlError('QUERY_REFUSED', `not run: ${why}`, { hint: MUST_READ });
}

function errorFrame(error: unknown, file: string): ErrorFrame {
  if (error instanceof RangeError || error instanceof TypeError) {
    return { code: 'QUERY_REFUSED', message: `not run: ${error.message}`, hint: MUST_READ };
  }
  const { code: sqlite, message } = error as { code?: string; message: string };
  if (isSqliteError(error)) {
    if (sqlite === 'SQLITE_ERROR') return { code: 'USAGE', message, hint: hintFor(message) };
    if (sqlite === 'SQLITE_NOMEM' || sqlite === 'SQLITE_TOOBIG') {
      const hint = 'ask for less at once: a WHERE, a LIMIT, or fewer columns';
      return { code: 'QUERY_STOPPED', message: `stopped: ${message}`, hint };
    }
  }
  const told = storeError(error, file);
  return { code: told.code, message: told.message, hint: told.hint };
}

function hintFor(message: string): string {
  if (!/JSON/i.test(message)) return MUST_READ;
  return 'a row holds text that is not JSON: add WHERE json_valid(payload)';
}

/** Whole lines, in pieces of 64 KB; blocks while the reader is slow. */
function lineWriter(): { readonly line: (frame: object) => number; readonly flush: () => void } {
  let [waiting, size]: [string[], number] = [[], 0];
  const flush = (): void => {
    const bytes = Buffer.from(waiting.join(''));
    [waiting, size] = [[], 0];
    for (let at = 0; at < bytes.length;) at += writeSome(bytes.subarray(at));
  };
  const line = (frame: object): number => {
    const text = `${JSON.stringify(frame)}\n`;
    waiting.push(text);
    size += text.length;
    if (size >= CHUNK) flush();
    return text.length;
  };
  return { line, flush };
}

function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(STDOUT, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    return 0;
  }
}

main();
