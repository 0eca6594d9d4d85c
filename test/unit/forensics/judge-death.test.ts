/** What each kind of evidence proves, what it only suggests, and when the answer is "unknown". */
import { describe, expect, test } from 'vitest';
import type { DeathEvidence, ExitRecord } from '../../../src/domain/death-evidence.ts';
import { ms } from '../../../src/domain/clock.ts';
import { endWord } from '../../../src/forensics/end-word.ts';
import { howItDied } from '../../../src/forensics/how-it-died.ts';
import { judgeDeath, type LifeFacts } from '../../../src/forensics/judge-death.ts';
import { run } from '../../support/told-journal.ts';

const T0 = 1_795_280_000_000;
const BOOT = '23bf8aaf-0000';
const MB = 1_048_576;

const DEAD: LifeFacts = {
  pid: 4711,
  bootId: BOOT,
  startedMs: ms(T0),
  lastBeatMs: ms(T0 + 60_000),
  lastRssBytes: 100 * MB,
  endedMs: null,
  endReason: null,
  isAlive: false,
  next: { startedMs: ms(T0 + 90_000), bootId: BOOT },
  lastWords: null,
};
const NOTHING: DeathEvidence = {
  bootId: BOOT,
  exits: { state: 'read', source: 'exits.jsonl', value: [] },
  aborts: { state: 'read', source: 'abort-*.json', value: [] },
  kernel: { state: 'read', source: 'journalctl -k', value: [] },
  service: null,
  memory: { limitBytes: 450 * MB, limitSource: 'memory.max', oomKills: null, oomSource: null },
};

function exit(result: string, status: string, more: Partial<ExitRecord> = {}): DeathEvidence {
  const record: ExitRecord = {
    atMs: ms(T0 + 61_000),
    bootId: BOOT,
    pid: 4711,
    result,
    code: 'killed',
    status,
    unit: null,
    ...more,
  };
  return { ...NOTHING, exits: { state: 'read', source: 'exits.jsonl', value: [record] } };
}

function kernel(text: string, atMs = T0 + 60_500): DeathEvidence {
  return {
    ...NOTHING,
    kernel: { state: 'read', source: 'journalctl -k', value: [{ atMs: ms(atMs), text }] },
  };
}

function abort(trigger: string, event: string, pid = 4711, atMs = T0 + 60_500): DeathEvidence {
  const report = { file: 'abort-4711.json', pid, trigger, event, atMs: ms(atMs) };
  return { ...NOTHING, aborts: { state: 'read', source: 'abort-*.json', value: [report] } };
}

const HEAP = 'Allocation failed - JavaScript heap out of memory';
const OOM =
  'Memory cgroup out of memory: Killed process 4711 (node) total-vm:1kB, anon-rss:305280kB';
const otherBoot = { next: { startedMs: ms(T0 + 90_000), bootId: 'b00t-2' } };
const words = (text: string): Partial<LifeFacts> => ({
  lastWords: { source: 'tradectl.log:9', text, atMs: ms(T0 + 61_000) },
});

describe('one source decides', () => {
  test.each<[string, Partial<LifeFacts>, DeathEvidence | null, string]>([
    ['an end in order', { endedMs: ms(T0 + 1), endReason: 'finished' }, null, 'clean proven'],
    [
      'stopped by a signal in order',
      { endedMs: ms(T0 + 1), endReason: 'signal' },
      null,
      'clean proven',
    ],
    [
      'a planned restart for its memory',
      { endedMs: ms(T0 + 1), endReason: 'memory' },
      exit('exit-code', '75'),
      'clean proven',
    ],
    ['an error it noted', { endedMs: ms(T0 + 1), endReason: 'error' }, null, 'error proven'],
    ['it holds the lock', { isAlive: true, next: null }, NOTHING, 'running proven'],
    ['nothing was asked', {}, null, 'unknown unknown'],
    ['nothing speaks', {}, NOTHING, 'unknown unknown'],
    ['systemd: oom-kill', {}, exit('oom-kill', 'KILL'), 'oom_kill proven'],
    ['systemd: watchdog', {}, exit('watchdog', 'ABRT'), 'watchdog proven'],
    ['systemd: SIGKILL', {}, exit('signal', 'KILL'), 'signal proven'],
    ['systemd: timeout', {}, exit('timeout', 'KILL'), 'signal proven'],
    ['systemd: SIGABRT', {}, exit('core-dump', 'ABRT'), 'heap_abort likely'],
    ['a shell between: 134', {}, exit('exit-code', '134'), 'heap_abort likely'],
    ['a shell between: 137', {}, exit('exit-code', '137'), 'signal proven'],
    ['systemd: exit 70', {}, exit('exit-code', '70'), 'error proven'],
    ['systemd: success, but no end', {}, exit('success', '0'), 'unknown unknown'],
    ['the report of V8', {}, abort('OOMError', HEAP), 'heap_abort proven'],
    ['another report of Node', {}, abort('FatalError', 'assertion'), 'error proven'],
    ['the kernel', {}, kernel(OOM), 'oom_kill proven'],
    ['another boot', otherBoot, NOTHING, 'reboot likely'],
    ['memory at its limit', { lastRssBytes: 440 * MB }, NOTHING, 'oom_kill likely'],
    ['asked to stop before', words('SIGTERM: stopping in order'), NOTHING, 'signal likely'],
    [
      'its own end, in the log alone',
      words('run ended in order (signal)'),
      NOTHING,
      'clean proven',
    ],
    ['any other last word', words('cycle 3 NORMAL'), NOTHING, 'unknown unknown'],
  ])('%s', (...[, life, evidence, expected]) => {
    const { how, certainty } = judgeDeath({ ...DEAD, ...life }, evidence);
    expect(`${how} ${certainty}`).toBe(expected);
  });
});

