/** The views, the saved questions and the page about them are one and the same. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForQuery, type Db } from '../../../src/core/database.ts';
import { refusedStatement, refusedText } from '../../../src/core/query-guard.ts';
import { viewSql } from '../../../src/core/query-view.ts';
import { STATE_VIEWS } from '../../../src/core/state-views.ts';
import { SAVED_QUERIES } from '../../../src/forensics/saved-queries.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  openLong,
  SOL,
} from '../../support/journal-home.ts';

const page = readFileSync(new URL('../../../docs/query.md', import.meta.url), 'utf8');

/** Rows of the first table after a heading: name and meaning. */
function tableAfter(heading: string): string[] {
  const [, section = ''] = page.split(`${heading}\n`);
  return section
    .split(/\n#+ /)[0]!
    .split('\n')
    .flatMap((line) => {
      const [, name, about] = /^\| `([^`]+)` +\| (.+?) +\|$/.exec(line) ?? [];
      return name === undefined ? [] : [`${name}: ${about!.replaceAll('\\|', '|')}`];
    });
}

const said = ({ name, about }: { name: string; about: string }): string => `${name}: ${about}`;

test.each(STATE_VIEWS.map((view) => [view.name, view] as const))(
  '%s is documented column by column',
  (name, view) => {
    expect(tableAfter(`### ${name}`)).toEqual(view.columns.map(said));
  },
);

test('the page has no view that does not exist', () => {
  expect([...page.matchAll(/^### (\S+)$/gm)].map(([, name]) => name)).toEqual(
    STATE_VIEWS.map(({ name }) => name),
  );
});

test('every saved question is documented, and passes the guard', () => {
  expect(tableAfter('## Saved questions')).toEqual(SAVED_QUERIES.map(said));
  expect(SAVED_QUERIES.map(({ sql }) => refusedText(sql))).toEqual(SAVED_QUERIES.map(() => null));
});

let home: ReturnType<typeof journalHome>;
let db: Db;
beforeEach(() => {
  home = journalHome();
  openLong(home.journal, 'pos-1');
  openLong(home.journal, 'pos-2', SOL);
  const exit = { symbol: SOL, position: 'pos-2', side: 'sell' as const, role: 'stop' as const };
  home.journal.append([
    fillEvent({ ...exit, trade: 'x', purpose: 'stop_loss' }),
    closedEvent('pos-2', SOL),
  ]);
  home.journal.append([intent({ id: 'entry-3', signal: 'sig-3', symbol: SOL })]);
  db = openForQuery(home.file, (opened) => {
    for (const view of STATE_VIEWS) opened.exec(viewSql(view));
  });
});
afterEach(() => {
  db.close();
  home.remove();
});

const ask = (sql: string): Record<string, unknown>[] =>
  db.prepare<[], Record<string, unknown>>(sql).all();

test.each(STATE_VIEWS.map((view) => [view.name, view] as const))(
  '%s has the columns it says, in order, and can be asked',
  (name, view) => {
    const statement = db.prepare(`SELECT * FROM ${name}`);
    expect(statement.columns().map((column) => column.name)).toEqual(
      view.columns.map((column) => column.name),
    );
    expect(refusedStatement(statement)).toBeNull();
    expect(() => statement.all()).not.toThrow();
  },
);

test.each(SAVED_QUERIES.map(({ name, sql }) => [name, sql]))('%s can be asked', (_name, sql) => {
  expect(() => ask(sql)).not.toThrow();
});

test('an open position without a live stop is uncovered by all it holds, a closed one by nothing', () => {
  expect(ask('SELECT position_id, live_stops, uncovered FROM v_positions ORDER BY 1')).toEqual([
    { position_id: 'pos-1', live_stops: 0, uncovered: 10 },
    { position_id: 'pos-2', live_stops: 0, uncovered: null },
  ]);
  expect(ask(SAVED_QUERIES.find(({ name }) => name === 'unprotected-now')!.sql)).toHaveLength(1);
});

test('times are ISO beside their milliseconds, decimals are the text that is stored', () => {
  const [fill] = ask('SELECT ts, ts_ms, price, typeof(price) AS kind FROM v_fills LIMIT 1');
  expect(fill!['ts']).toBe('2023-11-14T22:13:20.000Z');
  expect(fill!['ts_ms']).toBe(1_700_000_000_000);
  expect(fill!['kind']).toBe('text');
});

test('nothing can be written, not even a temporary table', () => {
  expect(() => db.exec('CREATE TEMP TABLE x (a)')).toThrow(/readonly/);
});
