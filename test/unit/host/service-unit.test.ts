/** The unit as systemd itself reads it, where its tools are installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { TradectlError } from '../../../src/domain/errors.ts';
import { installCommands, serviceUnit } from '../../../src/host/service-unit.ts';

// Commands that exist everywhere: `verify` looks for them.
const FACTS = {
  home: '/var/lib/tradectl',
  user: 'tradectl',
  node: '/usr/bin/env',
  program: '/opt/tradectl/dist/bin/tradectl.js',
};
const folder = mkdtempSync(join(tmpdir(), 'tradectl-unit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = (unit: string, key: string): string | undefined =>
  unit.split('\n').find((each) => each.startsWith(`${key}=`));

describe('the unit', () => {
  it('limits V8 well below the service, restarts nothing that a restart cannot help', () => {
    const unit = serviceUnit(FACTS);
    expect(line(unit, 'ExecStart')).toBe(
      'ExecStart=/usr/bin/env --max-old-space-size=256 --max-semi-space-size=2 /opt/tradectl/dist/bin/tradectl.js run --home /var/lib/tradectl',
    );
    expect(line(unit, 'ExecStopPost')).toMatch(/^ExecStopPost=-.* internal record-exit --home /);
    expect(line(unit, 'MemoryMax')).toBe('MemoryMax=450M');
    expect(line(unit, 'RestartPreventExitStatus')).toBe('RestartPreventExitStatus=2 3 5');
    expect(unit).not.toMatch(/MemoryDenyWriteExecute|ProcSubset/);
  });

  test.each([
    ['/var/lib/tradectl/a', 'StateDirectory=tradectl/a', 'ProtectHome=yes', 'PrivateTmp=yes'],
    ['/srv/bot', 'ReadWritePaths=/srv/bot', 'ProtectHome=yes', 'PrivateTmp=yes'],
    ['/home/ann/.t', 'ReadWritePaths=/home/ann/.t', 'ProtectHome=read-only', 'PrivateTmp=yes'],
    ['/tmp/try', 'ReadWritePaths=/tmp/try', 'ProtectHome=yes', 'PrivateTmp=no'],
  ])('a home in %s can be written, and is not hidden', (home, ...wanted) => {
    const lines = serviceUnit({ ...FACTS, home }).split('\n');
    expect(lines).toEqual(expect.arrayContaining(wanted));
  });

  it('says a path to systemd as it is', () => {
    const unit = serviceUnit({ ...FACTS, home: '/srv/a b%$"' });
    expect(line(unit, 'ExecStart')).toContain('--home "/srv/a b%%$$\\""');
    expect(line(unit, 'ReadWritePaths')).toBe('ReadWritePaths="/srv/a b%%$\\""');
  });

  test.each([
    ['a user that is an option', { user: '-u' }],
    ['a user with a line end', { user: 'a\nExecStart=/bin/sh' }],
    ['a home with a line end', { home: '/srv/a\nUser=root' }],
  ])('refuses %s', (_what, change) => {
    expect(() => serviceUnit({ ...FACTS, ...change })).toThrow(TradectlError);
  });
});

test('the commands that put it in force: user and folder only where they are missing', () => {
  expect(installCommands(FACTS, '/root/tradectl.service', false)).toEqual([
    'sudo useradd --system --shell /usr/sbin/nologin tradectl',
    'sudo cp /root/tradectl.service /etc/systemd/system/',
    'sudo systemctl daemon-reload',
    'sudo systemctl enable --now tradectl.service',
  ]);
  const elsewhere = { ...FACTS, home: '/srv/my bot' };
  expect(installCommands(elsewhere, '/etc/systemd/system/bot.service', true)).toEqual([
    "sudo install -d -m 0700 -o tradectl '/srv/my bot'",
    'sudo systemctl daemon-reload',
    'sudo systemctl enable --now bot.service',
  ]);
});

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
const without = analyze ? '' : ' (skipped: no systemd-analyze)';

describe.skipIf(!analyze)(`systemd-analyze${without}`, () => {
  const saved = (home: string): string => {
    const file = join(folder, 'tradectl.service');
    writeFileSync(file, serviceUnit({ ...FACTS, home }), { mode: 0o644 });
    return file;
  };

  test.each(['/var/lib/tradectl', '/srv/my bot%x', '/home/ann/.tradectl'])(
    'verify has nothing to say about a home in %s',
    (home) => {
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', saved(home)], {
        encoding: 'utf8',
      });
      expect(stderr).not.toMatch(/tradectl\.service:\d+|Unknown|Failed to parse|ignoring/);
      expect(status, stderr).toBe(0);
    },
  );

  test('security finds little exposed', () => {
    const said = execFileSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', saved('/var/lib/tradectl')],
      { encoding: 'utf8' },
    );
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(said) ?? [];
    expect(Number(exposure)).toBeGreaterThan(0);
    expect(Number(exposure)).toBeLessThan(2);
  });
});
