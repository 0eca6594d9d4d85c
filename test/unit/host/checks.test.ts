/** Each check of the host on a machine made of texts: the verdict, the number, the commands. */
import { describe, expect, it, test } from 'vitest';
import {
  runChecks,
  type Check,
  type CheckName,
  type CheckResult,
} from '../../../src/host/check.ts';
import { clockCheck } from '../../../src/host/check-clock.ts';
import { diskChecks } from '../../../src/host/check-disk.ts';
import { fileChecks } from '../../../src/host/check-files.ts';
import { memoryChecks, type MemoryNeed } from '../../../src/host/check-memory.ts';
import { compareVersions, versionChecks } from '../../../src/host/check-versions.ts';
import { fakeHost, MB, meminfo, type FakeMachine } from '../../support/fake-host.ts';

const HOME = '/var/lib/tradectl';
const NOBODY_KNOWS: MemoryNeed = { peakBytes: null, botPid: null };

function hostChecks(
  machine: FakeMachine,
  need = NOBODY_KNOWS,
  offset: number | null = null,
): Check[] {
  const host = fakeHost(machine);
  const clock = (): Promise<{ offsetMs: number } | null> =>
    Promise.resolve(offset === null ? null : { offsetMs: offset });
  const ownNames = ['state.db', 'hwm', 'tradectl.log', 'archive'];
  return [
    ...memoryChecks(host, need),
    ...diskChecks(host, HOME, () => false),
    clockCheck(host, clock),
    ...fileChecks(host, { home: HOME, cwd: '/work', ownNames }),
    ...versionChecks(host, () => '3.51.3'),
  ];
}

async function look(
  name: CheckName,
  machine: FakeMachine,
  more: { need?: MemoryNeed; offset?: number } = {},
): Promise<CheckResult> {
  const checks = hostChecks(machine, more.need, more.offset ?? null);
  const [result] = await runChecks(checks.filter((check) => check.name === name));
  return result!;
}

