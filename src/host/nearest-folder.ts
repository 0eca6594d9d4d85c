/** Where a home will be made that is not there yet: its nearest folder that exists. */
import { dirname } from 'node:path';
import type { Host } from './host.ts';

export function nearestFolder(host: Host, path: string): string {
  for (let folder = path; ; folder = dirname(folder)) {
    if (host.stat(folder)?.isDirectory === true || folder === dirname(folder)) return folder;
  }
}
