/** Every kind of hole, from a journal told in a few words: one row, one hole. */
import { describe, expect, test } from 'vitest';
import { gapsOf, holes } from '../../support/gaps-of.ts';
import {
  hashOf,
  logLine,
  mark,
  marks,
  restored,
  MINUTE,
  run,
  T0,
  type ToldJournal,
} from '../../support/told-journal.ts';

const ENDED =
  '{"time":"2023-11-14T22:23:20.000Z","level":"info","pid":1001,"seq":10,"hash":"00000010","type":"RUN_ENDED","msg":"run ended in order (signal)"}';
const AGAIN = 'c'.repeat(64);
const again = (seq: number) => mark(seq, { hash: AGAIN });
const lineAgain = (seq: number) =>
  logLine(seq, { hash8: AGAIN.slice(0, 8), timeMs: T0 + 11 * MINUTE });
const at = (seq: number) => ({ state: 'read', seq, hash: hashOf(seq) }) as const;

const broken = (seq: number) => mark(seq, { link: 'broken' });

describe('a journal, its mark, its log and its lives', () => {
  test('a healthy one has no hole and nothing unknown', () => {
    const { findings, unknown, events } = gapsOf({});
    expect({ findings, unknown, events }).toEqual({ findings: [], unknown: [], events: 10 });
  });

  test.each<[string, Partial<ToldJournal>, string[]]>([
    [
      'numbers missing, the chain broken there',
      { marks: [...marks(1, 4), broken(7), ...marks(8, 10)] },
      // The lines of the log still tell what they were.
      ['fail missing_events 5-6', 'fail no_event 5-6', 'fail broken_link 7-7'],
    ],
    [
      'numbers left out by a start that said so',
      {
        marks: [...marks(1, 4), mark(7), mark(8, { type: 'JOURNAL_TAIL_LOST' }), ...marks(9, 10)],
        log: [1, 2, 3, 4, 7, 8, 9, 10].map((seq) => logLine(seq)),
      },
      ['note missing_events 5-6'],
    ],
    [
      'log lines of a lost tail that a start told of',
      {
        marks: [...marks(1, 4), mark(7), mark(8, { type: 'JOURNAL_TAIL_LOST' }), ...marks(9, 10)],
      },
      ['note missing_events 5-6'],
    ],
    [
      'log lines of events that a restore took, nothing written since',
      { marks: marks(1, 6), mark: at(6), restores: [restored()] },
      ['note restored 7-10'],
    ],
    [
      'other events with numbers that a restore took away',
      {
        marks: [...marks(1, 6), ...[7, 8].map(again)],
        mark: { state: 'read', seq: 8, hash: AGAIN },
        restores: [restored()],
        log: [...marks(1, 10).map(({ seq }) => logLine(seq)), ...[7, 8].map(lineAgain)],
      },
      ['note restored 7-10'],
    ],
    [
      'a line of before the restore is not the line of the event that has its number now',
      {
        marks: [...marks(1, 6), again(7)],
        mark: { state: 'read', seq: 7, hash: AGAIN },
        restores: [restored()],
      },
      ['warn no_log_line 7-7', 'note restored 7-10'],
    ],
    [
      'a line that was written after the restore is not explained by it',
      {
        marks: marks(1, 6),
        mark: at(6),
        restores: [restored()],
        log: [...marks(1, 6).map(({ seq }) => logLine(seq)), lineAgain(7)],
      },
      ['fail no_event 7-7', 'note restored 7-10'],
    ],
    [
      'a line beyond what the restore took is not explained by it',
      {
        marks: marks(1, 6),
        mark: at(6),
        restores: [restored({ replacedSeq: 9 })],
      },
      ['fail no_event 10-10', 'note restored 7-9'],
    ],
    [
      'a restore of another journal explains every line of the one that went',
      {
        marks: [1, 2].map(again),
        mark: { state: 'read', seq: 2, hash: AGAIN },
        restores: [restored({ relation: 'other', headSeq: 2 })],
        log: [...marks(1, 10).map(({ seq }) => logLine(seq)), ...[1, 2].map(lineAgain)],
      },
      ['note restored 1-10'],
    ],
    [
      'a restore that lost nothing is no hole',
      { restores: [restored({ relation: 'newer', headSeq: 10, replacedSeq: 6 })] },
      [],
    ],
    [
      'the first events are gone',
      { marks: marks(3, 10), log: marks(3, 10).map(({ seq }) => logLine(seq)) },
      ['fail missing_events 1-2'],
    ],
    [
      'an event was changed',
      { marks: [...marks(1, 4), broken(5), ...marks(6, 10)] },
      ['fail broken_link 5-5'],
    ],
    [
      'the tail is shorter than the mark',
      { mark: { state: 'read', seq: 12, hash: hashOf(12) } },
      ['fail tail_lost 11-12'],
    ],
    [
      'the mark saw another event',
      { mark: { state: 'read', seq: 10, hash: 'b'.repeat(64) } },
      ['fail mark_broken 10-10'],
    ],
    [
      'the mark cannot be read',
      { mark: { state: 'unreadable', why: 'not a line' } },
      ['warn mark_broken null-null'],
    ],
    [
      'events without a line at the end',
      { log: marks(1, 8).map(({ seq }) => logLine(seq)) },
      ['warn no_log_line 9-10'],
    ],
    [
      'events without a line in between',
      { log: [1, 2, 3, 6, 7, 8, 9, 10].map((seq) => logLine(seq)) },
      ['warn no_log_line 4-5'],
    ],
    [
      'lines without an event',
      { log: [...marks(1, 10).map(({ seq }) => logLine(seq)), logLine(11), logLine(12)] },
      ['fail no_event 11-12'],
    ],
    [
      'lines of another history',
      { log: marks(1, 10).map(({ seq }) => logLine(seq, seq > 8 ? { hash8: 'ffffffff' } : {})) },
      ['fail log_differs 9-10'],
    ],
    [
      'lines written again by a later start',
      {
        log: [...marks(1, 10), ...marks(8, 10)].map(({ seq }, at) =>
          logLine(seq, { isReplayed: at > 9 }),
        ),
      },
      [],
    ],
    [
      'a death nobody followed',
      { runs: [run(1, { lastSeq: 10, lastBeatMs: T0 + 10 * MINUTE })] },
      ['fail death 10-null'],
    ],
    [
      'an end in order that only the log still has',
      {
        runs: [run(1, { lastSeq: 10, lastBeatMs: T0 + 9 * MINUTE })],
        log: [
          ...marks(1, 9).map(({ seq }) => logLine(seq)),
          logLine(10, { text: ENDED, type: 'RUN_ENDED' }),
        ],
      },
      ['note death 10-null'],
    ],
    [
      'a death and the start after it',
      {
        marks: [
          ...marks(1, 5),
          mark(6, { type: 'PREVIOUS_RUN_DIED', recordedMs: T0 + 60 * MINUTE }),
        ],
        mark: { state: 'read', seq: 6, hash: hashOf(6) },
        log: marks(1, 6).map(({ seq }) => logLine(seq)),
        runs: [
          run(1, { lastSeq: 4, lastBeatMs: T0 + 5 * MINUTE }),
          run(2, {
            startedMs: T0 + 60 * MINUTE,
            lastSeq: 6,
            endedMs: T0 + 61 * MINUTE,
            endReason: 'signal',
          }),
        ],
      },
      ['warn death 5-6'],
    ],
  ])('%s', (_, told, expected) => {
    expect(holes(told)).toEqual(expected);
  });

  test('what a living bot is about to write is not missing yet', () => {
    const alive = [run(1, { isAlive: true, lastBeatMs: T0 + 20 * MINUTE })];
    const pending = { runs: alive, log: marks(1, 9).map(({ seq }) => logLine(seq)) };
    expect(holes(pending, true)).toEqual([]);
    const ahead = { runs: alive, mark: { state: 'read', seq: 12, hash: hashOf(12) } as const };
    expect(holes(ahead, true)).toEqual([]);
  });

  test('a living bot that gives no sign is stuck', () => {
    const stuck = [run(1, { isAlive: true, lastBeatMs: T0 + 10 * MINUTE, lastSeq: 10 })];
    expect(holes({ runs: stuck }, true)).toEqual(['fail no_heartbeat 10-null']);
  });
});

