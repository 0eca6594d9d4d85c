/** Whose database a file is, from its header, without opening it as one. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Where SQLite keeps the application id: four bytes, big-endian. */
const OFFSET = 68;

/**
 * Null when it cannot be read or is too short. Never ask for a file that this process has open with SQLite:
 * closing any descriptor of it gives its locks away.
 */
export function applicationIdOf(file: string): number | null {
  const bytes = Buffer.alloc(4);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    return readSync(descriptor, bytes, 0, 4, OFFSET) === 4 ? bytes.readUInt32BE() : null;
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
