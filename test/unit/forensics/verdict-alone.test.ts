/** A name that is no position's is told as what it is: no market is made of a number, no row is missed that is there. */
import { afterEach, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { SignalId } from '../../../src/domain/ids.ts';
import { verdictOf } from '../../../src/forensics/verdict/verdict.ts';
import { closedEvent, fillEvent, intent, NOTE, TON } from '../../support/journal-home.ts';
import { covered, find, smallLife, started, type SmallLife } from '../../support/small-life.ts';

let life: SmallLife;
afterEach(() => life.home.remove());

const rejection = {
  type: 'REJECTION',
  symbol: TON,
  payload: { reason: 'DATA_GAP', detail: '', numbers: {} },
} as unknown as NewEvent;
const lost = {
  type: 'AUCTION_LOST',
  symbol: TON,
  signalId: 'sig-lost' as SignalId,
  payload: { reason: 'no_margin', score: '1', rank: 2, numbers: {} },
} as unknown as NewEvent;
const caused = { ...NOTE, causationSeq: 2 } as NewEvent;
const unsent = intent({ id: 'entry-9', signal: 'sig-9' });

test.each([
  ['1', /^Event 1 is RUN_STARTED, written by .*: it happened at .* The life that began with it /],
  [
    '2',
    /^Event 2 is REJECTION of TON.* No signal: DATA_GAP\. It caused event 3 \(FINDING\)\. The bot decided not to trade/,
  ],
  ['3', /^Event 3 is FINDING.* Its cause is event 2 \(REJECTION\)\. It is no position's event\.$/],
  ['4', /^Event 4 is AUCTION_LOST of TON.* The bot decided not to trade/],
  [
    '5',
    /^Event 5 is ORDER_INTENDED .* Nothing later names order entry-9\. No position came of it\.$/,
  ],
  [
    'sig-lost',
    /^Signal sig-lost led to no position\. 1 event from .* event 4 \(AUCTION_LOST\) says: /,
  ],
  [
    'entry-9',
    /^Order entry-9 led to no position\. 1 event from .* event 5 \(ORDER_INTENDED\) says: /,
  ],
])('%s, beside a position of the same market', (ref, sentence) => {
  life = smallLife([started], [rejection], [caused], [lost], [unsent], 'open', [covered]);
  const evidence = life.traced(ref);
  expect(verdictOf(evidence)[0]?.text).toMatch(sentence);
  const about = evidence.entries.filter((entry) => entry.about);
  expect(about.map(({ refs }) => refs.positionId)).toEqual(about.map(() => null));
});

test.each(['pos-1', TON])(
  'a row that was taken away is told, and %s is what its events come to',
  (ref) => {
    life = smallLife(
      'open',
      [covered],
      [
        fillEvent({ trade: 'x', position: 'pos-1', side: 'sell', role: 'stop' }),
        closedEvent('pos-1'),
      ],
    );
    life.home.db.exec(
      'PRAGMA foreign_keys=OFF; DROP TRIGGER positions_kept; DELETE FROM positions',
    );
    const evidence = life.traced(ref);
    expect(find(evidence, 'row-missing')?.text).toMatch(/no row of position pos-1.*taken away/);
    expect(find(evidence, 'closed')?.text).toMatch(/^It closed at .* by stop_loss/);
    expect(verdictOf(evidence).map(({ rule }) => rule)).not.toContain('all-agree');
  },
);

test.each([
  'position:pos-1',
  'signal:sig-pos-1',
  'order:entry-pos-1',
  'trade:t-pos-1',
  'correlation:sig-pos-1',
  'seq:3',
])('%s is the position', (ref) => {
  life = smallLife('open', [covered]);
  expect(life.traced(ref).positions.map(({ positionId }) => positionId)).toEqual(['pos-1']);
});

test('a prefix says which kind of name it is, and no other', () => {
  life = smallLife('open');
  expect(() => life.traced('signal:pos-1')).toThrow('nothing in this journal is called');
});

test('the last decision on a market that was never held has its day', () => {
  life = smallLife([rejection]);
  expect(find(life.traced(TON), 'never-held')?.text).toMatch(
    /Its last decision on it, at 2023-11-14 22:13:20Z:/,
  );
});