describe('time', () => {
  const rest = { log: [], mark: { state: 'none', why: '-' } as const };
  const kinds = (told: Partial<ToldJournal>): string[] =>
    holes({ ...rest, ...told }).filter((hole) => !hole.includes('mark_broken'));

  test('silence is many usual intervals without a heartbeat in one life', () => {
    const late = marks(8, 12).map((each) =>
      mark(each.seq, { recordedMs: T0 + (each.seq + 30) * MINUTE }),
    );
    expect(kinds({ marks: [...marks(1, 7), ...late] })).toEqual(['warn silence 7-8']);
  });

  test('the time between two lives is no silence', () => {
    const start = mark(8, { type: 'RUN_STARTED', recordedMs: T0 + 60 * MINUTE });
    const later = marks(9, 12).map((each) =>
      mark(each.seq, { recordedMs: T0 + (each.seq + 60) * MINUTE }),
    );
    const ended = mark(7, { type: 'RUN_ENDED' });
    expect(kinds({ marks: [...marks(1, 6), ended, start, ...later] })).toEqual([]);
  });

  test('an event that waited while others were recorded was held somewhere', () => {
    const held = mark(9, { type: 'FILL', tsMs: T0 + 5 * MINUTE });
    const { findings } = gapsOf({ ...rest, marks: [...marks(1, 8), held, mark(10)] });
    const late = findings.find(({ kind }) => kind === 'late_events');
    expect(late).toMatchObject({ severity: 'warn', from_seq: 9, count: 1, evidence: 'FILL' });
    expect(late?.text).toContain('4m after happening');
  });

  test('what happened while nothing ran is told by the next start, and that is a note', () => {
    const start = mark(6, { type: 'RUN_STARTED', recordedMs: T0 + 60 * MINUTE });
    const learned = mark(7, { type: 'FILL', tsMs: T0 + 30 * MINUTE, recordedMs: T0 + 60 * MINUTE });
    const told = { marks: [...marks(1, 4), mark(5, { type: 'RUN_ENDED' }), start, learned] };
    expect(kinds(told)).toEqual(['note late_events 7-7']);
  });

  test('a batch of late events is one finding', () => {
    const at = T0 + 70 * MINUTE;
    const batch = [11, 12, 13].map((seq) =>
      mark(seq, { type: 'FILL', tsMs: T0 + MINUTE, recordedMs: at }),
    );
    expect(kinds({ marks: [...marks(1, 10), ...batch] })).toEqual(['warn late_events 11-13']);
  });
});
