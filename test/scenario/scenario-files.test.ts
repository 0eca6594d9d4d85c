import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScenarioFile } from '../../scripts/scenarios/run-scenario.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/scenarios');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

describe('worlds between registry and venue', () => {
  test.each(FILES)('%s', async (file) => {
    const { differences } = await runScenarioFile(join(FOLDER, file));
    expect(differences).toEqual([]);
  });
});
