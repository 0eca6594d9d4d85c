/**
 * The repository itself under test: both keys that let `npm ci` pass without a compiler, the walls
 * between the rooms, and a few habits that a reviewer should not have to look for.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { violation } from '../../scripts/rooms.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const sources = files.filter((path) => /^(src|commands|bin)\/.*\.ts$/.test(path));

describe('npm ci needs no compiler', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, unknown>>;
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { gypfile?: boolean; resolved?: string }>;
  };

  test('npm 11 is told in package.json not to run the build of better-sqlite3', () => {
    expect(manifest['allowScripts']).toEqual({
      node: true,
      'better-sqlite3': false,
      ccxt: false,
      bufferutil: false,
    });
  });

  test('npm 10 is told in the lock that there is nothing to build', () => {
    expect(lock.packages['node_modules/better-sqlite3']?.gypfile).toBe(false);
  });

  test('versions are exact, and no download address is recorded', () => {
    const wanted = { ...manifest['dependencies'], ...manifest['devDependencies'] };
    const loose = Object.entries(wanted).filter(([, version]) => !/^\d/.test(String(version)));
    expect(loose).toEqual([]);
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual(
      [],
    );
  });

  test('an engine that is too old is refused by the program, not by npm', () => {
    expect(existsSync(join(ROOT, '.npmrc')) ? read('.npmrc') : '').not.toContain('engine-strict');
  });
});

describe('the walls of the house', () => {
  const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)['"]([^'"]+)['"]/gm;

  test('no import crosses a wall, static or dynamic', () => {
    const crossed = sources.flatMap((from) =>
      [...read(from).matchAll(IMPORT)].flatMap(([, specifier = '']) => {
        const to = specifier.startsWith('.')
          ? normalize(join(dirname(from), specifier))
          : specifier;
        const why = violation(from, to);
        return why === null ? [] : [`${from}: ${why}`];
      }),
    );
    expect(crossed).toEqual([]);
  });

  test('the check sees a crossing: a planner that opens the database, a command that loads ccxt', () => {
    expect(violation('src/protection/x.ts', 'src/core/database.ts')).toContain('may not import');
    expect(violation('src/risk/x.ts', 'node:fs')).toContain('pure room');
    expect(violation('commands/status.ts', 'ccxt')).toContain('only venue/ccxt');
  });

  test('no cancel-all and no dead-man switch exists on the venue port', () => {
    expect(read('src/venue/port.ts')).not.toMatch(/cancelAll|cancel_all|cancelAfter/);
  });
});

describe('habits', () => {
  test('every source file says in its head what it is for', () => {
    const silent = sources.filter((path) => !/^(#!.*\n)?\/\*\*/.test(read(path)));
    expect(silent).toEqual([]);
  });

  test('no folder or file is called utils, types, helpers or index', () => {
    expect(
      sources.filter((path) => /(^|\/)(utils?|types|helpers?|index)(\/|\.ts$)/.test(path)),
    ).toEqual([]);
  });

  test('nothing unfinished, nothing silenced', () => {
    const marks = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', '@ts-' + 'ignore', 'eslint-' + 'disable', 'as ' + 'any\\b'].join(
        '|',
      ),
    );
    const found = files
      .filter((path) => /\.(ts|mjs|js)$/.test(path) && !path.startsWith('test/tidy/'))
      .filter((path) => marks.test(read(path)));
    expect(found).toEqual([]);
  });

  test('a markdown file has one title', () => {
    const titles = (path: string): number => {
      const prose = read(path).replace(/^```[\s\S]*?^```/gm, '');
      return prose.match(/^# /gm)?.length ?? 0;
    };
    expect(files.filter((path) => path.endsWith('.md') && titles(path) !== 1)).toEqual([]);
  });

  test('real market data is not committed', () => {
    const size = files
      .filter((path) => path.startsWith('fixtures/'))
      .reduce((sum, path) => sum + read(path).length, 0);
    expect(size).toBeLessThan(4_000_000);
  });
});
