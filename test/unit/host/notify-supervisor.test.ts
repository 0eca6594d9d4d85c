import { describe, expect, it, test } from 'vitest';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import { notifySupervisor, watchdogInterval } from '../../../src/host/notify-supervisor.ts';

const UNDER_SYSTEMD = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '90000000' };

function listening(env: Readonly<Record<string, string>>) {
  const clock = virtualClock(ms(0));
  const sent: string[] = [];
  const failures: string[] = [];
  let breaks = false;
  const supervisor = notifySupervisor({
    env,
    clock,
    onFailure: (why) => failures.push(why),
    send: (messages, failed) => {
      sent.push(messages.join(' | '));
      if (breaks) failed('no messenger');
    },
  });
  const breakDown = (): void => void (breaks = true);
  const wait = (seconds: number): void => clock.advanceTo(ms(clock.now() + seconds * 1_000));
  return { supervisor, sent, failures, wait, breakDown };
}

describe('under a service manager', () => {
  it('says ready, stopping, and each time the first sign of life', () => {
    const { supervisor, sent } = listening(UNDER_SYSTEMD);
    supervisor.ready(() => 'NORMAL');
    supervisor.stopping(() => 'NORMAL');
    expect(sent).toEqual(['READY=1 | WATCHDOG=1 | STATUS=NORMAL', 'STOPPING=1 | STATUS=NORMAL']);
  });

  it('lets a third of the watchdog pass between two signs of life', () => {
    const { supervisor, sent, wait } = listening(UNDER_SYSTEMD);
    supervisor.ready(() => '');
    for (let second = 0; second < 65; second += 1) {
      supervisor.alive(() => '');
      wait(1);
    }
    expect(sent.slice(1)).toEqual(['WATCHDOG=1 | STATUS=', 'WATCHDOG=1 | STATUS=']);
  });

  it('asks for more time while a start gets somewhere, and only then', () => {
    const { supervisor, sent, wait } = listening(UNDER_SYSTEMD);
    supervisor.starting(() => 'starting');
    wait(20);
    supervisor.starting(() => 'starting: asking the venue');
    supervisor.starting(() => 'starting: asking the venue');
    wait(3_600);
    supervisor.ready(() => 'NORMAL');
    wait(60);
    supervisor.starting(() => 'starting');
    expect(sent).toEqual([
      'EXTEND_TIMEOUT_USEC=180000000 | STATUS=starting: asking the venue',
      'READY=1 | WATCHDOG=1 | STATUS=NORMAL',
    ]);
  });

  it('says nothing of a start that is still going on', () => {
    const { supervisor, sent, wait } = listening(UNDER_SYSTEMD);
    wait(120);
    supervisor.alive(() => 'NORMAL');
    expect(sent).toEqual([]);
  });

  it('sends nothing by itself: a loop that hangs is silent', () => {
    const { supervisor, sent, wait } = listening(UNDER_SYSTEMD);
    supervisor.ready(() => 'NORMAL');
    wait(3_600);
    expect(sent).toHaveLength(1);
  });

  it('tells a new status within seconds, an unchanged one with the next sign of life', () => {
    const { supervisor, sent, wait } = listening(UNDER_SYSTEMD);
    supervisor.ready(() => 'NORMAL');
    wait(6);
    supervisor.alive(() => 'NORMAL');
    supervisor.alive(() => 'HALTED');
    wait(1);
    supervisor.alive(() => 'NORMAL');
    expect(sent.slice(1)).toEqual(['WATCHDOG=1 | STATUS=HALTED']);
  });

  it('lets no text become another message', () => {
    const { supervisor, sent } = listening({ NOTIFY_SOCKET: '@socket' });
    supervisor.ready(() => 'HALTED\nWATCHDOG=trigger\u0000');
    expect(sent).toEqual(['READY=1 | STATUS=HALTED WATCHDOG=trigger ']);
  });

  it('complains once when it cannot be heard', () => {
    const { supervisor, failures, breakDown } = listening(UNDER_SYSTEMD);
    breakDown();
    supervisor.ready(() => '');
    supervisor.stopping(() => '');
    expect(failures).toEqual(['no messenger']);
  });
});

it('is silent, and asks for no status, where nobody listens', () => {
  const { supervisor, sent, wait } = listening({ WATCHDOG_USEC: '90000000' });
  const asked = (): string => {
    throw new Error('asked');
  };
  supervisor.ready(asked);
  wait(3_600);
  supervisor.starting(asked);
  supervisor.alive(asked);
  supervisor.stopping(asked);
  expect(sent).toEqual([]);
  expect(supervisor.isThere).toBe(false);
});

test.each([
  ['a third of 90 seconds', { WATCHDOG_USEC: '90000000' }, 30_000],
  ['none set', {}, null],
  ['none wanted', { WATCHDOG_USEC: '0' }, null],
  ['nonsense', { WATCHDOG_USEC: 'soon' }, null],
  ['below a wrapper', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: '1' }, 1_000],
])('the interval: %s', (_what, env, interval) => {
  expect(watchdogInterval(env)).toBe(interval);
});
