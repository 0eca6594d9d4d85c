import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BALLAST_BYTES, ensureBallast, releaseBallast } from '../../../src/core/ballast.ts';
import { homePaths, type HomePaths } from '../../../src/core/home.ts';

let home: HomePaths;
beforeEach(() => {
  home = homePaths(mkdtempSync(join(tmpdir(), 'tradectl-ballast-')));
});
afterEach(() => rmSync(home.dir, { recursive: true, force: true }));

test('it is really there: allocated, private, and nothing that a file system could compress', () => {
  expect(ensureBallast(home)).toEqual({ state: 'made' });
  const { size, blocks, mode } = statSync(home.ballast);
  expect(size).toBe(BALLAST_BYTES);
  expect(blocks * 512).toBeGreaterThanOrEqual(BALLAST_BYTES);
  expect(mode & 0o777).toBe(0o600);
  expect(gzipSync(readFileSync(home.ballast)).length).toBeGreaterThan(BALLAST_BYTES * 0.99);
  expect(ensureBallast(home)).toEqual({ state: 'stands' });
});

test('half of one is made anew', () => {
  writeFileSync(home.ballast, 'half');
  expect(ensureBallast(home)).toEqual({ state: 'made' });
  expect(statSync(home.ballast).size).toBe(BALLAST_BYTES);
});

test('released once, and then there is none', () => {
  ensureBallast(home);
  expect(releaseBallast(home)).toBe(true);
  expect(releaseBallast(home)).toBe(false);
});

test('where it cannot be made it is missing, with the reason, and nothing is thrown', () => {
  const nowhere = homePaths(join(home.dir, 'nowhere'));
  expect(ensureBallast(nowhere)).toMatchObject({
    state: 'missing',
    why: expect.stringContaining('ENOENT') as string,
  });
});
