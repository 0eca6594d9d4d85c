/**
 * Eight megabytes kept back for a full disk. SQLite cannot even checkpoint when nothing is free; with the
 * ballast let go the journal takes the halt, the protection and the exits of the outage. The bytes do not
 * compress, or a file system that compresses would have nothing to give back.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { HomePaths } from './home.ts';
import { messageOf } from '../domain/errors.ts';

export const BALLAST_BYTES = 8 * 1_024 * 1_024;
/** Left free beside the ballast when it is made: a disk that it fills would be full again at once. */
const HEADROOM_BYTES = BALLAST_BYTES;
const PIECE_BYTES = 1_024 * 1_024;

export type BallastState =
  | { readonly state: 'stands' }
  | { readonly state: 'made' }
  | { readonly state: 'missing'; readonly why: string };

/** Makes the ballast where it is missing and there is room; never throws, never fills the disk. */
export function ensureBallast({ dir, ballast }: HomePaths): BallastState {
  try {
    if (isWhole(ballast)) return { state: 'stands' };
    // What is there is half of one: gone before the room is measured.
    rmSync(ballast, { force: true });
    const free = freeBytes(dir);
    if (free < BALLAST_BYTES + HEADROOM_BYTES) {
      return { state: 'missing', why: `${megabytes(free)} free` };
    }
    writeBallast(ballast);
    return { state: 'made' };
  } catch (error) {
    return { state: 'missing', why: messageOf(error) };
  }
}

/** Gives the room back; false when there was no ballast. Never throws. */
export function releaseBallast({ ballast }: HomePaths): boolean {
  try {
    rmSync(ballast);
    return true;
  } catch {
    return false;
  }
}

/** Bytes that this user may still write beside the home's files. */
export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

export function megabytes(bytes: number): string {
  return `${Math.floor(bytes / (1_024 * 1_024))} MB`;
}

function isWhole(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.size === BALLAST_BYTES && found.blocks * 512 >= found.size;
}

function writeBallast(path: string): void {
  const beside = `${path}.tmp`;
  // Loaded and taken only here: most who load this file read halts.
  const { createCipheriv } = process.getBuiltinModule('node:crypto');
  const piece = Buffer.alloc(PIECE_BYTES);
  const noise = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16));
  const file = openSync(beside, 'w', 0o600);
  try {
    try {
      for (let written = 0; written < BALLAST_BYTES;) {
        written += writeSync(file, noise.update(piece), 0, PIECE_BYTES);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
