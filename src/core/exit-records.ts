/**
 * What the service manager said about each end of the bot, one line of JSON each in `exits.jsonl`. It is
 * written after the process is gone, by `tradectl internal record-exit` as ExecStopPost of the unit.
 */
import { readFileSync } from 'node:fs';
import { ms } from '../domain/clock.ts';
import type { ExitRecord } from '../domain/death-evidence.ts';
import { storeError } from './database.ts';
import { replaceFile } from './durable-file.ts';

/** A restart loop must not fill the disk. */
const KEPT = 200;

interface Line {
  readonly schema: 'tradectl.exit/1';
  readonly at_ms: number;
  readonly boot_id: string;
  readonly pid: number | null;
  readonly result: string;
  readonly code: string | null;
  readonly status: string | null;
  readonly unit: string | null;
}

/** Adds a record, durably. Throws STORE_UNWRITABLE. */
export function addExitRecord(file: string, record: ExitRecord): void {
  const { atMs, bootId, ...rest } = record;
  const line: Line = { schema: 'tradectl.exit/1', at_ms: atMs, boot_id: bootId, ...rest };
  try {
    const kept = textOf(file)
      .split('\n')
      .filter(isRecord)
      .slice(1 - KEPT);
    replaceFile(file, [...kept, JSON.stringify(line), ''].join('\n'));
  } catch (error) {
    throw storeError(error, file);
  }
}

/** Oldest first; what is no record is left out. Throws what the file system says, but not for absence. */
export function readExitRecords(file: string): ExitRecord[] {
  return textOf(file)
    .split('\n')
    .flatMap((line) => parse(line) ?? []);
}

function isRecord(line: string): boolean {
  return parse(line) !== null;
}

function parse(line: string): ExitRecord | null {
  let read: Partial<Line> | null;
  try {
    read = JSON.parse(line) as typeof read;
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null || read.schema !== 'tradectl.exit/1') return null;
  const { at_ms: at, boot_id: bootId, pid, result, code, status, unit } = read;
  if (typeof at !== 'number' || typeof bootId !== 'string' || typeof result !== 'string')
    return null;
  return {
    atMs: ms(at),
    bootId,
    pid: typeof pid === 'number' ? pid : null,
    result,
    code: code ?? null,
    status: status ?? null,
    unit: unit ?? null,
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
