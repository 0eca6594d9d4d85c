/** What is made of the texts of a machine; no machine is asked here. */
import { describe, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import type { DeathEvidence } from '../../../src/domain/death-evidence.ts';
import { readDeathEvidence, type CommandOutput } from '../../../src/host/death-evidence.ts';
import { memoryFacts } from '../../../src/host/memory-facts.ts';
import { ownUnit } from '../../../src/host/own-unit.ts';

interface Machine {
  readonly files?: Readonly<Record<string, string>>;
  readonly reports?: readonly string[];
  /** By command line, the longest beginning that fits. */
  readonly commands?: Readonly<Record<string, string>>;
}

const NO_EXITS: DeathEvidence['exits'] = { state: 'read', source: 'exits.jsonl', value: [] };

function ask({ files = {}, reports = [], commands = {} }: Machine, unit: string | null = null) {
  const run = (command: string, args: readonly string[]): CommandOutput => {
    const line = [command, ...args].join(' ');
    const known = Object.keys(commands).filter((each) => line.startsWith(each.split('*')[0] ?? ''));
    const fits = known.find((each) => line.endsWith(each.split('*')[1] ?? ''));
    const stdout = fits === undefined ? undefined : commands[fits];
    return stdout === undefined
      ? { ok: false, why: `${command}: no permission` }
      : { ok: true, stdout };
  };
  const readText = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return text;
  };
  const port = { readText, run, abortReports: () => reports };
  return readDeathEvidence(port, { home: '/h', sinceMs: ms(0), unit, exits: NO_EXITS });
}

describe('the kernel', () => {
  const KILL = 'Out of memory: Killed process 30421 (node) total-vm:1kB, anon-rss:305280kB';

  test('journald is asked first', () => {
    const stdout = `1795283262.211000 vm kernel: ${KILL}\n1795283262.3 vm systemd[1]: other\n`;
    expect(ask({ commands: { 'journalctl -k*oom-kill': stdout } }).kernel).toEqual({
      state: 'read',
      source: 'journalctl -k',
      value: [{ atMs: 1_795_283_262_211, text: KILL }],
    });
  });

  test('without it the ring buffer, counted from the boot', () => {
    const dmesg = `[    1.385709] drop_caches: 3\n[   62.500000] ${KILL}\n`;
    const files = { '/proc/stat': 'cpu 1\nbtime 1795280000\n' };
    expect(ask({ files, commands: { dmesg } }).kernel).toMatchObject({
      source: 'dmesg',
      value: [{ atMs: 1_795_280_062_500, text: KILL }],
    });
  });

  test('neither may be read: said, with both reasons', () => {
    const { kernel } = ask({});
    expect(kernel).toMatchObject({ state: 'unreadable' });
    expect(kernel.state === 'unreadable' && kernel.why).toMatch(/journalctl.*; dmesg/);
  });

  test('a journal with lines of the kernel, and none of a kill, is an answer', () => {
    const some = '1795283262.2 vm kernel: booted\n';
    expect(ask({ commands: { 'journalctl -k*-n 1': some } }).kernel).toEqual({
      state: 'read',
      source: 'journalctl -k',
      value: [],
    });
  });
});

test('reports of Node; one that was cut off is left out', () => {
  const header = {
    processId: 7,
    trigger: 'OOMError',
    event: 'heap out of memory',
    dumpEventTimeStamp: '1795283262211',
  };
  const files = { '/h/abort-7.json': JSON.stringify({ header }), '/h/abort-8.json': '{"header":{' };
  const { aborts } = ask({ files, reports: ['/h/abort-7.json', '/h/abort-8.json'] });
  expect(aborts).toMatchObject({
    value: [{ pid: 7, trigger: 'OOMError', atMs: 1_795_283_262_211 }],
  });
});

describe('the service manager', () => {
  const SHOWN = [
    'Result=oom-kill',
    'ExecMainPID=4711',
    'ExecMainCode=2',
    'ExecMainStatus=9',
    'ExecMainExitTimestamp=Sat 2026-11-21 17:00:00 UTC',
  ].join('\n');

  test('is asked about the unit that was named', () => {
    expect(
      ask({ commands: { 'systemctl show*bot.service': SHOWN } }, 'bot.service').service,
    ).toEqual({
      state: 'read',
      source: 'systemctl show bot.service',
      value: {
        unit: 'bot.service',
        result: 'oom-kill',
        mainPid: 4711,
        code: '2',
        status: '9',
        exitMs: Date.UTC(2026, 10, 21, 17),
      },
    });
  });

  test.each([
    ['knows no such process', { 'systemctl show*': 'Result=success\nExecMainPID=0\n' }],
    ['is not there', {}],
  ])('%s: said', (_, commands) => {
    expect(ask({ commands }, 'bot.service').service).toMatchObject({ state: 'unreadable' });
  });

  test('nobody named a unit', () => expect(ask({}).service).toBeNull());
});

describe('memory', () => {
  const MEMINFO = 'MemTotal:        1000 kB\n';
  test.each<[string, Readonly<Record<string, string>>, string | null, unknown]>([
    [
      'only the machine',
      { '/proc/meminfo': MEMINFO },
      null,
      { limitBytes: 1_024_000, oomKills: null },
    ],
    [
      'a service with a limit',
      {
        '/proc/meminfo': MEMINFO,
        '/sys/fs/cgroup/system.slice/bot.service/memory.max': '5000\n',
        '/sys/fs/cgroup/system.slice/bot.service/memory.events': 'oom 2\noom_kill 2\n',
      },
      'bot.service',
      { limitBytes: 5_000, oomKills: 2 },
    ],
    [
      'its own control group without a limit',
      {
        '/proc/meminfo': MEMINFO,
        '/proc/self/cgroup': '0::/user.slice/x\n',
        '/sys/fs/cgroup/user.slice/x/memory.max': 'max\n',
      },
      null,
      { limitBytes: 1_024_000 },
    ],
    [
      'version 1 with no limit',
      {
        '/proc/meminfo': MEMINFO,
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      },
      null,
      { limitBytes: 1_024_000 },
    ],
  ])('%s', (_, files, unit, expected) => {
    expect(memoryFacts((path) => files[path] ?? null, unit)).toMatchObject(expected as object);
  });

  test('no /proc is no fact', () => expect(memoryFacts(() => null, null)).toBeNull());
});

test.each([
  ['0::/system.slice/tradectl.service\n', 'tradectl.service'],
  ['0::/system.slice/system-bot.slice/bot@main.service/sub\n', 'bot@main.service'],
  ['0::/user.slice/user-1000.slice/session-2.scope\n', null],
  [null, null],
])('the unit of %j is %j', (cgroup, unit) => {
  expect(ownUnit(cgroup as string)).toBe(unit);
});
