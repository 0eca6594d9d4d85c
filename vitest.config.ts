import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/suite-folder.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Twice the two cores of CI: half of the time a test waits for a process or for a venue's clock.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
  },
});
