/** The program's own package: its version and its folder, in a checkout and in an installation. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PackageFacts {
  readonly root: string;
  readonly version: string;
}

/** Walks up to our manifest, from the sources as from the bundle. */
export function packageFacts(): PackageFacts {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < 6; depth += 1) {
    const version = versionIn(folder);
    if (version !== null) return { root: folder, version };
    folder = dirname(folder);
  }
  return { root: folder, version: 'unknown' };
}

function versionIn(folder: string): string | null {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { name?: string; version?: string };
    return manifest.name === 'tradectl' ? (manifest.version ?? 'unknown') : null;
  } catch {
    return null;
  }
}
