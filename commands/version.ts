/** `tradectl --version`: tradectl, Node and the SQLite that was compiled in. Opens no file. */
import { readFileSync } from 'node:fs';
import { sqliteVersion } from '../src/core/sqlite-version.ts';
import type { Terminal } from './context.ts';
import { jsonLine } from './output/json.ts';

export function printVersion(terminal: Terminal, json: boolean): void {
  const tradectl = packageVersion();
  const sqlite = sqliteVersion();
  const node = process.versions.node;
  terminal.write.out(
    json
      ? jsonLine({ schema: 'tradectl.version/1', tradectl, node, sqlite })
      : `tradectl ${tradectl} (Node ${node}, SQLite ${sqlite})\n`,
  );
}

/** From package.json, which lies one folder up in a checkout and two in the compiled package. */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const facts = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (facts.name === 'tradectl' && facts.version !== undefined) return facts.version;
    } catch {
      // Not here: the other place has it.
    }
  }
  return 'unknown';
}
