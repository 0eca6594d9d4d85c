/** A real home, looked at before and after somebody wrote into it past the rules. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openOwnJournal } from '../../../src/forensics/own-journal.ts';
import { sinceSeq } from '../../../src/forensics/since-seq.ts';
import { verifyJournal, type VerifyDocument } from '../../../src/forensics/verify-journal.ts';
import { ms } from '../../../src/domain/clock.ts';
import { damage } from '../../support/damaged-home.ts';
import { journalHome, NOTE, openLong, SOL, type JournalHome } from '../../support/journal-home.ts';

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
  openLong(home.journal, 'pos-1');
  openLong(home.journal, 'pos-2', SOL);
});
afterEach(() => home.remove());

const cursor = (): string => join(home.dir, 'verified');

function verify(full = false): VerifyDocument {
  const journal = openOwnJournal(home.dir);
  try {
    return verifyJournal(journal, {
      nowMs: 1,
      cursorFile: cursor(),
      full,
      isHeld: false,
      fold: journal.fold,
    });
  } finally {
    journal.close();
  }
}

const said = ({ findings }: VerifyDocument): string[] => findings.map(({ text }) => text);

describe('the cursor', () => {
  test('goes on where the last look stopped', () => {
    expect(verify()).toMatchObject({ verified: true, events: 6, verified_before_seq: 0 });
    home.journal.append([NOTE, NOTE]);
    expect(verify()).toMatchObject({ verified: true, events: 8, verified_before_seq: 6 });
    expect(verify(true)).toMatchObject({ verified: true, events: 8, verified_before_seq: 0 });
  });

  test('incident: rows edited by hand behind the back of a check are found by the next one', () => {
    verify();
    damage(home, "UPDATE events SET payload = '{}' WHERE seq = 3");
    const found = verify();
    expect(found).toMatchObject({ verified: false, verified_before_seq: 0 });
    expect(said(found)[0]).toContain('event 3 (POSITION_OPENED) does not continue the hash chain');
  });

  test.each([
    ['half a file', (text: string) => text.slice(0, 40)],
    ['a changed number', (text: string) => text.replace('\\"events\\":6', '\\"events\\":5')],
    ['nothing', () => ''],
  ])('%s counts for nothing', (_, spoilt) => {
    verify();
    writeFileSync(cursor(), spoilt(readFileSync(cursor(), 'utf8')));
    expect(verify()).toMatchObject({ verified: true, verified_before_seq: 0 });
  });

  test('that cannot be written is done without', () => {
    const journal = openOwnJournal(home.dir);
    const cursorFile = join(home.dir, 'nowhere', 'verified');
    const options = { nowMs: 1, full: false, isHeld: false, fold: null };
    expect(verifyJournal(journal, { ...options, cursorFile }).verified).toBe(true);
    expect(existsSync(cursorFile)).toBe(false);
    journal.close();
  });
});

describe('tables against events', () => {
  test('incident RSRUSDT: a position whose signal is NULL against the event that names it', () => {
    damage(home, "UPDATE positions SET signal_id = NULL WHERE position_id = 'pos-1'");
    expect(said(verify())).toEqual([
      'position pos-1 has no signal; event 3 names signal sig-pos-1',
      'fold of all events: positions pos-1: signal_id is null, its events say "sig-pos-1"; reconcile mends what is open, of what is over only a backup has it right',
    ]);
  });

  test.each([
    [
      'a position that no event explains',
      "UPDATE positions SET opened_seq = 99 WHERE position_id = 'pos-1'",
      'position pos-1 says event 99 opened it; there is none',
    ],
    [
      'an order whose intent is gone',
      "UPDATE orders SET intent_seq = 98 WHERE client_order_id = 'entry-pos-2'",
      'of orders names an event that is not in events',
    ],
    [
      'a cause that is not there',
      'UPDATE events SET causation_seq = -5 WHERE seq = 6',
      'event 6 says event -5 caused it; there is none',
    ],
  ])('%s', (_, sql, expected) => {
    damage(home, sql);
    expect(said(verify()).join('\n')).toContain(expected);
  });
});

test('a moment is a place in the journal', () => {
  const at = (minutes: number): number => 1_700_000_000_000 + minutes * 60_000;
  for (const minute of [10, 20, 30]) {
    home.clock.advanceTo(ms(at(minute)));
    home.journal.append([NOTE]);
  }
  const journal = openOwnJournal(home.dir);
  const places = [
    { atMs: 0 },
    { atMs: at(10) },
    { atMs: at(15) },
    { atMs: at(99) },
    { ageMs: 10 * 60_000 },
    { seq: 3 },
  ].map((since) => sinceSeq(journal, since));
  expect(places).toEqual([0, 6, 7, 9, 7, 3]);
  journal.close();
});
