/** `tradectl --version`: tradectl, Node and the SQLite that was compiled in. Opens no file. */
import { sqliteVersion } from '../src/core/sqlite-version.ts';
import { packageFacts } from '../src/host/package-facts.ts';
import type { Terminal } from './context.ts';
import { jsonLine } from './output/json.ts';

export function printVersion(terminal: Terminal, json: boolean): void {
  const tradectl = packageFacts().version;
  const sqlite = sqliteVersion();
  const node = process.versions.node;
  terminal.write.out(
    json
      ? jsonLine({ schema: 'tradectl.version/1', tradectl, node, sqlite })
      : `tradectl ${tradectl} (Node ${node}, SQLite ${sqlite})\n`,
  );
}
