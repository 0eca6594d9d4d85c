/**
 * Small files that survive a crash: written beside, fsynced, put in place in one step, the folder
 * fsynced. A reader sees the old content or the new one, never half of it.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Replaces or creates `path`. */
export function replaceFile(path: string, text: string): void {
  const beside = writeBeside(path, text);
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Creates `path` and returns true; false, and nothing changes, when it exists already. */
export function createFile(path: string, text: string): boolean {
  const beside = writeBeside(path, text);
  try {
    // Unlike rename, link never replaces: two writers cannot lose each other's file.
    linkSync(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
    syncFolder(dirname(path));
  }
}

/** Moves a file durably; both folders must be on one file system. */
export function moveFile(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(to));
  syncFolder(dirname(from));
}

function writeBeside(path: string, text: string): string {
  const beside = `${path}.${process.pid}.tmp`;
  const file = openSync(beside, 'w', 0o600);
  try {
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return beside;
  } catch (error) {
    // On a full disk a leftover would be the next thing in the way.
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Makes names in a folder durable: created, moved or removed. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
