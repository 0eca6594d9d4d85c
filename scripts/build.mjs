/**
 * Builds `dist/`: the program in as few files as its commands need. Each file that is loaded costs a start 0.3 ms
 * and 80 KB; one file per source file made `status` 12 ms slower and 7 MB larger. Types are checked elsewhere
 * (`npm run types`), and no compiler is loaded here: a 1 GB host can build while a bot runs on it.
 */
import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** Files of earlier builds are kept so long: a running bot loads parts of its own when it needs them. */
const KEPT_MS = 7 * 86_400_000;

const bundle = await rolldown({
  cwd: ROOT,
  input: {
    'bin/tradectl': 'bin/tradectl.ts',
    // Processes and threads of their own; see src/core/own-entry.ts.
    'core/query-child': 'src/core/query-child.ts',
    'core/query-watch': 'src/core/query-watch.ts',
  },
  platform: 'node',
  // What has native parts, or is large and rarely wanted, stays where npm installed it.
  external: ['better-sqlite3', 'ccxt', 'ws', 'lightweight-charts'],
  // A command that needs a part later than a bot does loads it later, whatever the bot does.
  checks: { ineffectiveDynamicImport: false },
});
await bundle.write({
  dir: DIST,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'parts/[name]-[hash].js',
  comments: false,
  // What most commands load anyway, in one file.
  codeSplitting: { groups: [{ name: 'shared', minShareCount: 12 }] },
});
await bundle.close();
chmodSync(join(DIST, 'bin/tradectl.js'), 0o755);
removeOld();

function removeOld() {
  const newest = statSync(join(DIST, 'bin/tradectl.js')).mtimeMs;
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && newest - statSync(path).mtimeMs > KEPT_MS) rmSync(path);
  }
}
