import { expect, test } from 'vitest';
import { beat, startRun } from '../../../src/core/runs.ts';
import { processFacts } from '../../../src/core/process-facts.ts';
import { ms } from '../../../src/domain/clock.ts';
import type { RunId } from '../../../src/domain/ids.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import { matchStarts, readLives } from '../../../src/forensics/lives.ts';
import { ownNeighbours } from '../../../src/forensics/own-neighbours.ts';
import { openOwnJournal } from '../../../src/forensics/own-journal.ts';
import { journalHome, NOTE } from '../../support/journal-home.ts';

/** Lives newest first as `life:lastSeq`, starts newest first, `life=start` expected. */
test.each([
  ['each wrote one', '3:90 2:60 1:30', [61, 31, 1], '3=61 2=31 1=1'],
  ['the newest died before its first event', '3:- 2:60 1:30', [31, 1], '2=31 1=1'],
  ['the newest died before its first beat', '3:- 2:60 1:30', [61, 31, 1], '3=61 2=31 1=1'],
  ['one between wrote nothing', '3:90 2:- 1:30', [61, 1], '3=61 1=1'],
  ['two between wrote nothing', '4:90 3:- 2:- 1:30', [61, 1], '4=61 1=1'],
  ['none wrote anything', '2:- 1:-', [], ''],
])('%s', (_, lives, starts, expected) => {
  const runs = lives.split(' ').map((each) => {
    const [life, seq] = each.split(':');
    return { life: Number(life), lastSeq: seq === '-' ? null : Number(seq) };
  });
  const matched = [...matchStarts(runs, starts)].map(([life, start]) => `${life}=${start}`);
  expect(matched.join(' ')).toBe(expected);
});

test('the word of a death belongs to the life that wrote it', () => {
  const home = journalHome();
  const start: NewEvent = {
    type: 'RUN_STARTED',
    payload: {
      venue: 'paper',
      mode: 'paper',
      feed_digest: null,
      config_digest: '0',
      head_seq: 0,
      resumed: false,
      equity: null,
    },
  };
  const died: NewEvent = {
    type: 'PREVIOUS_RUN_DIED',
    payload: { last_seq: 2, last_event_ms: null },
  };
  const life = (pid: number, events: NewEvent[]): void => {
    const facts = { ...processFacts('0.0.0'), pid };
    const id = startRun(home.db, 'run-test' as RunId, facts, home.clock.now());
    const { seqLast } = home.journal.append(events);
    beat(home.db, id, { nowMs: ms(home.clock.now()), rssBytes: 1, seq: seqLast });
  };
  life(11, [start, NOTE]);
  life(12, [died, start, NOTE]);
  const ranges = readLives(home.db, 9).map(({ run, first, last }) => [
    run.pid,
    first?.seq,
    last?.seq,
  ]);
  expect(ranges).toEqual([
    [12, 3, 5],
    [11, 1, 2],
  ]);
  const journal = openOwnJournal(home.dir);
  expect(ownNeighbours(journal.db, journal).runOf(3).run).toMatchObject({ pid: 12 });
  journal.close();
  home.remove();
});
