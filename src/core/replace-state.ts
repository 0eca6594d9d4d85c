/**
 * Puts another `state.db` in the place of the one of a home, its lock held. SQLite would lay the old log over
 * the new file, and the high-water mark is a second file: so the order of the steps is chosen that a process
 * killed between any two leaves the old journal or the new one, whole. What was replaced is kept in `archive/`.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { TradectlError } from '../domain/errors.ts';
import { checkpoint } from './database.ts';
import { moveFile, replaceFile, syncFolder } from './durable-file.ts';
import type { Head } from './event-row.ts';
import { markLine } from './high-water-mark.ts';
import type { HomePaths } from './home.ts';

/** How the journal that comes stands to the one that goes. */
export type Relation =
  /** There is none that goes. */
  | 'first'
  | 'same'
  /** It is a beginning of the one that goes. */
  | 'older'
  /** The one that goes is a beginning of it. */
  | 'newer'
  | 'other'
  /** The one that goes cannot be read. */
  | 'unreadable';

export interface Replacement {
  /** The file that comes, in the home, on the disk, open nowhere. */
  readonly beside: string;
  readonly head: Head;
  readonly relation: Relation;
  /** Begins the names in `archive/`. */
  readonly stamp: string;
  /** Told before each step: where a test kills. */
  readonly onStep?: (step: string) => void;
}

/** Its name in `archive/` until the other file is in place: till then it is the live one. */
const NOT_YET = '.restoring';

/** Returns the files it kept. Throws STORE_BUSY while somebody reads the old log, or what the disk says. */
export function replaceState(home: HomePaths, replacement: Replacement): string[] {
  const { beside, head, relation, onStep } = replacement;
  const { state, highWaterMark } = home;
  const step = (name: string, work: () => void): void => {
    onStep?.(name);
    work();
  };
  const mark = (): void => step('mark', () => replaceFile(highWaterMark, markLine(head)));
  const swap = (): void => step('swap', () => moveFile(beside, state));
  const kept: string[] = [];
  if (relation !== 'first') {
    if (relation !== 'unreadable') step('checkpoint', () => wholeOrDamaged(state));
    step('keep', () => kept.push(...keep(home, replacement.stamp)));
    step('forget the log', () => {
      for (const ending of ['-wal', '-shm']) rmSync(state + ending, { force: true });
      syncFolder(home.dir);
    });
  }
  // The mark may trail a head that it fits, and must never be ahead of one.
  if (relation === 'older' || relation === 'same') {
    mark();
    swap();
  } else {
    // No order fits another journal: without a mark the next start is halted, and says that it has none.
    if (relation !== 'newer' && relation !== 'first') {
      step('no mark', () => rmSync(highWaterMark, { force: true }));
    }
    swap();
    mark();
  }
  onStep?.('name');
  return kept.map((file) => named(file));
}

/** What an earlier restore left when it was killed: copies beside, and the second name of a live file. */
export function tidyUp(home: HomePaths): void {
  for (const name of namesIn(home.dir)) {
    if (isBeside(name)) rmSync(join(home.dir, name), { force: true });
  }
  for (const name of namesIn(home.archive)) {
    if (!name.endsWith(NOT_YET)) continue;
    const file = join(home.archive, name);
    if (isLive(home, file)) rmSync(file);
    else named(file);
  }
}

/** Where the file that comes is made. */
export function besidePath(home: HomePaths): string {
  return `${home.state}.restored`;
}

function isBeside(name: string): boolean {
  return /^state\.db\.restored(-wal|-shm|-journal)?$/.test(name);
}

/** A damaged file need not take its log: both are kept, side by side. */
function wholeOrDamaged(state: string): void {
  try {
    checkpoint(state);
  } catch (error) {
    if (error instanceof TradectlError && error.code === 'STORE_BUSY') throw error;
  }
}

/** Second names of the files that go; nothing is moved yet. */
function keep(home: HomePaths, stamp: string): string[] {
  mkdirSync(home.archive, { recursive: true, mode: 0o700 });
  const files = [home.state, `${home.state}-wal`, home.highWaterMark].filter(
    (file) => existsSync(file) && statSync(file).size > 0,
  );
  const kept = files.map((file) => join(home.archive, `${stamp}-${basename(file)}${NOT_YET}`));
  files.forEach((file, index) => linkSync(file, kept[index] ?? ''));
  syncFolder(home.archive);
  return kept;
}

function named(file: string): string {
  const name = file.slice(0, -NOT_YET.length);
  renameSync(file, name);
  return name;
}

function isLive(home: HomePaths, file: string): boolean {
  const { ino } = statSync(file);
  return [home.state, `${home.state}-wal`, home.highWaterMark].some(
    (live) => statSync(live, { throwIfNoEntry: false })?.ino === ino,
  );
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
