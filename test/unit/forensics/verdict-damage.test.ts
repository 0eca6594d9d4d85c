/** The verdict on a journal that a hand has changed: what is gone is said to be gone, and nothing is made up for it. */
import { afterEach, describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import { ownEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import type { SourceLogLine } from '../../../src/forensics/journal-source.ts';
import { withLacks } from '../../../src/forensics/trace/lacked-lines.ts';
import { withLog } from '../../../src/forensics/trace/with-log.ts';
import type { Evidence } from '../../../src/forensics/verdict/statement.ts';
import { inShort } from '../../../commands/output/trace-text.ts';
import { verdictOf } from '../../../src/forensics/verdict/verdict.ts';
import { closedEvent, fillEvent, NOTE, type JournalHome, TON } from '../../support/journal-home.ts';
import {
  covered,
  find,
  logLine,
  said,
  smallLife,
  uncovered,
  type Batch,
} from '../../support/small-life.ts';

let home: JournalHome;
afterEach(() => home.remove());

function lived(...batches: readonly Batch[]): Evidence {
  const life = smallLife(...batches);
  home = life.home;
  return life.traced();
}

describe('a journal that a hand has changed', () => {
  const closed = [
    fillEvent({ trade: 'x', position: 'pos-1', side: 'sell', role: 'stop' }),
    closedEvent('pos-1'),
  ];
  const damaged = (sql: string, ...more: readonly (readonly NewEvent[])[]): Evidence => {
    lived('open', [covered], ...more);
    home.db.exec('PRAGMA ignore_check_constraints=ON; PRAGMA foreign_keys=OFF');
    home.db.exec('DROP TRIGGER events_unchanged; DROP TRIGGER events_kept');
    home.db.exec(sql);
    return ownEvidence(home.dir, { ref: 'pos-1', all: false, asOfMs: home.clock.now() });
  };

  test.each<[string, string, readonly (readonly NewEvent[])[], string, RegExp]>([
    [
      'a protection taken away',
      "DELETE FROM events WHERE type = 'POSITION_PROTECTED'",
      [[NOTE]],
      'events-missing',
      /Number 4 is missing from the journal, 1 event between events 3 and 5\. Event 5 does not follow .* taken away/,
    ],
    [
      'a close taken away, the row says closed',
      "DELETE FROM events WHERE type = 'POSITION_CLOSED'",
      [closed],
      'row-differs',
      /events of position pos-1 come to cannot be told beyond event 5, so nothing proves its row/,
    ],
    [
      'nothing that is left tells of a stop',
      "DELETE FROM events WHERE type = 'POSITION_PROTECTED'",
      [[NOTE]],
      'never-covered',
      /whether one did cannot be known from this evidence/,
    ],
    [
      'another price in a fill',
      `UPDATE events SET payload = replace(payload, '"price":"2"', '"price":"3"') WHERE type = 'FILL'`,
      [],
      'event-changed',
      /Event 2 \(FILL\) is not what was committed/,
    ],
    [
      'another price in a fill, and the row',
      `UPDATE events SET payload = replace(payload, '"price":"2"', '"price":"3"') WHERE type = 'FILL'`,
      [],
      'row-differs',
      /entry_price is "2", its events say "3"/,
    ],
    [
      'a fill without words',
      "UPDATE events SET payload = '{}' WHERE type = 'FILL'",
      [],
      'event-unreadable',
      /What event 2 \(FILL\) says cannot be read/,
    ],
    [
      'a fill that is no object',
      `UPDATE events SET payload = '"FILL"' WHERE type = 'FILL'`,
      [],
      'event-unreadable',
      /What event 2 \(FILL\) says cannot be read/,
    ],
  ])('%s', (_name, sql, ...[more, rule, sentence]) => {
    const evidence = damaged(sql, ...more);
    expect(find(evidence, rule)?.text).toMatch(sentence);
    const rules = verdictOf(evidence).map((each) => each.rule);
    expect(rules).not.toContain('all-agree');
    const quotes = evidence.entries.map(({ quote }) => quote);
    expect([...said(evidence), ...quotes].join('\n')).not.toMatch(/undefined|NaN/);
  });

  test.each([
    ["UPDATE positions SET quantity = 'abc'", /quantity is "abc"/],
    ["UPDATE positions SET realized_pnl = 'abc'", /realized_pnl is "abc"/],
  ])('after %s the row is no fact', (sql, difference) => {
    const evidence = damaged(sql);
    const sentences = said(evidence).join('\n');
    expect(sentences).not.toMatch(/It is open|opened it \(long/);
    expect(find(evidence, 'row-doubted')?.text).toMatch(/^Its row says "open long/);
    expect(find(evidence, 'row-differs')?.text).toMatch(difference);
    expect(inShort(verdictOf(evidence))).toBe('In short: 1 contradiction.');
  });

  test('a number that was taken away is answered with what stands beside it and what the log kept', () => {
    lived('open', [covered], [NOTE]);
    home.db.exec('DROP TRIGGER events_kept; DELETE FROM events WHERE seq = 4');
    const asked = { ref: '4', all: false, asOfMs: home.clock.now() };
    const evidence = ownEvidence(home.dir, asked);
    expect(find(evidence, 'number-missing')?.evidence.map(({ source }) => source)).toEqual([
      'journal 3',
      'journal 5',
    ]);
    expect(find(evidence, 'events-missing')?.text).toMatch(/between events 3 and 5/);
    const logged = withLog(evidence, [{ ...logLine(4), text: 'position protected, stop at 1.9' }]);
    expect(find(logged, 'number-missing')?.text).toMatch(/The log has its line: .*stop at 1\.9/);
    const beyond = { ...asked, ref: '99' };
    expect(() => ownEvidence(home.dir, beyond)).toThrow('nothing in this journal is called "99"');
  });

  test('a line of the log whose event the journal lacks, or has otherwise, is quoted', () => {
    const evidence = lived('open', [covered]);
    const opened = { text: '{"at":"2023-11-14T22:13:20.000Z","position":"pos-1"}', symbol: TON };
    const beside = (line: SourceLogLine): Evidence =>
      withLacks({ home: home.dir, file: null }, (lacks) => withLog(evidence, [line], lacks));
    const hash8 = String(
      home.db.prepare('SELECT hash FROM events WHERE seq = 3').pluck().get(),
    ).slice(0, 8);
    expect(find(beside(logLine(3, { ...opened, hash8 })), 'only-in-log')).toBeUndefined();
    for (const line of [
      logLine(9, { ...opened, hash8 }),
      logLine(3, { ...opened, hash8: 'aaaaaaaa' }),
    ]) {
      const told = beside(line);
      expect(find(told, 'only-in-log')?.text).toContain(
        `1 line of the log tells of an event that the journal does not have (${line.seq})`,
      );
      expect(find(told, 'only-in-log')?.command).toBe('tradectl events gap --log tradectl.log');
      expect(find(told, 'all-agree')).toBeUndefined();
      // The clock of the bot, not the one of the wall.
      const drawn = told.entries.find(({ source }) => source.kind === 'log');
      expect(drawn?.atMs).toBe(1_700_000_000_000);
    }
  });

  test('a hole far from what is told is left to another command, and that is said', () => {
    lived('open', [covered]);
    for (let at = 0; at < 21; at += 1) home.journal.append(Array<NewEvent>(500).fill(NOTE));
    home.journal.append([uncovered]);
    home.journal.append([covered]);
    home.db.exec('DROP TRIGGER events_kept; DELETE FROM events WHERE seq BETWEEN 5000 AND 5005');
    const asked = { ref: 'pos-1', all: false, asOfMs: home.clock.now() };
    const { gaps, proof } = ownEvidence(home.dir, asked);
    expect([gaps, proof?.isWhole]).toEqual([[], false]);
  });
});
