/** The host of the incident under the whole doctor: 961 MB, no swap, a slow and nearly full disk, a clock nobody sets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { examine } from '../../../src/engine/operations/doctor/read-doctor.ts';
import { CHECK_NAMES, type CheckResult } from '../../../src/host/check.ts';
import { fakeHost, MB, meminfo } from '../../support/fake-host.ts';

const process = (pid: number, mb: number, command: string): Record<string, string> => ({
  [`/proc/${pid}/status`]: `Name:\tx\nVmRSS:\t${mb * 1_024} kB\n`,
  [`/proc/${pid}/cmdline`]: command.replaceAll(' ', '\0'),
});

const SMALL = fakeHost({
  files: {
    '/proc/meminfo': meminfo({ MemAvailable: 120, SwapTotal: 0, SwapFree: 0 }),
    '/proc/loadavg': '3 2.5 2 1/9 9\n',
    ...process(11, 300, '/usr/sbin/mysqld --password=hunter2'),
    ...process(12, 330, 'python3 /opt/bot/main.py'),
  },
  fileSystem: { freeBytes: 300 * MB },
  syncs: Array<number>(200).fill(25),
  outputs: { 'timedatectl show --property=NTPSynchronized --value': 'no\n' },
});

async function examined(): Promise<readonly CheckResult[]> {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-doctor-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return examine({
    host: SMALL,
    config: { configFile: null, home: join(dir, 'home'), cwd: dir, env: {}, overrides: {} },
    nowMs: ms(1_700_000_000_000),
    only: null,
    venueClock: () => Promise.resolve(null),
    checkKey: () => Promise.resolve({ asked: false, why: 'not asked' }),
    unanswered: () => null,
  });
}

it('looks at everything, and says what is wrong with a number, why it matters and what mends it', async () => {
  const results = await examined();
  expect(results.map(({ name }) => name)).toEqual(CHECK_NAMES);
  const wrong = results.filter(({ verdict }) => verdict !== 'ok');
  expect(wrong.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'memory fail',
    'swap fail',
    'load warn',
    'disk warn',
    'fsync warn',
    'clock warn',
    'service warn',
  ]);
  for (const { name, numbers, why, fix } of wrong) {
    expect(Object.keys(numbers), name).not.toEqual([]);
    expect(why, name).toMatch(/\.$/);
    expect(fix, name).not.toEqual([]);
  }
});

it('names who holds the memory, and nothing of their secrets', async () => {
  const said = JSON.stringify(await examined());
  expect(said).toContain('330 MB  python3 main.py, pid 12');
  expect(said).toContain('300 MB  mysqld, pid 11');
  expect(said).not.toContain('hunter2');
});
