/** The verdict on our own journal: one small life per rule, and what its trace must and must not say. */
import { afterEach, describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import { ownEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import { withLog } from '../../../src/forensics/trace/with-log.ts';
import { epochIn } from '../../../src/forensics/verdict/origin.ts';
import type { Evidence } from '../../../src/forensics/verdict/statement.ts';
import { verdictOf } from '../../../src/forensics/verdict/verdict.ts';
import { span } from '../../../src/forensics/verdict/words.ts';
import {
  closedEvent,
  fillEvent,
  journalHome,
  NOTE,
  type JournalHome,
} from '../../support/journal-home.ts';
import {
  adjustedEvent,
  blockedEvent,
  importedEvent,
  retiredEvent,
} from '../../support/repair-events.ts';
import {
  accepted,
  covered,
  died,
  doubt,
  find,
  logLine,
  rejected,
  said,
  smallLife,
  started,
  stop,
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

describe('our own journal', () => {
  test.each<[string, readonly (readonly NewEvent[] | 'open')[], string, RegExp]>([
    ['opened by the bot', ['open', [covered]], 'opened-by-bot', /The bot opened it \(long 10/],
    ['nothing wrong', ['open', [covered]], 'all-agree', /Nothing is missing/],
    [
      'found at the venue',
      [[importedEvent('pos-1')]],
      'imported',
      /The bot did not open it: it found it at the venue/,
    ],
    [
      'retired',
      ['open', [covered], [retiredEvent('pos-1')]],
      'retired',
      /without a fill \(orphan\).*profit is not known/,
    ],
    [
      'closed',
      [
        'open',
        [covered],
        [
          fillEvent({ trade: 'x', position: 'pos-1', side: 'sell', role: 'stop' }),
          closedEvent('pos-1'),
        ],
      ],
      'closed',
      /It closed at .* by stop_loss/,
    ],
    [
      'in doubt, then answered',
      ['open', [covered], [stop], [doubt], [accepted]],
      'doubt-resolved',
      /was in doubt .* 1\.0 s later it was known: order accepted/,
    ],
    [
      'in doubt still',
      ['open', [covered], [stop], [doubt]],
      'still-in-doubt',
      /Nothing since says what became of it/,
    ],
    [
      'refused',
      ['open', [covered], [stop], [rejected]],
      'refused',
      /order rejected by the venue: too small/,
    ],
    [
      'changed without a fill',
      ['open', [covered], [adjustedEvent('pos-1', '7')]],
      'adjusted',
      /10 to 7, without a fill/,
    ],
    [
      'blocked',
      ['open', [covered], [blockedEvent('drift.size')]],
      'blocked',
      /Entries were blocked/,
    ],
    [
      'a death meanwhile',
      [[started], 'open', [covered], [died, started]],
      'silent-death',
      /died without a word: it gave its last sign of life .* event 4/,
    ],
  ])('%s', (_name, life, rule, sentence) => {
    expect(find(lived(...life), rule)?.text).toMatch(sentence);
  });

  test('of several positions each sentence says which it is of', () => {
    const evidence = lived('open', [covered]);
    const two = {
      ...evidence,
      positions: [...evidence.positions, ...evidence.positions].map((row, at) => ({
        ...row,
        positionId: at === 0 ? row.positionId : 'pos-2',
      })),
    };
    const all = verdictOf(two).filter(({ rule }) => rule !== 'all-agree');
    for (const { text } of all) expect(text).toMatch(/[Pp]osition pos-[12]/);
  });

  test('what was looked at is said, and what was not', () => {
    const evidence = lived('open', [covered]);
    const looked = (of: Evidence): string | undefined => find(of, 'all-agree')?.text.split('. ')[1];
    const log = { lines: 1, understood: null, namedUnread: [], fromMs: 0, toMs: 1, says: [] };
    const venue = { takenMs: 0, positions: [], stops: null, fills: [], books: [], coming: [] };
    expect(looked(evidence)).toBe(
      'Looked at: journal and registry; the venue was not asked (--venue); no log was read (--log).',
    );
    const all = { ...evidence, symbols: [], log, venue } as unknown as Evidence;
    expect(looked(all)).toBe('Looked at: journal, registry, log and venue.');
    expect(looked({ ...evidence, isCopy: true })).toBe(
      'Looked at: journal and registry; no log was read (--log).',
    );
  });

  test('what has no part in it is not said', () => {
    const rules = verdictOf(lived('open', [covered])).map(({ rule }) => rule);
    expect(rules).toEqual(['opened-by-bot', 'known-since', 'covered', 'open', 'all-agree']);
  });

  test('every sentence but the last rests on something that can be looked up', () => {
    const evidence = lived(
      [started],
      'open',
      [covered],
      [uncovered],
      [stop],
      [doubt],
      [died, started],
    );
    const bare = verdictOf(evidence).filter((each) => each.evidence.length === 0);
    expect(bare.map(({ rule }) => rule)).toEqual([]);
    for (const { source } of verdictOf(evidence).flatMap((each) => each.evidence)) {
      expect(source).toMatch(/^(journal \d+|registry)$/);
    }
  });

  test('an event without its line in the log that was read is named; one from before the log is not', () => {
    const evidence = lived('open', [covered], [uncovered]);
    expect(
      said(withLog(evidence, [logLine(3), logLine(5)])).find((each) => each.startsWith('unlogged')),
    ).toMatch(/1 event of these have no line in the log that was read \(4\)/);
    expect(said(withLog(evidence, [logLine(5)])).some((each) => each.startsWith('unlogged'))).toBe(
      false,
    );
  });
});

test('a row that lost a part of its size shows what is open and what was entered', () => {
  const part = fillEvent({ trade: 'x', position: 'pos-1', side: 'sell', quantity: '4' });
  const stands = find(lived('open', [covered], [part]), 'open');
  expect(stands?.text).toMatch(/long 6 at/);
  expect(stands?.evidence[0]?.quote).toMatch(/^open long 6 of 10 entered at/);
});

test('each life has the pid of the run whose start it is, also beside a run that wrote nothing', () => {
  home = journalHome();
  for (const event of [started, NOTE, started, NOTE]) home.journal.append([event]);
  const life = (pid: number, last: number | null, ended: number | null): void => {
    home.db
      .prepare(
        `INSERT INTO runs(run_id, boot_id, pid, host, version, node, started_ms, last_beat_ms, last_seq, ended_ms, end_reason)
         VALUES ('r', 'b', ?, 'h', '1', '24', 1, 1, ?, ?, ?)`,
      )
      .run(pid, last, ended, ended === null ? null : 'signal');
  };
  life(11, 2, 5);
  life(12, null, null);
  life(13, 4, 9);
  const asked = { ref: '1', all: false, asOfMs: home.clock.now() };
  expect(ownEvidence(home.dir, asked).lives.map(({ pid }) => pid)).toEqual([11, 13]);
});

describe('figures in sentences', () => {
  test.each([
    [157, '157 ms'],
    [16_692, '16.7 s'],
    [2_263_902, '37m 44s'],
    [3_602_902, '1h 0m 3s'],
    [439_199_844, '5d 2h'],
  ])('%i ms is %s', (milliseconds, expected) => {
    home = journalHome();
    expect(span(milliseconds)).toBe(expected);
  });

  test.each([
    ['open_position_4869992_1760785632.851694', 1_760_785_632_851],
    ['run-1760785632', 1_760_785_632_000],
    ['sig-749cc8badab4dcc7', null],
    ['order-17607856328516', null],
    [null, null],
  ])('the clock in %s', (id, expected) => {
    home = journalHome();
    expect(epochIn(id)).toBe(expected);
  });
});
