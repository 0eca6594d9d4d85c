/** Whether the host starts the bot again: our own unit is sane, and each way to spoil it is named. */
import { describe, expect, it, test } from 'vitest';
import { runChecks, type CheckResult } from '../../../src/host/check.ts';
import { serviceChecks } from '../../../src/host/check-service.ts';
import { serviceUnit } from '../../../src/host/service-unit.ts';
import { fakeHost, type FakeMachine } from '../../support/fake-host.ts';

const UNIT = '/etc/systemd/system/tradectl.service';
const WANTED = '/etc/systemd/system/multi-user.target.wants/tradectl.service';
const FACTS = {
  home: '/var/lib/tradectl',
  user: 'tradectl',
  node: '/usr/bin/node',
  program: '/opt/tradectl/dist/bin/tradectl.js',
};
const INSTALLED = { [FACTS.node]: '', [FACTS.program]: '' };

async function look(machine: FakeMachine, home = FACTS.home): Promise<readonly CheckResult[]> {
  return runChecks(serviceChecks(fakeHost(machine), home));
}

function withUnit(
  change: (unit: string) => string,
  more: Record<string, string> = {},
): FakeMachine {
  const files = { ...INSTALLED, [UNIT]: change(serviceUnit(FACTS)), [WANTED]: '', ...more };
  return { files };
}

describe('the service', () => {
  it('is sane when it is ours, enabled, and of this home', async () => {
    const [service] = await look(withUnit((unit) => unit));
    expect(service).toMatchObject({ verdict: 'ok', figure: 'tradectl.service: sane', details: [] });
  });

  it('has failed when systemd has given up on it: why first, then the start', async () => {
    const machine = withUnit((unit) => unit);
    const shown = 'systemctl show --property=ActiveState,Result tradectl.service';
    const outputs = { [shown]: 'ActiveState=failed\nResult=start-limit-hit\n' };
    const [service] = await look({ ...machine, outputs });
    expect(service).toMatchObject({
      verdict: 'fail',
      details: ['failed (start-limit-hit): systemd does not start it again'],
    });
    expect(service?.fix).toEqual([
      'journalctl -u tradectl.service -n 50 --no-pager',
      'tradectl deaths --home /var/lib/tradectl',
      'sudo systemctl reset-failed tradectl.service',
      'sudo systemctl start tradectl.service',
    ]);
  });

  it('is missing when a unit runs another home only', async () => {
    const [service] = await look(
      withUnit((unit) => unit),
      '/var/lib/tradectl-2',
    );
    expect(service).toMatchObject({ verdict: 'warn', figure: 'no unit starts this home' });
    expect(service?.details).toEqual([`${UNIT} runs another home`]);
    expect(service?.fix[0]).toBe(
      'tradectl service --home /var/lib/tradectl-2 --out tradectl.service',
    );
  });

  test.each([
    ['--home /srv/a b', '/srv/a b'],
    ['--home=/srv/a%b$c', '/srv/a%b$c'],
  ])('knows its home by any spelling of systemd: %s', async (_what, home) => {
    const [service] = await look(
      { files: { ...INSTALLED, [UNIT]: serviceUnit({ ...FACTS, home }), [WANTED]: '' } },
      home,
    );
    expect(service).toMatchObject({ verdict: 'ok' });
  });

  const without =
    (key: string) =>
    (unit: string): string =>
      unit.replace(new RegExp(`^${key}=.*\\n`, 'm'), '');
  test.each([
    ['Restart=', without('Restart'), 'nobody starts it again'],
    ['RestartPreventExitStatus', (unit: string) => unit.replace('=2 3 5', '=2'), 'lacks 3 5'],
    ['StartLimitBurst', without('StartLimitBurst'), 'tried for ever'],
    ['MemoryMax', without('MemoryMax'), 'no MemoryMax'],
    [
      'the heap flag',
      (unit: string) => unit.replaceAll('--max-old-space-size=256 ', ''),
      'V8 plans with all',
    ],
    [
      'a large heap',
      (unit: string) => unit.replaceAll('size=256', 'size=512'),
      'not well below MemoryMax',
    ],
    ['the watchdog', without('WatchdogSec'), 'no watchdog'],
    ['NotifyAccess', without('NotifyAccess'), 'signs of life come from a child'],
    ['ExecStopPost', without('ExecStopPost'), 'no ExecStopPost'],
    ['User', without('User'), 'it runs as root'],
    [
      'the program',
      (unit: string) => unit.replaceAll(FACTS.program, '/old/tradectl.js'),
      '/old/tradectl.js does not exist',
    ],
  ])('names what is wrong with %s', async (_what, change, fault) => {
    const [service] = await look(withUnit(change));
    expect(service?.verdict).toBe('warn');
    expect(service?.details).toHaveLength(1);
    expect(service?.details[0]).toContain(fault);
  });

  it('reads what a drop-in changes, and a value that it empties', async () => {
    const dropIn = (text: string): FakeMachine =>
      withUnit((unit) => unit, { [`${UNIT}.d/local.conf`]: text });
    const [larger] = await look(dropIn('[Service]\nMemoryMax=2G\n'));
    expect(larger).toMatchObject({ verdict: 'ok' });
    const [emptied] = await look(dropIn('[Service]\nMemoryMax=\n'));
    expect(emptied?.details).toEqual(['no MemoryMax: a leak takes the whole host with it']);
  });

  it('says that it would not come back after a reboot', async () => {
    const files = { ...INSTALLED, [UNIT]: serviceUnit(FACTS) };
    const [service] = await look({ files });
    expect(service?.details).toEqual(['not enabled: it will not start after a reboot']);
    expect(service?.fix).toContain('sudo systemctl enable tradectl.service');
  });
});

test.each([
  ['kept', {}, 'ok'],
  [
    'volatile by a drop-in',
    { '/etc/systemd/journald.conf.d/a.conf': '[Journal]\nStorage=volatile\n' },
    'warn',
  ],
])('journald: %s', async (_what, files, verdict) => {
  const [, journald] = await look({ files });
  expect(journald).toMatchObject({ verdict });
});
