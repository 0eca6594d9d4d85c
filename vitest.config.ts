import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Real processes are spawned by the end-to-end tests; two workers fill the two cores of CI.
    maxWorkers: 2,
  },
});
