import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Db } from '../../../src/core/database.ts';
import { openInbox, openInboxBeside, waitForAnswer } from '../../../src/core/inbox.ts';
import { processFacts } from '../../../src/core/process-facts.ts';
import {
  beat,
  endRun,
  previousDeath,
  recentRuns,
  silentFor,
  startRun,
} from '../../../src/core/runs.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../../src/core/schema.ts';
import { ms, virtualClock, type Clock } from '../../../src/domain/clock.ts';
import type { RunId } from '../../../src/domain/ids.ts';

let dir: string;
let state: string;
let db: Db;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-operations-'));
  state = join(dir, 'state.db');
  db = openDatabase(state, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: 250,
  });
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true });
});

describe('runs', () => {
  const facts = processFacts('1.2.3');
  const runId = 'run-a' as RunId;
  const end = {
    reason: 'finished',
    seq: 9,
    wallMs: ms(12.7),
    cpuMs: ms(3.2),
    rssMaxBytes: 5,
  } as const;

  test('the first start finds no death; a clean end leaves none', () => {
    expect(previousDeath(db)).toBeNull();
    const life = startRun(db, runId, facts, ms(1_000));
    endRun(db, life, { ...end, nowMs: ms(2_000) });
    expect(previousDeath(db)).toBeNull();
    expect(recentRuns(db, 5)).toMatchObject([
      {
        life,
        pid: process.pid,
        endedMs: 2_000,
        endReason: 'finished',
        lastSeq: 9,
        wallMs: 13,
        cpuMs: 3,
      },
    ]);
  });

  test('a life without an end is found dead with its last facts, and counted', () => {
    const dead = startRun(db, runId, facts, ms(1_000));
    beat(db, dead, { nowMs: ms(5_000), rssBytes: 77, seq: 42 });
    const death = previousDeath(db);
    expect(death).toMatchObject({
      life: dead,
      runId,
      startedMs: 1_000,
      lastBeatMs: 5_000,
      lastRssBytes: 77,
      lastSeq: 42,
      host: facts.host,
      pidStarttime: facts.pidStarttime,
    });
    expect(silentFor(death!, ms(8_000))).toBe(3_000);
    const life = startRun(db, runId, facts, ms(9_000));
    endRun(db, life, { ...end, nowMs: ms(9_500) });
    expect(previousDeath(db)).toBeNull();
  });
});

describe('inbox', () => {
  const command = {
    postedMs: ms(1_000),
    postedBy: { uid: 1000, tty: 'pts/3', pid: 77 },
    command: 'close',
    arguments: { symbol: 'TON/USD:USD', dry_run: false },
  };
  const done = { outcome: 'done', result: { closed: '1.5' } } as const;

  /** A clock on which `act` runs while the poster sleeps. */
  const clockThat = (act: () => void): Clock => {
    const clock = virtualClock(ms(0));
    return {
      ...clock,
      sleep: (duration) => {
        act();
        return clock.sleep(duration);
      },
    };
  };

  test('a command goes round across two connections', async () => {
    const bot = openInbox(db);
    const beside = openInboxBeside(state);
    const id = beside.inbox.post(command);
    expect(beside.inbox.answerOf(id)).toBeNull();
    const clock = clockThat(() => {
      for (const taken of bot.take()) {
        expect(taken).toEqual({ id, ...command });
        bot.answer(taken.id, done);
      }
    });
    expect(await waitForAnswer(beside.inbox, id, clock, { timeoutMs: ms(5_000) })).toEqual(done);
    expect(bot.take()).toEqual([]);
    beside.db.close();
  });

  test('commands are taken once, oldest first; equal ones are two', () => {
    const inbox = openInbox(db);
    const posted = [3, 1, 1].map((at) => inbox.post({ ...command, postedMs: ms(at) }));
    expect(new Set(posted).size).toBe(3);
    expect(inbox.take().map((taken) => taken.id)).toEqual([posted[1], posted[2], posted[0]]);
    expect(inbox.take()).toEqual([]);
  });

  test('a command nobody takes is withdrawn when its poster gives up', async () => {
    const inbox = openInbox(db);
    const id = inbox.post(command);
    const answer = await waitForAnswer(inbox, id, virtualClock(ms(0)), { timeoutMs: ms(1_000) });
    expect(answer).toMatchObject({ outcome: 'failed', code: 'STORE_BUSY' });
    expect(inbox.take()).toEqual([]);
    expect(inbox.withdraw(id)).toBe(false);
  });

  test('Ctrl-C while nobody has taken it: withdrawn at once', async () => {
    const inbox = openInbox(db);
    const id = inbox.post(command);
    const signal = AbortSignal.abort();
    const how = { timeoutMs: ms(60_000), signal };
    expect(await waitForAnswer(inbox, id, virtualClock(ms(0)), how)).not.toBeNull();
    expect(inbox.take()).toEqual([]);
  });

  test('a command that was taken is never withdrawn: its outcome is unknown until told', async () => {
    const inbox = openInbox(db);
    const id = inbox.post(command);
    inbox.take();
    expect(
      await waitForAnswer(inbox, id, virtualClock(ms(0)), { timeoutMs: ms(1_000) }),
    ).toBeNull();
    inbox.answer(id, done);
    expect(inbox.answerOf(id)).toEqual(done);
  });

  test('what a dead bot left is failed by the next, not executed', () => {
    const inbox = openInbox(db);
    const taken = inbox.post(command);
    inbox.take();
    const waiting = inbox.post(command);
    expect(inbox.failAbandoned()).toBe(2);
    expect(inbox.answerOf(taken)).toMatchObject({
      code: 'APPLY_INCOMPLETE',
      message: 'failed: the bot died while it executed the command',
    });
    expect(inbox.answerOf(waiting)).toMatchObject({ outcome: 'failed', code: 'NOT_FOUND' });
    expect(inbox.take()).toEqual([]);
    expect(inbox.failAbandoned()).toBe(0);
  });

  test('posting never makes a database', () => {
    expect(() => openInboxBeside(join(dir, 'absent.db'))).toThrow(/absent\.db does not exist/);
  });

  test('posting never migrates the file under a bot of an older version', () => {
    db.pragma('user_version=0');
    expect(() => openInboxBeside(state)).toThrow(/has schema 0, this tradectl reads schema/);
    expect(db.pragma('user_version', { simple: true })).toBe(0);
  });
});
