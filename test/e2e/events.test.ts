/**
 * The commands about the journal, through the real program: on a healthy home, beside a living bot, after a
 * dead one, on a write-ahead log that lost its tail, on rows that a hand or the disk changed, on nothing.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { GapDocument } from '../../src/forensics/gap-finding.ts';
import { cutLastCommits } from '../support/cut-wal.ts';
import { change, gap, json, kinds, text, verify } from '../support/journal-commands.ts';
import { homeWithPositions, realTime } from '../support/living-bot.ts';
import { cleanUp, freshHome, start, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

/** Kills a bot that trades at full speed once it is well under way. */
async function killed(home: string): Promise<void> {
  const life = start(['run', '--cycles', '3000', '--home', home]);
  const before = markOf(home);
  while (markOf(home) < before + 300) await new Promise((done) => setTimeout(done, 2));
  life.child.kill('SIGKILL');
  await life.ended;
}

function markOf(home: string): number {
  const file = join(home, 'hwm');
  return existsSync(file) ? Number(readFileSync(file, 'latin1').slice(0, 16)) : 0;
}

describe('a home that was stopped in order', () => {
  test('has no hole, and everything agrees', async () => {
    const home = await homeWithPositions();
    const before = readdirSync(home).sort();
    expect(await gap(home)).toMatchObject({ exit: 0, findings: [], verified_before_seq: 0 });
    const again = await gap(home);
    expect(again).toMatchObject({ exit: 0, verified_before_seq: again.last_seq });
    const verified = await verify(home, '--full', '--fold');
    expect(verified).toMatchObject({
      exit: 0,
      verified: true,
      findings: [],
      verified_before_seq: 0,
    });
    expect(verified.folded).toBe(verified.events);
    const added = readdirSync(home).filter((name) => !before.includes(name));
    // A reader of a write-ahead log leaves its two side files; it may not remove them.
    expect(added.filter((name) => !/-(wal|shm)$/.test(name))).toEqual(['verified']);
  });

  test('show tells the run, the lag, the neighbours and the hash of an event', async () => {
    const home = await homeWithPositions();
    const filled = await text(['events', 'tail', '--type', 'FILL', '--limit', '1'], home);
    const seq = filled.stdout.split(' ')[0] ?? '';
    const facts = await json<Record<string, unknown>>(['events', 'show', seq], home);
    expect(facts).toMatchObject({
      exit: 0,
      hash_check: 'whole',
      run: { liveness: 'ended', end_reason: 'cycles' },
      event: { type: 'FILL' },
    });
    expect(facts['related_by']).toMatch(/^position pos-/);
    const shown = await text(['events', 'show', seq], home);
    expect(shown.stdout).toContain('and is as it was committed');
    expect(shown.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('stats counts every event once', async () => {
    const home = await homeWithPositions();
    const stats = await json<{ events: number; types: { count: number }[] }>(
      ['events', 'stats'],
      home,
    );
    expect(stats.types.reduce((sum, { count }) => sum + count, 0)).toBe(stats.events);
    const shown = await text(['events', 'stats'], home);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
  });

  test('tail --since takes a number, a time and an age', async () => {
    const home = await homeWithPositions();
    const lines = async (since: string): Promise<string[]> => {
      const { stdout, code } = await text(['events', 'tail', '--since', since], home);
      expect(code).toBe(0);
      return stdout.split('\n').filter((line) => line !== '');
    };
    const all = await lines('0');
    expect((await lines(String(all.length - 3))).length).toBe(3);
    const [, newest = ''] = all.at(-1)?.split(' ') ?? [];
    const day = await lines('1d');
    expect(day.length).toBeGreaterThan(3);
    expect(day.length).toBeLessThan(all.length);
    const from = new Date(Date.parse(newest) - 86_400_000).toISOString();
    expect(await lines(from)).toEqual(day);
    const wrong = await text(['events', 'tail', '--since', 'yesterday'], home);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('an age (2h, 30m, 1d)');
  });

  test('the venue has nothing that the journal lacks', async () => {
    const home = await homeWithPositions();
    const asked = await gap(home, '--venue');
    expect(asked).toMatchObject({ exit: 0, findings: [] });
    expect(asked.venue_fills).not.toBeNull();
  });
});

describe('beside a living bot', () => {
  test('every command answers, and the bot goes on', async () => {
    const home = await homeWithPositions();
    const bot = await realTime(home);
    expect(await gap(home)).toMatchObject({ exit: 0, findings: [] });
    expect(await verify(home, '--full', '--fold')).toMatchObject({ exit: 0, findings: [] });
    // The bot asks for us: the venue is its own.
    const venue = await gap(home, '--venue');
    expect(venue).toMatchObject({ exit: 0, findings: [], unknown: [] });
    expect(venue.venue_fills).toBeGreaterThan(0);
    expect((await text(['events', 'tail'], home)).code).toBe(0);
    const { last_seq: last } = await gap(home);
    const facts = await json<{ run: unknown }>(['events', 'show', String(last)], home);
    expect(facts.run).toMatchObject({ liveness: 'alive', pid: bot.child.pid });
    expect(await json(['events', 'stats'], home)).toMatchObject({ exit: 0 });
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toMatchObject({ code: 0 });
  });

  test('while it writes as fast as it can, nothing is taken for missing', async () => {
    const home = freshHome('fast');
    const bot = start(['run', '--home', home]);
    while (markOf(home) < 50) await new Promise((done) => setTimeout(done, 5));
    const looks: GapDocument[] = [];
    for (let look = 0; look < 5; look += 1) looks.push(await gap(home, '--full'));
    const fold = await verify(home, '--full', '--fold');
    bot.child.kill('SIGTERM');
    await bot.ended;
    expect(looks.flatMap(kinds)).toEqual([]);
    expect(fold.findings).toEqual([]);
  });
});

describe('after a death', () => {
  test('the death is a hole until somebody starts, then it has an end, and its log lines are there', async () => {
    const home = freshHome('dead');
    await killed(home);
    const dead = await gap(home);
    expect(dead.exit).toBe(1);
    const death = dead.findings.find(({ kind }) => kind === 'death');
    expect(death).toMatchObject({ severity: 'fail', repair: `tradectl run --home ${home}` });
    expect(kinds(dead).filter((kind) => kind !== 'death' && kind !== 'no_log_line')).toEqual([]);
    expect((await verify(home, '--fold')).exit).toBe(0);
    await tradectl(['run', '--cycles', '2', '--home', home]);
    const after = await gap(home, '--venue');
    expect(kinds(after)).toEqual(['death']);
    const [ended] = after.findings;
    expect(ended).toMatchObject({ severity: 'warn' });
    expect(ended?.text).toContain('the next start came');
    // What the venue did meanwhile is asked in the time of the journal.
    expect(ended?.venue).not.toBeNull();
    expect(await gap(home, '--since', '999999')).toMatchObject({ exit: 0, findings: [] });
  });
});

describe('a write-ahead log that lost its tail', () => {
  test('names the lost events by the mark, and by the log lines that still tell of them', async () => {
    const home = freshHome('cut');
    await killed(home);
    const told = markOf(home);
    cutLastCommits(join(home, 'state.db-wal'));
    const document = await gap(home);
    const lost = document.findings.find(({ kind }) => kind === 'tail_lost');
    expect(document.exit).toBe(1);
    expect(lost).toMatchObject({ severity: 'fail', to_seq: told });
    expect(lost?.from_seq).toBe((document.last_seq ?? 0) + 1);
    const lines = document.findings.find(({ kind }) => kind === 'no_event');
    expect(lines?.from_seq).toBe(lost?.from_seq);
    expect(lines?.evidence).toContain('"seq":');
    expect(kinds(await verify(home))).toEqual(['tail_lost']);
    const life = await json<{ lives: object[] }>(['deaths'], home);
    expect(life.lives).toMatchObject([{ lost_from: lost?.from_seq, lost_to: told }]);
    for (const command of [
      ['events', 'stats'],
      ['events', 'tail'],
      ['events', 'show', '1'],
    ]) {
      expect(await text(command, home), command.join(' ')).toMatchObject({ code: 0 });
    }
  });
});

describe('a journal that was restored', () => {
  test('the events that went are a note with who took them; new ones with their numbers agree with the log', async () => {
    const home = await homeWithPositions();
    const copy = join(home, 'copy.db');
    await tradectl(['backup', copy, '--home', home]);
    const { last_seq: kept } = await gap(home);
    await tradectl(['run', '--cycles', '20', '--home', home]);
    const { last_seq: gone } = await gap(home);
    expect(await text(['restore', copy, '--confirm', 'paper'], home)).toMatchObject({ code: 0 });
    const first = await gap(home);
    const note = { severity: 'note', kind: 'restored', from_seq: (kept ?? 0) + 1, to_seq: gone };
    expect(first).toMatchObject({ exit: 0, findings: [note] });
    expect(first.findings[0]?.text).toContain(`restored ${copy}`);
    // The journal that went can still be asked.
    const { repair = '' } = first.findings[0] ?? {};
    const asked = await tradectl([...repair.split(' ').slice(1), '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ last_seq: gone });
    await tradectl(['run', '--cycles', '5', '--home', home]);
    expect(await gap(home)).toMatchObject({ exit: 0, findings: [note] });
    expect(await verify(home, '--full', '--fold')).toMatchObject({ exit: 0, findings: [] });
  });
});

describe('rows that somebody changed', () => {
  test('an event that was edited is found although it had been verified', async () => {
    const home = await homeWithPositions();
    expect((await verify(home)).exit).toBe(0);
    change(home, 'UPDATE events SET payload = \'{"reason":"other"}\' WHERE seq = 100');
    const found = await verify(home);
    expect(found).toMatchObject({ exit: 1, verified: false, verified_before_seq: 0 });
    expect(found.findings[0]).toMatchObject({ kind: 'broken_link', from_seq: 100 });
    expect(kinds(await gap(home))).toEqual(['broken_link']);
    expect(await text(['events', 'show', '100'], home)).toMatchObject({ code: 1 });
  });

  test('an event that is gone, and what refers to it', async () => {
    const home = await homeWithPositions();
    change(home, 'DELETE FROM events WHERE seq = (SELECT min(opened_seq) FROM positions)');
    const found = await verify(home, '--fold');
    expect(new Set(kinds(found))).toEqual(
      new Set(['missing_events', 'broken_link', 'contradiction', 'fold_differs']),
    );
    expect(await text(['events', 'show', '999999'], home)).toMatchObject({ code: 3 });
  });

  test('a payload that is no JSON is shown as damage, and the others as ever', async () => {
    const home = await homeWithPositions();
    change(home, "UPDATE events SET payload = '{broken' WHERE seq = 100");
    for (const command of [
      ['events', 'tail', '--since', '0'],
      ['events', 'stats'],
    ]) {
      expect(await text(command, home), command.join(' ')).toMatchObject({ code: 0 });
    }
    const shown = await text(['events', 'show', '100'], home);
    expect(shown.stdout).toContain('the payload cannot be parsed');
    expect((await verify(home, '--fold')).exit).toBe(1);
  });

  test('a position without the signal id its event names', async () => {
    const home = await homeWithPositions();
    change(home, 'UPDATE positions SET signal_id = NULL WHERE rowid = 1');
    const found = await verify(home);
    expect(found.exit).toBe(1);
    const [contradiction] = found.findings.filter(({ kind }) => kind === 'contradiction');
    expect(contradiction?.text).toMatch(
      /^position pos-\S+ has no signal; event \d+ names signal sig-/,
    );
  });

  test('a byte that the disk changed is found by --full, and the cursor says that it was not looked at', async () => {
    const home = await homeWithPositions();
    const before = await verify(home);
    const file = join(home, 'state.db');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"detail":"', Math.floor(bytes.length / 4)) + 2;
    expect(at).toBeGreaterThan(2);
    bytes.writeUInt8(0x44, at);
    writeFileSync(file, bytes);
    const quick = await verify(home);
    expect(quick.verified_before_seq).toBe(before.last_seq);
    expect(quick.unknown.join()).toContain('--full reads it again');
    expect(kinds(await verify(home, '--full'))).toContain('broken_link');
  });

  test('a page that the disk destroyed is named, and the rest is still walked', async () => {
    const home = await homeWithPositions();
    const { events } = await verify(home);
    const file = join(home, 'state.db');
    const bytes = readFileSync(file);
    const { event } = await json<{ event: { hash: string } }>(['events', 'show', '200'], home);
    const page = Math.floor(bytes.indexOf(event.hash) / 4096) * 4096;
    bytes.fill(0xff, page, page + 16);
    writeFileSync(file, bytes);
    const found = await verify(home, '--full');
    expect(found.exit).toBe(1);
    expect(kinds(found)).toContain('unreadable');
    expect(found.events).toBeGreaterThan(events / 2);
    const holes = await gap(home, '--full', '--venue');
    expect(holes.exit).toBe(1);
    expect(holes.findings[0]?.repair).toBe(`tradectl doctor --only database --home ${home}`);
    const folded = await text(['events', 'verify', '--full', '--fold'], home);
    expect(folded.stdout).toContain('Chain    checked as far as the file can be read');
    expect(folded.stdout).toContain('Fold     not possible: a part of the file cannot be read');
  });

  test('a cursor of another file counts for nothing', async () => {
    const home = await homeWithPositions();
    await verify(home);
    copyFileSync(join(home, 'state.db'), join(home, 'copy.db'));
    const other = freshHome('other');
    mkdirSync(other, { recursive: true });
    for (const name of ['state.db', 'hwm', 'verified', 'tradectl.log']) {
      copyFileSync(join(home, name), join(other, name));
    }
    expect(await verify(other)).toMatchObject({ exit: 0, verified_before_seq: 0 });
    writeFileSync(
      join(home, 'verified'),
      '{"schema":"tradectl.verified/1","check":"","cursor":"{}"}',
    );
    expect(await verify(home)).toMatchObject({ exit: 0, verified_before_seq: 0 });
  });
});

describe('nothing there', () => {
  const COMMANDS = [['gap'], ['verify'], ['stats'], ['tail'], ['show', '1']];

  test.each(COMMANDS)('an empty home and no home: %s', async (...command) => {
    const home = freshHome('empty');
    for (const place of [home, join(home, 'nowhere')]) {
      const ended = await text(['events', ...command], place);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toContain('no bot has run in');
    }
    expect(readdirSync(home)).toEqual([]);
  });

  test('wrong input is refused in a sentence', async () => {
    const home = await homeWithPositions();
    const shown = await text(['events', 'show', 'abc'], home);
    expect(shown).toMatchObject({ code: 2 });
    expect(shown.stderr).toContain('is not a sequence number');
    const log = await text(['events', 'gap', '--log', '/nowhere/bot.log'], home);
    expect(log).toMatchObject({ code: 2 });
    expect(log.stderr).toContain('/nowhere/bot.log');
  });
});
