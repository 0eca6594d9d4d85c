/**
 * Writes the bundled recording: `node scripts/generate-recording.ts [DIR]` (default `fixtures/markets`).
 * The same checkout writes the same bytes on every machine; see fixtures/markets/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordingFiles } from './recording/recording-files.ts';

const target = process.argv[2] ?? fileURLToPath(new URL('../fixtures/markets', import.meta.url));
let bytes = 0;
const files = recordingFiles();
for (const [name, content] of files) {
  const file = join(target, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  bytes += Buffer.byteLength(content);
}
console.log(`${files.size} files, ${(bytes / 1e6).toFixed(2)} MB in ${target}`);
