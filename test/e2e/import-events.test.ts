/** `import-events` of a file in which nothing can be understood. */
import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { cleanUp, freshHome, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

test('a file without one row that is understood is no success', async () => {
  const base = freshHome('import');
  const file = `${base}-events.jsonl`;
  writeFileSync(file, 'nothing\nof use\n');
  const { code, stderr } = await tradectl(['import-events', file, '--db', `${base}.db`]);
  expect(stderr).toMatch(/no row was understood \(2 kept beside, line 1: is not JSON/);
  expect(code).toBe(1);
});
