/** A journal as a file: copies of it that are looked at by themselves, and one that the disk destroyed in part. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { change, gap, json, text, verify } from '../support/journal-commands.ts';
import { homeWithPositions, realTime } from '../support/living-bot.ts';
import { cleanUp, freshHome, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

describe('a copy that backup made', () => {
  test('is read as our own journal; what only a home has is unknown, and commands name the file', async () => {
    const home = await homeWithPositions();
    const copy = join(freshHome('copy'), 'it is a copy.db');
    mkdirSync(join(copy, '..'), { recursive: true });
    expect((await text(['backup', copy], home)).code).toBe(0);
    const holes = await gap(home, '--db', copy);
    expect(holes).toMatchObject({ exit: 0, findings: [], source_kind: 'own', log_lines: 0 });
    expect(holes.unknown.join()).toContain('a copy has no high-water mark');
    const verified = await verify(home, '--db', copy, '--fold');
    expect(verified).toMatchObject({ exit: 0, verified: true, folded: holes.events });
    const asked = await text(['query', 'open-positions', '--db', copy], home);
    expect(asked.code).toBe(0);
    const symbol = asked.stdout.split('\n')[1]?.split(' ')[0] ?? '';
    const traced = await text(['trace', symbol, '--db', copy], home);
    expect(traced).toMatchObject({ code: 0 });
    expect(traced.stdout).toContain('Cannot be known from a copy');
    change(home, 'UPDATE events SET payload = \'{"reason":"other"}\' WHERE seq = 100');
    expect((await text(['backup', `${copy}.2`], home)).code).toBe(1);
    const [broken] = (await gap(home, '--db', `${copy}.2`)).findings;
    expect(broken?.repair).toBe(`tradectl trace 100 --db '${copy}.2'`);
  });

  test('one made beside a living bot says nothing of its death, the journal of a home is no copy', async () => {
    const home = await homeWithPositions();
    const bot = await realTime(home);
    const copy = `${home}.db`;
    expect((await text(['backup', copy], home)).code).toBe(0);
    bot.child.kill('SIGTERM');
    await bot.ended;
    const holes = await gap(home, '--db', copy);
    expect(holes).toMatchObject({ exit: 0, findings: [] });
    expect(holes.unknown.join()).toContain(`whether pid ${bot.child.pid} died or runs still`);
    const refused = await text(['events', 'gap', '--db', join(home, 'state.db')], home);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain(`--home ${home}`);
  });
});

describe("another bot's incident", () => {
  test('each command that its findings suggest works as it is typed', async () => {
    const folder = join(import.meta.dirname, '../../fixtures/incidents/lost-queue');
    const db = `${freshHome('incident')}.db`;
    const files = ['events.jsonl', 'positions.csv', 'signals.jsonl', 'bot-log.txt', 'notes.jsonl'];
    const named = files.map((file) => join(folder, file));
    const map = ['--map', join(folder, 'map.toml'), '--db', db];
    expect(await tradectl(['import-events', ...named, ...map])).toMatchObject({ code: 0 });
    const home = freshHome('none');
    const { findings, unknown } = await gap(home, '--db', db);
    const all = [...findings, ...(await verify(home, '--db', db)).findings];
    for (const command of new Set(all.map(({ repair }) => repair))) {
      expect(command).toMatch(/^tradectl .* --db /);
      const [, ...args] = command.split(' ');
      expect((await tradectl(args)).code, command).toBe(0);
    }
    // Written at 15:07:18 and happened at 14:07:15: the first of them is as late as those behind it.
    const late = findings.find(({ kind }) => kind === 'late_events');
    expect(late).toMatchObject({ from_seq: 785_193, count: 4 });
    expect(unknown.join()).toContain('how late 9 events were recorded: they carry one time only');
  });
});

describe('a part that the disk destroyed', () => {
  test('no command takes a page that the disk destroyed for a bug of ours', async () => {
    const home = await homeWithPositions();
    // A start asks for the last tier of each market: the page is one that every command meets.
    const tiers = await text(['events', 'tail', '--type', 'MARKET_TIER', '--limit', '1'], home);
    const seq = tiers.stdout.split(' ')[0] ?? '';
    const { event } = await json<{ event: { hash: string } }>(['events', 'show', seq], home);
    const file = join(home, 'state.db');
    const bytes = readFileSync(file);
    const page = Math.floor(bytes.indexOf(event.hash) / 4096) * 4096;
    bytes.fill(0xff, page, page + 4096);
    writeFileSync(file, bytes);
    const copy = `${home}.db`;
    copyFileSync(file, copy);
    const [holes] = (await gap(home, '--db', copy)).findings;
    expect(holes).toMatchObject({
      kind: 'unreadable',
      repair: `tradectl events verify --db ${copy}`,
    });
    for (const [command, exit] of [
      ['events stats', 5],
      [`events show ${seq}`, 5],
      ['events tail --since 0', 5],
      [`trace ${seq}`, 5],
      ['query late-events', 5],
      ['events gap --venue', 1],
      ['events verify --fold', 1],
      ['deaths', 0],
      ['logs', 0],
      ['reconcile --dry-run', 5],
      ['run --cycles 2000', 5],
    ]) {
      const { code, stderr } = await text(String(command).split(' '), home);
      expect(code, `${command}\n${stderr}`).toBe(exit);
    }
  });
});
