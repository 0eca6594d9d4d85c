import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveHalt, haltOf, readHalts, writeHalt } from '../../../src/core/halt-files.ts';
import { homePaths, type HomePaths } from '../../../src/core/home.ts';
import { ms } from '../../../src/domain/clock.ts';
import type { HaltKind } from '../../../src/domain/trading-state.ts';

let home: HomePaths;
beforeEach(() => {
  home = homePaths(mkdtempSync(join(tmpdir(), 'tradectl-halt-')));
});
afterEach(() => rmSync(home.dir, { recursive: true }));

const halt = (kind: HaltKind, setMs = 1_000): ReturnType<typeof haltOf> =>
  haltOf({ kind, reason: `because of ${kind}`, findings: ['f'], setMs: ms(setMs), setBy: 'test' });
const ids = (): string[] => readHalts(home).map((each) => each.halt.id);
const CLEARED = ms(Date.UTC(2023, 4, 6, 7, 8, 9));

describe('halt files', () => {
  test('no file, no home: nothing stands', () => {
    expect(readHalts(home)).toEqual([]);
    expect(readHalts(homePaths(join(home.dir, 'absent')))).toEqual([]);
  });

  test('a halt is one readable object; the kill switch has its own file', () => {
    const operator = halt('operator');
    const kill = halt('kill', 2_000);
    writeHalt(home, operator);
    writeHalt(home, kill);
    expect(JSON.parse(readFileSync(home.haltFile, 'utf8'))).toEqual(operator);
    expect(JSON.parse(readFileSync(home.killFile, 'utf8'))).toEqual(kill);
    expect(readHalts(home)).toEqual([
      { halt: operator, file: home.haltFile },
      { halt: kill, file: home.killFile },
    ]);
    expect(readdirSync(home.dir).sort()).toEqual(['halt_state.json', 'kill_switch_state.json']);
  });

  test('a second halt never replaces the first; each is cleared by its id', () => {
    const first = halt('margin_utilization', 1_000);
    const second = halt('equity_drawdown', 2_000);
    const third = halt('margin_utilization', 3_000);
    for (const each of [first, second, third, second]) writeHalt(home, each);
    expect(ids()).toEqual([first.id, second.id, third.id]);
    const archived = archiveHalt(home, first.id, CLEARED);
    expect(archived).toContain(`2023-05-06T07-08-09.000Z-margin_utilization-${first.id}.json`);
    expect(JSON.parse(readFileSync(archived, 'utf8'))).toEqual(first);
    expect(ids()).toEqual([second.id, third.id]);
    expect(() => archiveHalt(home, first.id, CLEARED)).toThrow(/no halt "halt-.*" stands/);
    writeHalt(home, halt('operator', 4_000));
    expect(ids()).toHaveLength(3);
  });

  test('equal facts are one halt', () => {
    expect(halt('kill').id).toBe(halt('kill').id);
    expect(halt('kill').id).not.toBe(halt('kill', 2_000).id);
  });

  test.each([
    ['empty', ''],
    ['cut', '{"schema":"tradectl.halt/1","id":"halt-1'],
    ['another schema', '{"schema":"other/1"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an unknown kind', JSON.stringify({ ...halt('kill'), kind: 'whim' })],
    ['no findings', JSON.stringify({ ...halt('kill'), findings: null })],
  ])('a file that is %s halts, and can be cleared like any', (_name, text) => {
    writeFileSync(home.haltFile, text);
    const [standing] = readHalts(home);
    expect(standing?.halt).toMatchObject({ kind: 'halt_file_unreadable', scope: 'entries' });
    expect(standing?.halt.reason).toContain('halt_state.json cannot be read');
    expect(ids()).toEqual([standing?.halt.id]);
    const other = halt('operator', 9_999_999_999_999);
    writeHalt(home, other);
    expect(ids()).toEqual([standing?.halt.id, other.id]);
    const archived = archiveHalt(home, standing?.halt.id ?? '', CLEARED);
    expect(readFileSync(archived, 'utf8')).toBe(text);
    expect(ids()).toEqual([other.id]);
  });

  test('a folder in place of the file halts too', () => {
    mkdirSync(home.killFile);
    expect(readHalts(home)[0]?.halt.reason).toMatch(
      /kill_switch_state\.json cannot be read: EISDIR/,
    );
  });

  test('what a killed writer left beside is no halt', () => {
    writeFileSync(`${home.haltFile}.123.tmp`, '{');
    expect(readHalts(home)).toEqual([]);
  });
});
