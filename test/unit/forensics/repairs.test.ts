/** The command of a finding does something about it: it is never the one that was just run. */
import { expect, test } from 'vitest';
import { EMPTY_REGISTRY } from '../../../src/core/fold.ts';
import type { GapDocument } from '../../../src/forensics/gap-finding.ts';
import { readGaps } from '../../../src/forensics/gaps.ts';
import { verifyJournal } from '../../../src/forensics/verify-journal.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import {
  hashOf,
  logLine,
  mark,
  marks,
  MINUTE,
  run,
  T0,
  toldJournal,
  type ToldJournal,
} from '../../support/told-journal.ts';

const LOGGED: ToldJournal = {
  marks: marks(1, 10),
  log: marks(1, 10).map(({ seq }) => logLine(seq)),
  mark: { state: 'read', seq: 10, hash: hashOf(10) },
};

function gapsOf(told: ToldJournal): GapDocument {
  const options = { logFiles: null, cursorFile: null, full: false, isHeld: false, machine: null };
  return readGaps(toldJournal({ ...LOGGED, ...told }), { nowMs: T0 + 20 * MINUTE, ...options });
}

const BROKEN = mark(7, { link: 'broken' });

test.each<[string, ToldJournal, string[]]>([
  [
    'events are gone from the middle, and what the log has of them',
    { marks: [...marks(1, 4), BROKEN, ...marks(8, 10)] },
    [
      'missing_events: tradectl restore FILE',
      'no_event: tradectl restore FILE',
      'broken_link: tradectl restore FILE',
    ],
  ],
  [
    'the tail is gone: a start says so, halts and asks the venue',
    {
      mark: { state: 'read', seq: 12, hash: hashOf(12) },
      log: marks(1, 12).map(({ seq }) => logLine(seq)),
    },
    ['tail_lost: tradectl run', 'no_event: tradectl run'],
  ],
  [
    'the mark saw another event',
    { mark: { state: 'read', seq: 10, hash: 'b'.repeat(64) } },
    ['mark_broken: tradectl restore FILE'],
  ],
  [
    'lines are gone from the middle of the log: the events themselves can be read',
    { log: [1, 2, 3, 6, 7, 8, 9, 10].map((seq) => logLine(seq)) },
    ['no_log_line: tradectl events tail --since 3 --limit 2'],
  ],
])('%s', (_, told, repairs) => {
  const said = gapsOf(told).findings.map(({ kind, repair }) => `${kind}: ${repair}`);
  expect(said).toEqual(repairs);
});

test('no heartbeat is missed where the events are gone, and lost facts stand before a death', () => {
  const far = (seq: number) => mark(seq, { recordedMs: T0 + (seq + 300) * MINUTE });
  const told = {
    marks: [...marks(1, 40), { ...far(52), link: 'broken' as const }, ...[53, 54].map(far)],
    log: [],
    mark: { state: 'read', seq: 60, hash: hashOf(60) } as const,
    runs: [run(1, { lastSeq: 54, lastBeatMs: T0 })],
  };
  const kinds = gapsOf(told).findings.map(({ kind }) => kind);
  expect(kinds).toEqual(['missing_events', 'broken_link', 'tail_lost', 'death']);
});

test('what cannot be read while a journal is verified is a finding with what to do', () => {
  const source = {
    ...toldJournal(LOGGED),
    contradictions: () => {
      throw new TradectlError('STORE_CORRUPT', 'state.db: database disk image is malformed');
    },
  };
  const options = { cursorFile: null, full: true, isHeld: false, fold: null };
  const found = verifyJournal(source, { nowMs: T0, ...options });
  expect(found).toMatchObject({
    verified: false,
    findings: [{ kind: 'unreadable', repair: 'tradectl doctor --only database' }],
  });
});

test('a registry that is not the fold of its events: what is open can be mended, an event cannot', () => {
  const differences = [
    'positions p: quantity is "1", its events say "2"',
    'event 5: the hash chain is broken',
  ];
  const fold = () => ({ events: 10, differences, registry: EMPTY_REGISTRY });
  const options = { cursorFile: null, full: true, isHeld: false, fold };
  const { findings } = verifyJournal(toldJournal(LOGGED), { nowMs: T0, ...options });
  expect(findings.map(({ repair }) => repair)).toEqual([
    'tradectl restore FILE',
    'tradectl reconcile --dry-run',
  ]);
});
