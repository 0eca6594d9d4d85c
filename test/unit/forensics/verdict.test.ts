/** The verdict on our own journal: one small life per rule, and what its trace must and must not say. */
import { afterEach, describe, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { ClientOrderId, PositionId } from '../../../src/domain/ids.ts';
import { decimal, text } from '../../../src/domain/decimal.ts';
import { ownEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import { withLog } from '../../../src/forensics/trace/with-log.ts';
import { epochIn } from '../../../src/forensics/verdict/origin.ts';
import type { Evidence, Statement } from '../../../src/forensics/verdict/statement.ts';
import { verdictOf } from '../../../src/forensics/verdict/verdict.ts';
import { span } from '../../../src/forensics/verdict/words.ts';
import {
  closedEvent,
  intent,
  journalHome,
  NOTE,
  openLong,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';
import { fillEvent } from '../../support/journal-home.ts';
import {
  adjustedEvent,
  blockedEvent,
  importedEvent,
  retiredEvent,
} from '../../support/repair-events.ts';

let home: JournalHome;
afterEach(() => home.remove());

const position = 'pos-1' as PositionId;
const of = (type: string, payload: object, more: object = {}): NewEvent =>
  ({ type, symbol: TON, positionId: position, payload, ...more }) as unknown as NewEvent;
const covered = of('POSITION_PROTECTED', { unprotected_ms: 210, stop_price: text(decimal('1.9')) });
const uncovered = of('POSITION_UNPROTECTED', {
  since_ms: 1,
  covered: '4',
  quantity: '10',
  why: 'its stop was cancelled by hand',
});
const doubt = of(
  'ORDER_IN_DOUBT',
  { evidence: 'no answer in 10 s' },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
const stop = intent({ id: 'stop-1', role: 'stop', position: 'pos-1' });
const accepted = of(
  'ORDER_ACCEPTED',
  { venue_order_id: 'v-1', server_ms: null },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
const rejected = of(
  'ORDER_REJECTED',
  { reason: 'too small' },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
const started = of(
  'RUN_STARTED',
  {
    venue: 'paper',
    mode: 'paper',
    feed_digest: null,
    config_digest: 'x',
    head_seq: 0,
    resumed: false,
    equity: null,
  },
  { symbol: null, positionId: null },
);
const died = of(
  'PREVIOUS_RUN_DIED',
  { last_seq: 4, last_event_ms: 1_700_000_000_000 },
  { symbol: null, positionId: null },
);

/** Each batch is one decision, a second after the one before. */
function lived(...batches: readonly (readonly NewEvent[] | 'open')[]): Evidence {
  home = journalHome();
  for (const batch of batches) {
    if (batch === 'open') openLong(home.journal, 'pos-1');
    else home.journal.append([...batch]);
    home.clock.advanceTo(ms(home.clock.now() + 1_000));
  }
  return ownEvidence(home.dir, { ref: 'pos-1', all: false, asOfMs: home.clock.now() });
}
const logLine = (seq: number) => ({
  file: 'tradectl.log',
  line: seq,
  timeMs: 1,
  seq,
  hash8: null,
  type: null,
  symbol: TON,
  positionId: null,
  pid: 1,
  isReplayed: false,
  text: '',
});
const said = (evidence: Evidence): string[] =>
  verdictOf(evidence).map(({ rule, text: sentence }) => `${rule}: ${sentence}`);
const find = (evidence: Evidence, rule: string): Statement | undefined =>
  verdictOf(evidence).find((each) => each.rule === rule);

describe('our own journal', () => {
  test.each<[string, readonly (readonly NewEvent[] | 'open')[], string, RegExp]>([
    ['opened by the bot', ['open', [covered]], 'opened-by-bot', /The bot opened it \(long 10/],
    [
      'covered all the time',
      ['open', [covered]],
      'covered',
      /A stop at 1\.9 covered all of it .* 210 ms after it opened, until now/,
    ],
    ['nothing wrong', ['open', [covered]], 'all-agree', /Nothing is missing/],
    ['never covered', ['open'], 'never-covered', /No stop has covered it since it opened/],
    [
      'an alarm that stands',
      ['open', [covered], [uncovered]],
      'uncovered-now',
      /stops cover 4 of 10 since .* by hand/,
    ],
    [
      'an alarm that ended',
      ['open', [covered], [uncovered], [covered]],
      'uncovered-then',
      /for 1\.0 s, stops covered 4 of 10/,
    ],
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

  test.each([
    ['no stop', [], /^No stop stands at the venue for long 0\.01 of TON/],
    ['a stop', [{ symbol: TON, quantity: '0.01', stopPrice: '1' }], /lists stops .* 0\.01 at 1\./],
    ['orders that cannot be read', null, /cannot be known .* could not be read/],
  ])('a position that only the venue has, with %s', (_name, stops, sentence) => {
    home = journalHome();
    home.journal.append([NOTE]);
    const request = { ref: '1', all: false, asOfMs: home.clock.now() };
    const positions = [{ symbol: TON, side: 'long', quantity: '0.01' }];
    const asked = { takenMs: home.clock.now(), positions, stops };
    const venue = { ...asked, books: [], fills: [], coming: [] };
    const evidence = { ...ownEvidence(home.dir, request), symbols: [TON], venue };
    expect(find(evidence, 'stranger-protected')?.text).toMatch(sentence);
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
