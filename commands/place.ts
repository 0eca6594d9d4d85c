/** Where a file really is, through links, also one that is not there yet. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

export function realPlace(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = dirname(file);
    return folder === file ? file : join(realPlace(folder), basename(file));
  }
}

export function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return path === '' || !(path === '..' || path.startsWith('../'));
}