describe('evidence of somebody else proves nothing', () => {
  test.each<[string, DeathEvidence]>([
    ['a record before its last sign of life', exit('oom-kill', 'KILL', { atMs: ms(T0 + 1) })],
    ['a record after the next start', exit('oom-kill', 'KILL', { atMs: ms(T0 + 99_000) })],
    ['a record of another process', exit('oom-kill', 'KILL', { pid: 4712 })],
    ['a record of another boot', exit('oom-kill', 'KILL', { bootId: 'b00t-0' })],
    ['a kill of another process', kernel(OOM.replace('4711', '47111'))],
    ['a kill of the same number before', kernel(OOM, T0 - 5_000)],
    ['a report of another process', abort('OOMError', HEAP, 4712)],
    ['a report of the same number before', abort('OOMError', HEAP, 4711, T0 - 5_000)],
  ])('%s', (_, evidence) => {
    expect(judgeDeath(DEAD, evidence).how).toBe('unknown');
  });
});

describe('sources together', () => {
  test('the kernel says why the manager saw SIGKILL', () => {
    const evidence = { ...exit('signal', 'KILL'), kernel: kernel(OOM).kernel };
    const judged = judgeDeath(DEAD, evidence);
    expect(judged.how).toBe('oom_kill');
    expect(judged.evidence.map(({ source }) => source)).toEqual([
      'runs',
      'exits.jsonl',
      'abort-*.json',
      'journalctl -k',
      'runs',
    ]);
  });

  test('the report of V8 turns a likely abort into a proven one', () => {
    const evidence = { ...exit('core-dump', 'ABRT'), aborts: abort('OOMError', HEAP).aborts };
    expect(judgeDeath(DEAD, evidence)).toMatchObject({ how: 'heap_abort', certainty: 'proven' });
  });

  test('a machine that went down later does not hide how the process ended before', () => {
    const judged = judgeDeath({ ...DEAD, ...otherBoot }, exit('oom-kill', 'KILL'));
    expect(judged.how).toBe('oom_kill');
    expect(judged.evidence.some(({ source }) => source === 'boot id')).toBe(true);
  });

  test('systemctl speaks of the last process only', () => {
    const service = (mainPid: number): DeathEvidence => ({
      ...NOTHING,
      service: {
        state: 'read',
        source: 'systemctl show bot',
        value: { unit: 'bot', result: 'oom-kill', mainPid, code: '2', status: '9', exitMs: null },
      },
    });
    expect(judgeDeath(DEAD, service(4711)).how).toBe('oom_kill');
    expect(judgeDeath(DEAD, service(4712)).how).toBe('unknown');
  });

  test('what could not be read is said, and SIGKILL is only named when the rest was read', () => {
    const why = 'no permission';
    const blind: DeathEvidence = {
      ...NOTHING,
      kernel: { state: 'unreadable', source: 'journalctl -k', why },
    };
    const judged = judgeDeath(DEAD, blind);
    expect(judged.evidence).toContainEqual({
      source: 'journalctl -k',
      text: `cannot be read: ${why}`,
    });
    expect(judged.sentence).toBe('how it ended cannot be known from this evidence');
    expect(judgeDeath(DEAD, NOTHING).sentence).toMatch(/SIGKILL from outside looks like this/);
  });

  test('a ring buffer of this boot says nothing about an earlier one', () => {
    const evidence: DeathEvidence = {
      ...NOTHING,
      bootId: 'b00t-2',
      kernel: { state: 'read', source: 'dmesg', value: [] },
    };
    const told = judgeDeath({ ...DEAD, ...otherBoot }, evidence).evidence;
    expect(told).toContainEqual({ source: 'dmesg', text: 'only knows the boot of now' });
  });
});

describe('words', () => {
  test.each<[DeathEvidence, Partial<LifeFacts>, string]>([
    [kernel(OOM), {}, 'OOM kill'],
    [abort('OOMError', HEAP), {}, 'V8 heap abort'],
    [NOTHING, otherBoot, 'probably reboot'],
    [NOTHING, {}, 'unknown'],
  ])('deaths and gap say the same of one end: %#', (evidence, more, word) => {
    expect(endWord(judgeDeath({ ...DEAD, ...more }, evidence))).toBe(word);
    const next = more.next ?? DEAD.next;
    const life = { pid: 4711, bootId: BOOT, startedMs: T0, lastBeatMs: T0 + 60_000 };
    const after = { bootId: next?.bootId ?? null, startedMs: next?.startedMs ?? 0 };
    expect(howItDied(run(1, life), run(2, after), { evidence, words: null }).how).toBe(word);
  });

  test('the lock is a witness only of the newest life', () => {
    const said = (next: LifeFacts['next']): string =>
      judgeDeath({ ...DEAD, next }, null)
        .evidence.map(({ text }) => text)
        .join();
    expect(said(DEAD.next)).toBe('no end was noted before the next life began');
    expect(said(null)).toBe('no end was noted, and it does not hold the lock');
  });
});
