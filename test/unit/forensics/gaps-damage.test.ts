/** Parts of a journal that cannot be read, and journals that others wrote. */
import { describe, expect, test } from 'vitest';
import { TradectlError } from '../../../src/domain/errors.ts';
import { readGaps } from '../../../src/forensics/gaps.ts';
import { CUT } from '../../../src/forensics/journal-source.ts';
import { gapsOf, HEALTHY } from '../../support/gaps-of.ts';
import {
  hashOf,
  logLine,
  mark,
  marks,
  MINUTE,
  run,
  T0,
  toldJournal,
} from '../../support/told-journal.ts';

describe('damage and other people’s journals', () => {
  test('a part that cannot be read is named, and the rest is still walked', () => {
    const fail = (): Error =>
      new TradectlError('STORE_CORRUPT', 'database disk image is malformed');
    const { findings, events } = gapsOf({
      marks: marks(1, 3000),
      unreadable: [1500, 1501],
      fail,
      log: [],
      mark: { state: 'read', seq: 3000, hash: hashOf(3000) },
    });
    expect(findings.map(({ kind, from_seq: from, to_seq: to }) => [kind, from, to])).toEqual([
      ['unreadable', 1500, 1501],
    ]);
    expect(events).toBe(2998);
  });

  test('ids of another program are no count of lost events, and its log is compared by name', () => {
    const named = (seq: number, positionId: string) =>
      mark(seq, { type: 'position_created', positionId, link: 'unhashed', hash: null });
    const { findings, unknown } = gapsOf({
      kind: 'foreign',
      marks: [named(10, '1275'), named(11, '1318'), named(40, '1277')],
      log: ['1275', '1277', '1400'].map((positionId, at) =>
        logLine(null, {
          type: 'position_created',
          positionId,
          timeMs: T0 + (at * 20 + 10) * MINUTE,
        }),
      ),
      mark: { state: 'none', why: 'it wrote none' },
    });
    expect(findings.map(({ kind, text }) => [kind, text.slice(0, 60)])).toEqual([
      ['no_event', 'a log line tells of an event that the journal does not have:'],
      ['no_log_line', 'position_created of position 1318 (event 11) has no line in '],
      ['missing_events', 'no event has an id from 12 to 39 (28 ids): a gap between ids'],
    ]);
    expect(unknown.join('\n')).toContain('this log names only position_created');
    expect(unknown.join('\n')).toContain('whether events after 40 were committed: it wrote none');
  });

  test('the first event of a late batch is as late, though nothing before it tells when it was recorded', () => {
    const at = T0 + 70 * MINUTE;
    const untimed = [1, 2].map((seq) => mark(seq, { tsMs: T0 + 50 * MINUTE, recordedMs: null }));
    const batch = [9, 10, 11].map((seq) =>
      mark(seq, { type: 'FILL', tsMs: seq === 10 ? null : T0 + seq * MINUTE, recordedMs: at }),
    );
    const { findings } = gapsOf({
      kind: 'foreign',
      runs: [],
      log: [],
      marks: [...untimed, ...batch],
      mark: { state: 'none', why: '-' },
    });
    const batched = findings.find(({ kind }) => kind === 'late_events');
    expect(batched).toMatchObject({ from_seq: 9, to_seq: 11, count: 2, from_ms: T0 + 9 * MINUTE });
    expect(batched?.text).toContain(
      'events 9 to 11 (2 of them) were recorded up to 1h 1m after happening',
    );
  });

  test('a copy has no mark, no log and no lock: none of them is missing, all of them are unknown', () => {
    const { findings, unknown } = gapsOf({
      isHome: false,
      log: [],
      runs: [run(1, { endedMs: T0, endReason: CUT })],
      mark: { state: 'none', why: 'a copy has no high-water mark' },
    });
    expect(findings).toEqual([]);
    expect(unknown).toEqual([
      'whether events after 10 were committed: a copy has no high-water mark',
      'whether pid 1001 died or runs still: it had not ended in this copy, which has no lock',
      'which events have a line in the log: a copy has none beside it, --log names one',
    ]);
  });

  test.each([
    ['the end', [1, 2, 3, 4, 5, 6, 7, 8], 'the process ended before it wrote them, or the log was'],
    [
      'one of them',
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      'event 10 has no log line: the process ended before it wrote it',
    ],
    [
      'in between',
      [1, 2, 5, 6, 7, 8, 9, 10],
      'later ones have: the lines were removed, or the log',
    ],
  ])('lines that are not there, %s: only what is known is said', (_, logged, said) => {
    const { findings } = gapsOf({ log: logged.map((seq) => logLine(seq)) });
    expect(findings.map(({ text }) => text).join()).toContain(said);
  });

  test('an empty journal is said to tell nothing', () => {
    const { findings, unknown } = gapsOf({
      marks: [],
      runs: [],
      log: [],
      mark: { state: 'none', why: '' },
    });
    expect(findings).toEqual([]);
    expect(unknown).toContain('anything about events: the journal is empty');
  });
});

test('a file that has nothing to do with the journal is not a log without a hole', () => {
  const journal = toldJournal({ ...HEALTHY, log: [logLine(null, { type: null })] });
  const options = { nowMs: T0, cursorFile: null, full: true, isHeld: false, machine: null };
  const { findings } = readGaps(journal, { ...options, logFiles: ['/etc/passwd'] });
  expect(findings).toMatchObject([{ kind: 'no_log_line', severity: 'warn', count: 1 }]);
  expect(findings[0]?.text).toContain('it was not compared');
});
