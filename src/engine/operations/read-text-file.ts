/** A file an operator names, read whole and bounded: a wrong path must not fill the memory of a small host. */
import { readFileSync, statSync } from 'node:fs';
import { messageOf, TradectlError } from '../../domain/errors.ts';

const MEGABYTE = 1024 * 1024;

/** UTF-8 without its byte order mark. Throws FILE_INVALID when it cannot be read or is above `megabytes`. */
export function readTextFile(path: string, megabytes: number): string {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw fileInvalid(path, 'is not a file');
    if (facts.size > megabytes * MEGABYTE) {
      throw fileInvalid(path, `is larger than ${megabytes} MB`);
    }
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof TradectlError) throw error;
    const why = messageOf(error);
    throw fileInvalid(path, `cannot be read: ${why}`);
  }
}

/** FILE_INVALID that names the file, and the line where one is known. */
export function fileInvalid(path: string, why: string, line: number | null = null): TradectlError {
  const at = line === null ? path : `${path}:${line}`;
  return new TradectlError('FILE_INVALID', `${at}: ${why}`, { details: { file: path, line } });
}
