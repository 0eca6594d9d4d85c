/** `trace` as a process: on a normal home, a killed one, beside a living bot, on damage and on nothing; and its page. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeWithPositions, realTime } from '../support/living-bot.ts';
import { differences, readDocumentation } from '../support/json-documentation.ts';
import { cleanUp, document, freshHome, ROOT, tradectl } from '../support/tradectl.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const INCIDENT = join(ROOT, 'fixtures/incidents/lost-queue');

let home: string;
beforeAll(async () => {
  home = await homeWithPositions();
});
afterAll(cleanUp);

interface Trace {
  readonly verdict: readonly { rule: string; weight: string; text: string }[];
  readonly timeline: readonly { mark: string; source: string | null; late_ms: number | null }[];
  readonly positions: readonly { position_id: string }[];
}
const traced = async (ref: string, at = home): Promise<Trace> =>
  (await document(['trace', ref, '--home', at])) as unknown as Trace;
const rules = ({ verdict }: Trace): string[] => verdict.map(({ rule }) => rule);

describe('a normal home', () => {
  test('its verdict says who opened it, that it is covered, and that nothing is wrong', async () => {
    const trace = await traced('BTC');
    expect(rules(trace)).toEqual(['opened-by-bot', 'known-since', 'covered', 'open', 'all-agree']);
    expect(differences(trace, readDocumentation())).toEqual([]);
  });

  test('position, signal, order, venue order, trade and number lead to the same position', async () => {
    const { positions } = await traced('BTC');
    const { events } = {
      events: (
        await tradectl([
          'events',
          'tail',
          '--symbol',
          'BTC',
          '--since',
          '0',
          '--json',
          '--home',
          home,
        ])
      ).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, never>),
    };
    const fill = events.findLast((each) => each['type'] === 'FILL') as unknown as Record<
      string,
      string
    > & {
      payload: Record<string, string>;
    };
    const names = [
      fill['signal_id'],
      fill['client_order_id'],
      fill.payload['venue_order_id'],
      fill.payload['trade_id'],
      String(fill['seq']),
    ];
    for (const name of names) {
      expect((await traced(name!)).positions, name).toEqual(positions);
    }
  });

  test('the venue is asked only when it is told to, and agrees', async () => {
    const trace = (await document(['trace', 'BTC', '--venue', '--home', home])) as unknown as Trace;
    expect(trace.timeline.some(({ source }) => source === 'venue')).toBe(true);
    expect(trace.verdict.filter(({ weight }) => weight !== 'note')).toEqual([]);
  });

  test('a name that nothing has is refused', async () => {
    const { code, stderr } = await tradectl(['trace', 'pos-nothing', '--home', home]);
    expect(code).toBe(3);
    expect(stderr).toContain('nothing in this journal is called "pos-nothing"');
  });
});

test('beside a living bot it answers, and after a kill it names the death', async () => {
  const own = await homeWithPositions();
  const bot = await realTime(own);
  expect((await tradectl(['trace', 'BTC', '--home', own])).code).toBe(0);
  const asked = (await document(['trace', 'BTC', '--venue', '--home', own])) as unknown as Trace;
  expect(asked.timeline.some(({ source }) => source === 'venue')).toBe(true);
  bot.child.kill('SIGKILL');
  await bot.ended;
  expect(rules(await traced('BTC', own))).toContain('silent-death');
});

test('a truncated -wal that lost committed events is told by the high-water mark', async () => {
  const own = await homeWithPositions();
  const bot = await realTime(own);
  bot.child.kill('SIGKILL');
  await bot.ended;
  const wal = join(own, 'state.db-wal');
  expect(statSync(wal).size).toBeGreaterThan(0);
  truncateSync(wal, 0);
  expect(rules(await traced('BTC', own))).toContain('tail-lost');
});

test('a row that cannot be read is told like any other', async () => {
  const own = freshHome('corrupt');
  for (const file of ['state.db', 'hwm']) copyFileSync(join(home, file), join(own, file));
  const db = new Database(join(own, 'state.db'));
  db.exec('PRAGMA ignore_check_constraints=ON; DROP TRIGGER events_unchanged');
  db.exec(
    "UPDATE events SET payload = '{broken' WHERE type = 'POSITION_OPENED' AND symbol LIKE 'BTC%'",
  );
  db.close();
  const { code, stdout, stderr } = await tradectl(['trace', 'BTC', '--home', own]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('its payload cannot be read');
});

test.each([
  ['an empty home', () => freshHome('empty')],
  ['no home', () => join(freshHome('none'), 'absent')],
])('%s is refused, and stays as it is', async (_name, make) => {
  const own = make();
  const { code, stderr } = await tradectl(['trace', 'BTC', '--home', own]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/does not exist|no bot has run/);
  expect(existsSync(join(own, 'state.db'))).toBe(false);
});

describe('the page', () => {
  const write = (file: string, ...more: string[]) =>
    tradectl(['trace', 'BTC', '--html', file, '--home', home, ...more]);

  test('replaces a page of its own after a yes, and no other file whatever is said', async () => {
    const dir = freshHome('page');
    const page = join(dir, 'trace.html');
    expect((await write(page)).code).toBe(0);
    expect((await write(page)).code).toBe(3);
    expect((await write(page, '--yes')).code).toBe(0);
    const file = join(dir, 'mine.html');
    writeFileSync(file, '<!doctype html>mine');
    const refused = await write(file, '--yes');
    expect([refused.code, readFileSync(file, 'utf8')]).toEqual([3, '<!doctype html>mine']);
    expect(refused.stderr).toContain('name another file');
  });

  test('never goes into the home, nor over the database that is asked', async () => {
    const own = await homeWithPositions();
    const link = join(freshHome('links'), 'away');
    symlinkSync(own, link);
    const before = readFileSync(join(own, 'state.db'));
    for (const [file, at] of [
      [join(own, 'state.db'), own],
      [join(own, 'new.html'), own],
      [join(link, 'new.html'), own],
      [join(own, 'new.html'), link],
    ] as const) {
      const refused = await tradectl(['trace', 'BTC', '--html', file, '--yes', '--home', at]);
      expect([refused.code, refused.stderr], file).toEqual([3, expect.stringContaining('home')]);
    }
    expect(readFileSync(join(own, 'state.db')).equals(before)).toBe(true);
    expect(existsSync(join(own, 'new.html'))).toBe(false);
    const db = join(freshHome('incident'), 'incident.db');
    writeFileSync(db, 'a database');
    const refused = await tradectl(['trace', 'BTC', '--db', db, '--html', db, '--yes']);
    expect([refused.code, readFileSync(db, 'utf8')]).toEqual([3, 'a database']);
  });

  test.skipIf(!existsSync(CHROMIUM))(
    `shows candles, marks and lines in a browser (skipped without ${CHROMIUM})`,
    async () => {
      const dir = freshHome('shots');
      const [own, foreign] = [join(dir, 'own.html'), join(dir, 'foreign.html')];
      const db = join(dir, 'incident.db');
      await tradectl(['trace', 'BTC', '--html', own, '--home', home]);
      const files = [
        'events.jsonl',
        'positions.csv',
        'signals.jsonl',
        'bot-log.txt',
        'notes.jsonl',
      ];
      await tradectl([
        'import-events',
        ...files.map((file) => join(INCIDENT, file)),
        '--map',
        join(INCIDENT, 'map.toml'),
        '--db',
        db,
      ]);
      await tradectl(['trace', 'RSRUSDT', '--db', db, '--html', foreign]);
      const shots = join(ROOT, 'coverage', 'screenshots');
      mkdirSync(shots, { recursive: true });
      const { chromium } = await import('playwright-core');
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      try {
        const context = await browser.newContext({ offline: true });
        const look = async (file: string, width: number) => {
          const page = await context.newPage();
          const wrong: string[] = [];
          page.on('console', (message) => wrong.push(message.text()));
          page.on('pageerror', (error) => wrong.push(error.message));
          await page.setViewportSize({ width, height: 900 });
          await page.goto(pathToFileURL(file).href);
          const drawn =
            await page.evaluate<Record<string, { title?: string; text?: string }[]>>(
              'window.trace',
            );
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
          await page.screenshot({
            path: join(shots, `${file === own ? 'own' : 'foreign'}-${width}.png`),
          });
          expect([wrong, wide]).toEqual([[], width]);
          return { drawn, text: await page.innerText('body') };
        };
        const { drawn, text } = await look(own, 1200);
        expect(drawn['candles']!.length).toBeGreaterThan(20);
        expect(drawn['marks']!.map((mark) => mark.text)).toContain('entry 0.0145');
        expect(drawn['lines']!.map((line) => line.title)).toEqual(['entry']);
        expect(drawn['segments']!.map((segment) => segment.title)).toEqual([
          'stop',
          'TP1',
          'TP2',
          'TP3',
        ]);
        expect(text).toContain('The bot opened it');
        await look(own, 390);
        const incident = await look(foreign, 390);
        expect(incident.drawn['candles']).toEqual([]);
        expect(incident.drawn['prices']!.length).toBeGreaterThan(0);
        expect(incident.text).toContain('last sign of life of process 10893, no end noted');
      } finally {
        await browser.close();
      }
    },
  );
});