it('finds a small host with swap, room and a set clock in order', async () => {
  const results = await runChecks(hostChecks({}));
  expect(results.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
});

describe('memory', () => {
  const holder = (pid: number, mb: number, command: string): Record<string, string> => ({
    [`/proc/${pid}/status`]: `Name:\tx\nVmRSS:\t${mb * 1_024} kB\n`,
    [`/proc/${pid}/cmdline`]: command.replaceAll(' ', '\0'),
  });

  test.each([
    ['plenty', 700, NOBODY_KNOWS, 'ok'],
    ['enough for the bot, not for the operator beside it', 290, NOBODY_KNOWS, 'warn'],
    ['not enough for the bot', 140, NOBODY_KNOWS, 'fail'],
    ['enough for what this bot took', 290, { peakBytes: 100 * MB, botPid: null }, 'ok'],
    ['a bot that has its share already', 160, { peakBytes: 300 * MB, botPid: 7 }, 'ok'],
  ] as const)('%s: %i MB available', async (_what, available, need, verdict) => {
    const machine = { files: { '/proc/meminfo': meminfo({ MemAvailable: available }) } };
    expect(await look('memory', machine, { need })).toMatchObject({ verdict });
  });

  it('names the largest other processes, and no arguments of theirs', async () => {
    const { details } = await look('memory', {
      files: {
        ...holder(11, 300, '/usr/sbin/mysqld --password=hunter2'),
        ...holder(12, 40, 'node /opt/app/server.js --key=hunter2'),
        ...holder(13, 60, 'python3 -c hunter2'),
        '/proc/14/status': 'Name:\tkthreadd\n',
      },
    });
    expect(details).toEqual([
      '  300 MB  mysqld, pid 11',
      '   60 MB  python3, pid 13',
      '   40 MB  node server.js, pid 12',
    ]);
  });

  it('advises 2 GB or fewer markets, with what was measured', async () => {
    const { fix } = await look('memory', {
      files: { '/proc/meminfo': meminfo({ MemAvailable: 90 }) },
    });
    expect(fix.join('\n')).toMatch(
      /2 GB .*fewer markets:\n# \d+ MB with 12 markets, \d+ MB with 243/,
    );
    expect(fix.at(-1)).toContain('max_markets = ');
  });

  test.each([
    [
      'version 2',
      {
        '/proc/self/cgroup': '0::/a.service\n',
        '/sys/fs/cgroup/a.service/memory.max': `${450 * MB}\n`,
      },
    ],
    [
      'version 1',
      {
        '/proc/self/cgroup': '4:memory:/a\n',
        '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${450 * MB}\n`,
      },
    ],
  ])('a limit of the service is all the memory there is (%s)', async (_what, files) => {
    const { figure, numbers } = await look('memory', { files });
    expect(numbers['total_bytes']).toBe(450 * MB);
    expect(figure).toContain('450 MB (limit of this service)');
  });

  it('is unknown, with the reason, where /proc does not tell', async () => {
    expect(await look('memory', { files: { '/proc/meminfo': '' } })).toMatchObject({
      verdict: 'unknown',
      figure: '/proc/meminfo does not name MemTotal',
    });
  });
});

describe('swap', () => {
  const none = { SwapTotal: 0, SwapFree: 0 };

  it('is a finding on 961 MB without any, with every command that mends it', async () => {
    const result = await look('swap', { files: { '/proc/meminfo': meminfo(none) } });
    expect(result).toMatchObject({ verdict: 'fail', numbers: { swap_bytes: 0 } });
    for (const step of ['fallocate', 'mkswap', 'swapon', '/etc/fstab', 'vm.swappiness=10']) {
      expect(result.fix.join('\n')).toContain(step);
    }
    expect(result.fix.join('\n')).toMatch(/2 GB .*fewer markets:\n# \d+ MB with 12 markets/);
  });

  test.each([
    [
      'a kernel that swaps the bot out early',
      { '/proc/sys/vm/swappiness': '60\n' },
      'swappiness=10',
    ],
    ['no swap left', { '/proc/meminfo': meminfo({ SwapFree: 10 }) }, '2 GB of memory'],
  ])('%s is a warning with its command', async (_what, files, command) => {
    const result = await look('swap', { files });
    expect(result.verdict).toBe('warn');
    expect(result.fix.join('\n')).toContain(command);
    expect(result.fix.join('\n')).not.toContain('fallocate');
  });

  test.each([
    ['none, on 8 GB', { ...none, MemTotal: 8_000 }, 'ok'],
    ['some, on 961 MB', {}, 'ok'],
    ['nearly all of it in use', { SwapFree: 50 }, 'warn'],
  ])('%s', async (_what, numbers, verdict) => {
    const machine = { files: { '/proc/meminfo': meminfo(numbers) } };
    expect(await look('swap', machine)).toMatchObject({ verdict });
  });
});

test.each([
  ['busy', { '/proc/loadavg': '1 2.5 3 1/9 9\n' }, 'warn'],
  [
    'waiting for memory',
    { '/proc/pressure/memory': 'some avg10=1 avg60=22.5 avg300=3 total=9\n' },
    'warn',
  ],
  ['at work', { '/proc/loadavg': '3 1.9 1 1/9 9\n' }, 'ok'],
  ['silent', { '/proc/loadavg': '' }, 'unknown'],
])('load: %s', async (_what, files, verdict) => {
  expect(await look('load', { files })).toMatchObject({ verdict });
});

describe('the disk', () => {
  test.each([
    ['room', {}, 'ok'],
    ['little room', { freeBytes: 900 * MB }, 'warn'],
    ['no room', { freeBytes: 100 * MB }, 'fail'],
    ['no more files', { freeFiles: 3 }, 'fail'],
    ['no count of files', { freeFiles: 0 }, 'ok'],
  ])('%s', async (_what, fileSystem, verdict) => {
    expect(await look('disk', { fileSystem })).toMatchObject({ verdict });
  });

  test.each([
    ['ext4', 0xef53, 'ok'],
    ['NFS', 0x6969, 'fail'],
    ['CIFS', 0xff534d42, 'fail'],
    ['FUSE', 0x65735546, 'fail'],
    ['9p', 0x01021997, 'fail'],
    ['tmpfs', 0x01021994, 'fail'],
    ['overlay', 0x794c7630, 'warn'],
    ['type 0x12345', 0x12345, 'ok'],
  ])('a home on %s', async (name, type, verdict) => {
    const result = await look('filesystem', { fileSystem: { type } });
    expect(result).toMatchObject({ verdict });
    expect(result.figure).toContain(name);
  });

  it('is slow when one durable write in a hundred takes more than 20 ms', async () => {
    const writes = (slow: number): number[] => [
      ...Array<number>(200 - slow).fill(0.5),
      ...Array<number>(slow).fill(35),
    ];
    expect(await look('fsync', { syncs: writes(2) })).toMatchObject({
      verdict: 'ok',
      numbers: { p50_ms: 0.5, p99_ms: 0.5, writes: 200 },
    });
    expect(await look('fsync', { syncs: writes(3) })).toMatchObject({
      verdict: 'warn',
      figure: 'p50 0.50 ms, p99 35.00 ms over 200 durable writes',
    });
    expect(await look('fsync', { syncs: [] })).toMatchObject({ verdict: 'unknown' });
  });
});

describe('the clock', () => {
  const TIMEDATE = 'timedatectl show --property=NTPSynchronized --value';
  const tracking = (seconds: string): Record<string, string> => ({
    'chronyc -c tracking': `C0A80001,192.168.0.1,2,1700000000.0,${seconds},0,0,0,0,0,0,0,64,Normal\n`,
  });

  test.each([
    ['set by the network', {}, 'ok', 'set by the network'],
    ['set by nothing', { [TIMEDATE]: 'no\n' }, 'warn', 'nothing sets it'],
    ['chrony close', tracking('0.000012'), 'ok', '0 ms off by chrony'],
    ['chrony far', tracking('-1.5'), 'fail', '-1500 ms off by chrony'],
    [
      'chrony without a source',
      { 'chronyc -c tracking': '00000000,,0,0,9.0,0\n' },
      'ok',
      'set by the network',
    ],
    ['nobody says', { [TIMEDATE]: '' }, 'unknown', 'neither chrony nor'],
  ])('%s', async (_what, outputs, verdict, figure) => {
    const result = await look('clock', { outputs });
    expect(result).toMatchObject({ verdict });
    expect(result.figure).toContain(figure);
  });

  test.each([
    [40, 'ok'],
    [-400, 'warn'],
    [2_000, 'fail'],
  ])('%i ms from the venue: the venue is believed', async (offset, verdict) => {
    expect(await look('clock', {}, { offset })).toMatchObject({ verdict });
  });
});

it('falls back on the host where the venue does not answer, and says why', async () => {
  const venue = (): Promise<never> => Promise.reject(new Error('the venue: no answer in 10 s'));
  const [result] = await runChecks([clockCheck(fakeHost(), venue)]);
  expect(result).toMatchObject({ verdict: 'ok', details: ['the venue: no answer in 10 s'] });
});

describe('who may read', () => {
  const files = {
    [`${HOME}/state.db`]: '',
    [`${HOME}/state.db-wal`]: '',
    [`${HOME}/notes.txt`]: '',
    [`${HOME}/archive/a`]: '',
  };
  const open = { mode: 0o644 };

  it('judges files of a bot, not what else lies there', async () => {
    const facts = {
      [`${HOME}/state.db-wal`]: open,
      [`${HOME}/notes.txt`]: open,
      [HOME]: { mode: 0o755 },
      [`${HOME}/archive`]: { mode: 0o755 },
    };
    const { verdict, numbers, fix, repairs } = await look('modes', { files, facts });
    expect({ verdict, numbers }).toEqual({
      verdict: 'warn',
      numbers: { looked_at: 4, open: 3, of_others: 0 },
    });
    expect(fix).toEqual([
      `chmod 700 ${HOME}`,
      `chmod 600 ${HOME}/state.db-wal`,
      `chmod 700 ${HOME}/archive`,
    ]);
    expect(repairs.map(({ what }) => what)).toEqual([
      `chmod 0700 ${HOME}`,
      `chmod 0600 ${HOME}/state.db-wal`,
      `chmod 0700 ${HOME}/archive`,
    ]);
  });

  it('leaves alone what belongs to another user, and says so', async () => {
    const facts = { [`${HOME}/state.db`]: { mode: 0o644, uid: 0 } };
    const { verdict, repairs, details } = await look('modes', { files, facts });
    expect({ verdict, repairs }).toEqual({ verdict: 'warn', repairs: [] });
    expect(details.join()).toContain('1 of another user');
  });

  it('does not judge a folder without a bot', async () => {
    const machine = { files: { [`${HOME}/notes.txt`]: '' }, facts: { [HOME]: { mode: 0o755 } } };
    expect(await look('modes', machine)).toMatchObject({ verdict: 'ok' });
  });

  test.each([
    ['private', 0o600, {}, 'ok'],
    ['readable by others', 0o640, {}, 'fail'],
    [
      'in git',
      0o600,
      { [`git -C ${HOME} ls-files --error-unmatch -- .env.local`]: '.env.local\n' },
      'fail',
    ],
  ])('keys that are %s', async (_what, mode, outputs, verdict) => {
    const machine = {
      files: { [`${HOME}/.env.local`]: 'X=1' },
      facts: { [`${HOME}/.env.local`]: { mode } },
      outputs,
    };
    expect(await look('secrets', machine)).toMatchObject({ verdict });
  });

  it('looks at the keys that the unit of this home hands over, and leaves those of root to root', async () => {
    const unit = `ExecStart=/usr/bin/tradectl run --home ${HOME}\nLoadCredential=exchange.json:/etc/tradectl/exchange.json\n`;
    const files = {
      '/etc/systemd/system/tradectl.service': unit,
      '/etc/tradectl/exchange.json': '{}',
    };
    const facts = { '/etc/tradectl/exchange.json': { mode: 0o644, uid: 0 } };
    const { verdict, fix, repairs } = await look('secrets', { files, facts });
    expect({ verdict, fix, repairs }).toEqual({
      verdict: 'fail',
      fix: ['sudo chmod 600 /etc/tradectl/exchange.json'],
      repairs: [],
    });
  });

  test.each([
    [0o022, 'ok'],
    [0o077, 'ok'],
    [0o002, 'warn'],
  ])('umask %i', async (umask, verdict) => {
    expect(await look('umask', { host: { umask } })).toMatchObject({ verdict });
  });
});

test.each([
  ['22.18.0', '22.18.0', 0],
  ['22.17.9', '22.18.0', -1],
  ['24.0.0', '22.18.0', 1],
  ['3.51.10', '3.51.3', 1],
])('version %s against %s', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

test('a folder without a file of ours says that, and not that all is private', async () => {
  const result = await look('modes', { files: { [`${HOME}/x.txt`]: '' } });
  expect(result).toMatchObject({ verdict: 'ok', figure: 'no file of a bot is there' });
});

test('an old Node fails', async () => {
  expect(await look('node', { host: { nodeVersion: '20.20.2' } })).toMatchObject({
    verdict: 'fail',
  });
});

test('a check that throws is unknown with its reason, and the next one goes on', async () => {
  const broken: Check = {
    name: 'disk',
    why: 'It matters.',
    otherwise: ['df -hT'],
    run: () => {
      throw new Error('no such device:\n  sda');
    },
  };
  const results = await runChecks([broken, ...hostChecks({}).slice(0, 1)]);
  expect(results.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    'disk unknown',
    'memory ok',
  ]);
  expect(results[0]).toMatchObject({
    figure: 'no such device:',
    details: ['  sda'],
    why: 'It matters.',
    fix: ['df -hT'],
  });
});
