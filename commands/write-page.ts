/**
 * Where the page of a trace may be written: a name that nothing has, or a page of ours after a yes. What is in the
 * home or is the database asked is never touched, and no other file either: `state.db` is one wrong word away.
 */
import { closeSync, lstatSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createFile, replaceFile } from '../src/core/durable-file.ts';
import { messageOf, TradectlError } from '../src/domain/errors.ts';
import { PAGE_BEGINNING } from '../src/forensics/page/page-beginning.ts';
import { confirmMild } from './confirm.ts';
import type { Context } from './context.ts';
import { safeText } from './output/safe-text.ts';
import { isInside, realPlace } from './place.ts';

export interface PagePlace {
  readonly file: string;
  /** A page of ours stands there, and may be replaced. */
  readonly replaces: boolean;
}

/** Asks where it must. Throws DENIED for a place that is not free, NOT_CONFIRMED without a yes. */
export async function pagePlace(
  context: Context,
  written: string,
  { db, yes }: { readonly db: string | null; readonly yes: boolean },
): Promise<PagePlace> {
  const file = resolve(written);
  const real = realPlace(file);
  const hint = 'name another file, one that does not exist yet';
  if (isInside(real, realPlace(context.home))) {
    throw new TradectlError('DENIED', `${file} is in the home of the bot; no page goes there`, {
      hint: 'name a file outside it',
    });
  }
  if (db !== null && real === realPlace(resolve(db))) {
    throw new TradectlError('DENIED', `${file} is the database that is asked`, { hint });
  }
  if (!isThere(file)) return { file, replaces: false };
  if (!isPage(file)) {
    throw new TradectlError('DENIED', `${file} exists and is no page of a trace`, { hint });
  }
  await confirmMild(context, { what: `replace ${file}`, yes });
  return { file, replaces: true };
}

/** Whole or not at all; a file that came meanwhile stays. Throws USAGE when it cannot be written. */
export function writePage(context: Context, { file, replaces }: PagePlace, page: string): void {
  let isWritten = true;
  try {
    if (replaces) replaceFile(file, page);
    else isWritten = createFile(file, page);
  } catch (error) {
    const why = messageOf(error);
    throw new TradectlError('USAGE', `${file} cannot be written: ${why}`, {
      hint: 'name a file in a directory that exists and belongs to you',
    });
  }
  if (!isWritten) {
    throw new TradectlError('DENIED', `${file} was made by another program meanwhile`, {
      hint: 'name another file',
    });
  }
  context.err(`tradectl: the page is ${safeText(file)}\n`);
}

/** A link to nowhere is there too. */
function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isPage(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const buffer = Buffer.alloc(PAGE_BEGINNING.length);
  const fd = openSync(file, 'r');
  try {
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    return buffer.toString('latin1', 0, length) === PAGE_BEGINNING;
  } finally {
    closeSync(fd);
  }
}
