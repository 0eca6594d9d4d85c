/** The log follows the journal: nothing before its commit, nothing missing after the next start. */
import {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { loggedHome, type LoggedHome } from '../../support/logged-home.ts';
import { closedEvent, NOTE, openLong, TON } from '../../support/journal-home.ts';

const made: LoggedHome[] = [];
function fresh(): LoggedHome {
  const logged = loggedHome();
  made.push(logged);
  return logged;
}
afterEach(() => made.splice(0).forEach(({ home }) => home.remove()));

describe('one life', () => {
  test('each event has a line with its seq, its hash, its market and a sentence', () => {
    const logged = fresh();
    const { journal } = logged.start();
    openLong(journal, 'pos-1');
    expect(logged.told()).toBe('1 2 3');
    const [, fill] = logged.lines();
    expect(fill?.record).toMatchObject({ level: 'info', pid: 42 });
    expect(fill?.record?.msg).toBe('TON/USD:USD: filled: buy 10 at 2, fee 0.01');
    const event = fill?.record?.event;
    expect(event).toMatchObject({ seq: 2, type: 'FILL', symbol: TON, position: 'pos-1' });
    const hash = logged.home.db.prepare('SELECT hash FROM events WHERE seq = 2').pluck().get();
    expect(String(hash).startsWith(event?.hash ?? 'none')).toBe(true);
    expect(event?.hash).toHaveLength(8);
  });

  test('a batch that is not committed has no line', () => {
    const logged = fresh();
    const { journal } = logged.start();
    const broken = { ...NOTE, payload: { finding: 1n, evidence: '' } } as unknown as typeof NOTE;
    expect(() => journal.append([NOTE, broken])).toThrow();
    journal.append([NOTE]);
    expect(logged.told()).toBe('1');
  });

  test('incident: what the journal refuses has no line, for a line is never ahead of its commit', () => {
    const logged = fresh();
    const { journal } = logged.start();
    expect(() => journal.append([NOTE, closedEvent('nobody')])).toThrow();
    expect(logged.told()).toBe('');
  });

  test('text of a venue cannot leave its line or move a cursor', () => {
    const logged = fresh();
    const { journal, log } = logged.start();
    const hostile = 'a\n\u001b[31m\u009b2J\u202eb';
    journal.append([{ type: 'FINDING', payload: { finding: 'x', evidence: hostile } }]);
    log.note('warn', hostile);
    const written = readFileSync(logged.file, 'latin1');
    expect(written.split('\n')).toHaveLength(3);
    expect([...written].filter((one) => one !== '\n' && (one < ' ' || one > '~'))).toEqual([]);
    expect(logged.lines()[1]?.record?.msg).toBe(hostile);
  });

  test('only its owner may read it', () => {
    const logged = fresh();
    logged.start().journal.append([NOTE]);
    expect(statSync(logged.file).mode & 0o777).toBe(0o600);
  });
});

describe('the next start', () => {
  test('writes what the life before did not get to, marked', () => {
    const logged = fresh();
    logged.start().journal.append([NOTE]);
    const dying = logged.home.reopen().journal;
    dying.append([NOTE, NOTE]);
    const { journal } = logged.start();
    journal.append([NOTE]);
    expect(logged.told()).toBe('1 2r 3r 4');
  });

  test('writes the line that was cut off once more', () => {
    const logged = fresh();
    logged.start().journal.append([NOTE, NOTE]);
    const whole = readFileSync(logged.file, 'utf8');
    writeFileSync(logged.file, whole.slice(0, -20));
    logged.start().journal.append([NOTE]);
    expect(logged.told()).toBe('1 2r 3');
  });

  test('finds the last event behind a flood of other lines', () => {
    const logged = fresh();
    const { journal, log } = logged.start();
    journal.append([NOTE]);
    for (let n = 0; n < 500; n += 1) log.note('warn', 'x'.repeat(500));
    logged.home.reopen().journal.append([NOTE]);
    logged.start();
    expect(logged.told()).toBe('1 2r');
  });

  test('a lost log is written again, as far as one file holds', () => {
    const logged = fresh();
    const { journal } = logged.start();
    for (let n = 0; n < 300; n += 1) journal.append([NOTE]);
    rmSync(logged.file);
    logged.start({ maxBytes: 100_000 });
    const told = logged.told().split(' ');
    expect([told[0], told.at(-1)]).toEqual(['51r', '300r']);
    expect(logged.lines()[0]?.record?.msg).toMatch(/begins here; events up to 50 are only/);
  });

  test('a log that knows more than the journal says so and goes on', () => {
    const logged = fresh();
    logged.start().journal.append([NOTE]);
    const line = readFileSync(logged.file, 'utf8').replace('"seq":1,', '"seq":9,');
    appendFileSync(logged.file, line);
    logged.start().journal.append([NOTE]);
    expect(logged.told()).toBe('1 9 2');
    const notes = logged.lines().filter(({ record }) => record?.event === null);
    expect(notes[0]?.record?.msg).toMatch(/up to 9, the journal ends at 1/);
  });

  test('a log of another journal says so, and this one is written whole', () => {
    const logged = fresh();
    logged.start().journal.append([NOTE, NOTE]);
    const other = readFileSync(logged.file, 'utf8').replaceAll(
      /"hash":".{8}"/g,
      '"hash":"00000000"',
    );
    writeFileSync(logged.file, other);
    logged.start();
    expect(logged.told()).toBe('1 2 1r 2r');
  });
});

describe('a log that cannot be written', () => {
  test('is said once, never stops the journal, and is caught up', () => {
    const logged = fresh();
    symlinkSync('/dev/full', logged.file);
    const { journal, log } = logged.start();
    journal.append([NOTE]);
    log.note('warn', 'nobody will read this');
    journal.append([NOTE]);
    expect(logged.said).toHaveLength(1);
    expect(logged.said[0]).toMatch(/cannot be written.*ENOSPC/);
    rmSync(logged.file);
    journal.append([NOTE]);
    journal.append([NOTE]);
    expect(logged.told()).toBe('1r 2r 3r 4');
    expect(logged.said).toHaveLength(2);
    const note = logged.lines().find(({ record }) => record?.event === null);
    expect(note?.record?.msg).toMatch(/written again; 1 lines that were no events are lost/);
  });

  test('one that was removed to free space is begun again', () => {
    const logged = fresh();
    const { journal } = logged.start();
    journal.append([NOTE]);
    rmSync(logged.file);
    journal.append([NOTE]);
    expect(logged.told()).toBe('2');
  });

  test('rows that the database cannot give are said and passed over', () => {
    const logged = fresh();
    const { journal, log } = logged.start();
    journal.append([NOTE]);
    logged.home.reopen().journal.append([NOTE]);
    const { db } = logged.home;
    db.exec('ALTER TABLE events RENAME COLUMN correlation_id TO gone');
    logged.open().note('info', 'still here');
    db.exec('ALTER TABLE events RENAME COLUMN gone TO correlation_id');
    log.note('info', 'the end');
    const said = logged.lines().map(({ record }) => record?.msg);
    expect(said[1]).toMatch(/^events 2 to 2 cannot be read for the log: .*correlation_id/);
    expect(said.slice(2)).toEqual(['still here', 'the end']);
  });
});

describe('rotation', () => {
  test('keeps so many files of that size, and the reader takes them in order', () => {
    const logged = fresh();
    const { journal } = logged.start({ maxBytes: 2_000, files: 3 });
    for (let n = 0; n < 60; n += 1) journal.append([NOTE]);
    const sizes = ['', '.1', '.2'].map((end) => statSync(`${logged.file}${end}`).size);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_000);
    expect(statSync(`${logged.file}.3`, { throwIfNoEntry: false })).toBeUndefined();
    const seqs = logged.told().split(' ').map(Number);
    expect(seqs.at(-1)).toBe(60);
    expect(seqs).toEqual(seqs.map((_, at) => at + (seqs[0] ?? 0)));
  });

  test('a lower count removes what is too many', () => {
    const logged = fresh();
    const first = logged.start({ maxBytes: 1_000, files: 6 });
    for (let n = 0; n < 40; n += 1) first.journal.append([NOTE]);
    expect(statSync(`${logged.file}.5`).isFile()).toBe(true);
    const second = logged.start({ maxBytes: 1_000, files: 2 });
    for (let n = 0; n < 10; n += 1) second.journal.append([NOTE]);
    expect(statSync(`${logged.file}.1`).isFile()).toBe(true);
    expect(statSync(`${logged.file}.2`, { throwIfNoEntry: false })).toBeUndefined();
  });
});
