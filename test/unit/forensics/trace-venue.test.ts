/** The venue beside a trace: what it reports is held against the whole journal, not against what is told of one position. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../../src/domain/decimal.ts';
import type { VenueFill } from '../../../src/domain/fill.ts';
import type { TradeId } from '../../../src/domain/ids.ts';
import type { Snapshot } from '../../../src/domain/venue.ts';
import { openOwnJournal } from '../../../src/forensics/own-journal.ts';
import { ownEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import { withVenue } from '../../../src/forensics/trace/with-venue.ts';
import type { Evidence } from '../../../src/forensics/verdict/statement.ts';
import { verdictOf } from '../../../src/forensics/verdict/verdict.ts';
import {
  closedEvent,
  fillEvent,
  journalHome,
  openLong,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';

let home: JournalHome;
afterEach(() => home.remove());

/** `pos-1` opened and closed, then `pos-2` opened in the same market. */
beforeEach(() => {
  home = journalHome();
  openLong(home.journal, 'pos-1');
  home.journal.append([
    fillEvent({ trade: 'x', position: 'pos-1', side: 'sell', role: 'stop' }),
    closedEvent('pos-1'),
  ]);
  openLong(home.journal, 'pos-2');
});

function fill(id: string): VenueFill {
  return {
    tradeId: id as TradeId,
    clientOrderId: null,
    venueOrderId: null,
    symbol: TON,
    side: 'buy',
    quantity: quantity('10'),
    price: price('2'),
    fee: decimal('0.01'),
    liquidity: 'taker',
    kind: 'trade',
    tsMs: home.clock.now(),
  };
}

/** The venue as it is when all is well: the open long, and every fill there was. */
function venue(more: { fills?: string[]; size?: string | null } = {}): Snapshot {
  const complete = <T>(rows: readonly T[]) => ({ read: 'complete' as const, rows, serverMs: null });
  const { fills = [], size = '10' } = more;
  const listed = { symbol: TON, side: 'long', entryPrice: price('2') } as const;
  return {
    takenMs: ms(home.clock.now() + 1_000),
    account: { read: 'unknown', reason: 'not asked' },
    marks: { read: 'unknown', reason: 'not asked' },
    positions: complete(size === null ? [] : [{ ...listed, quantity: quantity(size) }]),
    openOrders: { read: 'unknown', reason: 'not asked' },
    orderHistory: { read: 'unknown', reason: 'not asked' },
    fills: complete(['t-pos-1', 'x', 't-pos-2', ...fills].map(fill)),
  };
}

function told(ref: string, snapshot: Snapshot, isHeld = false): Evidence {
  const evidence = ownEvidence(home.dir, { ref, all: false, asOfMs: home.clock.now() });
  const journal = openOwnJournal(home.dir);
  try {
    return withVenue(evidence, snapshot, { ...journal, isHeld: () => isHeld });
  } finally {
    journal.close();
  }
}
const BLAMING = ['fills-lacking', 'venue-differs', 'stranger-protected', 'nothing-explains'];
const blamed = (evidence: Evidence): string[] =>
  verdictOf(evidence).flatMap(({ rule }) => (BLAMING.includes(rule) ? [rule] : []));

test.each(['pos-1', 'pos-2', '1', TON])(
  'of %s: fills and a position that the journal has elsewhere are no finding',
  (ref) => {
    expect(blamed(told(ref, venue()))).toEqual([]);
  },
);

test('another position of the market has its own lines elsewhere', () => {
  const lines = told('pos-1', venue()).entries.filter(({ source }) => source.kind === 'venue');
  expect(lines.filter(({ about }) => about).map(({ refs }) => refs.tradeId)).toEqual([
    't-pos-1',
    'x',
  ]);
});

test('a fill and a size that the journal lacks are found whichever position is told', () => {
  for (const ref of ['pos-1', 'pos-2']) {
    expect(blamed(told(ref, venue({ fills: ['by-hand'], size: '7' })))).toEqual([
      'fills-lacking',
      'venue-differs',
    ]);
  }
  expect(blamed(told('pos-1', venue({ size: null })))).toEqual(['venue-differs']);
});

test('a fill of the last minute may be on its way to a running bot, and to no other', () => {
  const young = venue({ fills: ['young'], size: '20' });
  const running = told('pos-2', young, true);
  expect(blamed(running)).toEqual([]);
  expect(verdictOf(running).find(({ rule }) => rule === 'fills-coming')?.text).toMatch(
    /Whether the running bot misses 1 fill of the last minute \(young\).*cannot be known yet/,
  );
  expect(blamed(told('pos-2', young))).toEqual(['fills-lacking', 'venue-differs']);
});
