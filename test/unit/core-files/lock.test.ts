import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { homePaths, type HomePaths } from '../../../src/core/home.ts';
import {
  acquireLock,
  isRunning,
  lockState,
  runningBot,
  RUN_PURPOSE,
  type LockState,
} from '../../../src/core/lock.ts';
import { processFacts } from '../../../src/core/process-facts.ts';
import { ms } from '../../../src/domain/clock.ts';
import { TradectlError } from '../../../src/domain/errors.ts';

const HOLDER = fileURLToPath(new URL('./hold-lock.ts', import.meta.url));
const STARTED = ms(1_700_000_000_000);
const facts = processFacts('0.0.0');

let home: HomePaths;
let child: ChildProcess | null = null;
beforeEach(() => {
  home = homePaths(join(mkdtempSync(join(tmpdir(), 'tradectl-lock-')), 'home'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(join(home.dir, '..'), { recursive: true });
});

async function holdElsewhere(): Promise<ChildProcess> {
  child = spawn(process.execPath, [HOLDER, home.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

async function kill(holder: ChildProcess): Promise<void> {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

function refusal(): TradectlError {
  try {
    acquireLock(home, facts, STARTED).release();
  } catch (error) {
    if (error instanceof TradectlError) return error;
  }
  throw new Error('the lock was given');
}

describe('the lock', () => {
  test('is given, shown and given back', () => {
    expect(lockState(home)).toEqual({ held: false });
    const lock = acquireLock(home, facts, STARTED);
    expect(lockState(home)).toEqual({ held: true, owner: lock.owner });
    expect(lock.owner).toMatchObject({ pid: process.pid, started_ms: STARTED });
    expect(statSync(home.lock).mode & 0o777).toBe(0o600);
    lock.release();
    lock.release();
    expect(lockState(home)).toEqual({ held: false });
    expect(existsSync(home.lockOwner)).toBe(false);
    acquireLock(home, facts, STARTED).release();
  });

  test('a second instance is refused with pid, start time and host of the first', async () => {
    const { pid } = await holdElsewhere();
    const error = refusal();
    expect(error.code).toBe('LOCK_HELD');
    expect(error.exitCode).toBe(3);
    expect(error.message).toBe(
      `${home.dir} is in use by pid ${pid} since 2023-11-14T22:13:20.000Z on host ${facts.host}`,
    );
    expect(error.hint).toContain(`kill -TERM ${pid}`);
    expect(lockState(home)).toMatchObject({ held: true, owner: { pid } });
  });

  test('kill -9 frees it at once, 20 times, and the owner file left behind holds nothing', async () => {
    for (let round = 0; round < 20; round += 1) {
      await kill(await holdElsewhere());
      expect(existsSync(home.lockOwner)).toBe(true);
      expect(lockState(home)).toEqual({ held: false });
      acquireLock(home, facts, STARTED).release();
    }
  });

  test('reading the owner file or the state never frees it', async () => {
    await holdElsewhere();
    for (let round = 0; round < 20; round += 1) {
      readFileSync(home.lockOwner);
      lockState(home);
      expect(refusal().code).toBe('LOCK_HELD');
    }
  });

  test('the holder may ask for its own state and still hold', async () => {
    const lock = acquireLock(home, facts, STARTED);
    lockState(home);
    readFileSync(home.lockOwner);
    const other = spawn(process.execPath, [HOLDER, home.dir], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [code] = (await once(other, 'exit')) as [number];
    expect(code).not.toBe(0);
    lock.release();
  });

  test('a home that cannot be made', () => {
    acquireLock(home, facts, STARTED).release();
    const blocked = homePaths(join(home.lock, 'home'));
    expect(() => acquireLock(blocked, facts, STARTED)).toThrow(/lock\.db cannot be opened/);
    expect(() => lockState(blocked)).toThrow(/lock\.db cannot be looked at/);
  });
});

describe('the living bot', () => {
  const owner = {
    pid: 7,
    started_ms: STARTED,
    boot_id: 'boot',
    host: 'host',
    version: '0.0.0',
  };
  const byRun: LockState = { held: true, owner: { ...owner, purpose: RUN_PURPOSE } };
  const byClose: LockState = { held: true, owner: { ...owner, purpose: 'close' } };
  const nameless: LockState = { held: true, owner: null };

  test.each<[string, LockState, ReturnType<typeof runningBot>, readonly boolean[]]>([
    ['nobody holds the lock', { held: false }, 'none', [false, false]],
    ['a bot holds it', byRun, { pid: 7 }, [true, false]],
    ['a command holds it, even with the pid of the dead bot', byClose, 'none', [false, false]],
    ['somebody who has not said who: it may be any', nameless, 'starting', [true, true]],
  ])('%s', (_, lock, bot, isOfPid7And8) => {
    expect(runningBot(lock)).toEqual(bot);
    expect([7, 8].map((pid) => isRunning(runningBot(lock), pid))).toEqual(isOfPid7And8);
  });
});
