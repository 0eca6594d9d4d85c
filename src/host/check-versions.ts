/** Node and SQLite: what is below the program. */
import type { Check, Finding } from './check.ts';
import type { Host } from './host.ts';

/** The oldest that works: TypeScript of this age, and the end of the WAL-reset bug of SQLite. */
const OLDEST = { node: '22.18.0', sqlite: '3.51.3' };

const NODE_WHY = 'Older ones lack what this program is written in.';
const SQLITE_WHY = 'Before it two connections that checkpoint at once could damage the journal.';

export function versionChecks(host: Host, sqlite: () => string): Check[] {
  return [
    {
      name: 'node',
      why: NODE_WHY,
      run: () =>
        checkVersion('Node', host.nodeVersion, OLDEST.node, {
          why: NODE_WHY,
          fix: '# install Node 24 (https://nodejs.org), then: npm i -g .',
        }),
    },
    {
      name: 'sqlite',
      why: SQLITE_WHY,
      otherwise: ['npm ci   # in the checkout: better-sqlite3 brings its own SQLite'],
      run: () =>
        checkVersion('SQLite', sqlite(), OLDEST.sqlite, {
          why: SQLITE_WHY,
          fix: 'npm ci   # in the checkout: better-sqlite3 brings its own SQLite',
        }),
    },
  ];
}

function checkVersion(
  what: string,
  version: string,
  oldest: string,
  { why, fix }: { why: string; fix: string },
): Finding {
  const isOld = compareVersions(version, oldest) < 0;
  const [major = 0, minor = 0, patch = 0] = partsOf(version);
  return {
    verdict: isOld ? 'fail' : 'ok',
    figure: `${what} ${version}${isOld ? `, older than ${oldest}` : ''}`,
    numbers: { major, minor, patch },
    why,
    fix: isOld ? [fix] : [],
  };
}

/** Below, at or above zero, as `a` is older, equal or newer. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const [index, part] of left.entries()) {
    const difference = part - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function partsOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}
