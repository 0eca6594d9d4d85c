/** `import-events` as a process: nothing understood, a kill in the middle, a bot that goes on writing, a damaged database. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { homeWithPositions, realTime, until } from '../support/living-bot.ts';
import { cleanUp, document, freshHome, ROOT, start, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

const INCIDENT = join(ROOT, 'fixtures/incidents/lost-queue');
const FILES = ['events.jsonl', 'positions.csv', 'signals.jsonl', 'bot-log.txt', 'notes.jsonl'];

/** The incident of the lost queue in a database of its own. */
async function imported(): Promise<string> {
  const db = join(freshHome('import'), 'incident.db');
  const files = FILES.map((file) => join(INCIDENT, file));
  const map = join(INCIDENT, 'map.toml');
  expect((await tradectl(['import-events', ...files, '--map', map, '--db', db])).code).toBe(0);
  return db;
}

test('a file without one row that is understood is no success', async () => {
  const base = freshHome('import');
  const file = `${base}-events.jsonl`;
  writeFileSync(file, 'nothing\nof use\n');
  const { code, stderr } = await tradectl(['import-events', file, '--db', `${base}.db`]);
  expect(stderr).toMatch(/no row was understood \(2 kept beside, line 1: is not JSON/);
  expect(code).toBe(1);
});

test('killed in the middle of a file, nothing of it is there; the next import has it whole', async () => {
  const dir = freshHome('killed');
  const [file, db] = [join(dir, 'events.jsonl'), join(dir, 'incident.db')];
  const ROWS = 150_000;
  const row = (id: number): string =>
    `{"id":${id},"event_type":"tick","created_at":"2025-10-18 14:07:15","text":"${'x'.repeat(60)}"}\n`;
  writeFileSync(file, Array.from({ length: ROWS }, (_, at) => row(at + 1)).join(''));
  const running = start(['import-events', file, '--db', db]);
  const isWriting = (): boolean =>
    existsSync(`${db}-wal`) && statSync(`${db}-wal`).size > 2_000_000;
  await until(() => Promise.resolve(isWriting()));
  running.child.kill('SIGKILL');
  await running.ended;
  const held = (): unknown => {
    const open = new Database(db, { readonly: true });
    const counts = open.prepare(
      'SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM files)',
    );
    const found = counts.raw().get();
    open.close();
    return found;
  };
  expect(held()).toEqual([0, 0]);
  expect((await tradectl(['import-events', file, '--db', db])).code).toBe(0);
  expect(held()).toEqual([ROWS, 1]);
}, 60_000);

test('what a living bot goes on writing is imported again and replaces itself; its home is not touched', async () => {
  const home = await homeWithPositions();
  const bot = await realTime(home);
  const dir = freshHome('beside');
  const [events, db] = [join(dir, 'events.jsonl'), join(dir, 'copy.db')];
  const args = ['events', 'tail', '--since', '0', '--json', '--home', home];
  const bring = async () => {
    writeFileSync(events, (await tradectl(args)).stdout);
    return document(['import-events', events, join(home, 'tradectl.log'), '--db', db]);
  };
  const before = readdirSync(home);
  expect(await bring()).toMatchObject({ files: [{ outcome: 'imported' }, { kind: 'log' }] });
  bot.child.kill('SIGTERM');
  await bot.ended;
  expect(await bring()).toMatchObject({ files: [{ outcome: 'replaced', bad_rows: 0 }, {}] });
  const told = await tradectl(['trace', 'BTC/USD:USD', '--db', db]);
  expect([told.code, told.stderr]).toEqual([0, '']);
  expect(
    readdirSync(home).filter((name) => !before.includes(name) && /import|copy/.test(name)),
  ).toEqual([]);
}, 60_000);

describe('a damaged incident', () => {
  test('whose log of writes was cut answers with what was committed to the file', async () => {
    const db = await imported();
    if (existsSync(`${db}-wal`)) truncateSync(`${db}-wal`, 0);
    expect((await tradectl(['trace', 'RSRUSDT', '--db', db])).code).toBe(0);
  });

  test.each([
    ["UPDATE positions SET targets = '{broken' WHERE position_id = '1318'"],
    ["UPDATE events SET raw = '{broken' WHERE seq = 785194"],
    ['UPDATE events SET ts_ms = 1000000000000000000 WHERE seq = 785193'],
    ['UPDATE events SET recorded_ms = 1000000000000000000 WHERE seq = 785193'],
    ['UPDATE positions SET symbol = NULL, ts_ms = NULL'],
  ])('with a row that was changed by hand is told all the same: %s', async (sql) => {
    const db = await imported();
    const open = new Database(db);
    open.exec(`PRAGMA ignore_check_constraints = ON; ${sql}`);
    open.close();
    for (const args of [
      ['trace', 'RSRUSDT'],
      ['events', 'gap'],
      ['events', 'verify'],
    ]) {
      const { code, stderr } = await tradectl([...args, '--db', db]);
      expect([0, 1], `${args.join(' ')}: ${stderr}`).toContain(code);
    }
  });

  test('of which a page is gone says to import it again', async () => {
    const db = await imported();
    const bytes = readFileSync(db);
    writeFileSync(db, bytes.subarray(0, Math.floor(bytes.length / 3)));
    for (const args of [
      ['trace', 'RSRUSDT'],
      ['import-events', join(INCIDENT, 'events.jsonl')],
    ]) {
      const { code, stderr } = await tradectl([...args, '--db', db]);
      expect([code, stderr]).toEqual([5, expect.stringContaining('can be imported again')]);
    }
  });
});

test('an incident that is not there is no home without a bot', async () => {
  const db = join(freshHome('none'), 'incident.db');
  const { code, stderr } = await tradectl(['trace', 'RSRUSDT', '--db', db]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('tradectl import-events FILE...')]);
  expect(existsSync(db)).toBe(false);
});
