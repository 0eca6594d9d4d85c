/** What happened at the venue while the journal had a hole, and what of it the journal lacks. */
import { expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../../src/domain/decimal.ts';
import type { VenueFill } from '../../../src/domain/fill.ts';
import type { ClientOrderId, TradeId, VenueOrderId } from '../../../src/domain/ids.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { Snapshot, VenueOrder } from '../../../src/domain/venue.ts';
import { readGaps } from '../../../src/forensics/gaps.ts';
import type { GapDocument } from '../../../src/forensics/gap-finding.ts';
import { venueSince, withVenue } from '../../../src/forensics/venue-gaps.ts';
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

const TON = symbol('TON/USD:USD');
const FROM = T0 + 5 * MINUTE;
const TO = T0 + 60 * MINUTE;

/** A bot died at minute 5; the next one began at minute 60. */
function withHole(): GapDocument {
  const journal = toldJournal({
    marks: [...marks(1, 5), mark(6, { type: 'PREVIOUS_RUN_DIED', recordedMs: TO })],
    mark: { state: 'read', seq: 6, hash: hashOf(6) },
    log: marks(1, 6).map(({ seq }) => logLine(seq)),
    runs: [
      run(1, { lastSeq: 5, lastBeatMs: FROM }),
      run(2, { startedMs: TO, lastSeq: 6, endedMs: TO + MINUTE, endReason: 'signal' }),
    ],
  });
  const look = { nowMs: TO + MINUTE, logFiles: null, cursorFile: null, full: true };
  return readGaps(journal, { ...look, isHeld: false, machine: null });
}

function fill(id: string, atMs: number, side: 'buy' | 'sell' = 'sell'): VenueFill {
  return {
    tradeId: id as TradeId,
    clientOrderId: null,
    venueOrderId: null,
    symbol: TON,
    side,
    quantity: quantity('4'),
    price: price('2.5'),
    fee: decimal('0.01'),
    liquidity: 'taker',
    kind: 'trade',
    tsMs: ms(atMs),
  };
}

function order(id: string, atMs: number): VenueOrder {
  return {
    clientOrderId: null,
    venueOrderId: id as VenueOrderId,
    symbol: TON,
    side: 'sell',
    type: 'stop',
    quantity: quantity('4'),
    filled: quantity('4'),
    price: null,
    stopPrice: price('2.5'),
    reduceOnly: true,
    state: 'filled',
    updatedMs: ms(atMs),
  };
}

function asked(
  fills: readonly VenueFill[],
  orders: readonly VenueOrder[] = [],
  known: string[] = [],
  isHeld = false,
): GapDocument {
  const venue: Pick<Snapshot, 'fills' | 'orderHistory' | 'takenMs'> = {
    takenMs: ms(TO + MINUTE),
    fills: { read: 'complete', rows: fills, serverMs: null },
    orderHistory: { read: 'complete', rows: orders, serverMs: null },
  };
  const knows = {
    hasTrade: (id: string) => known.includes(id),
    hasOrder: (id: string) => known.includes(id),
  };
  return withVenue(withHole(), venue, { knows, sinceMs: 0, isHeld });
}

test('it is asked since before the first hole, and at least for the last day', () => {
  expect(venueSince(withHole(), TO)).toBe(TO - 24 * 60 * MINUTE - 5_000);
  expect(venueSince(withHole(), TO + 48 * 60 * MINUTE)).toBe(FROM - 5_000);
});

test('what the journal has all of stays a warning, and says so', () => {
  const { findings } = asked(
    [fill('t1', FROM + MINUTE)],
    [order('o1', FROM + MINUTE)],
    ['t1', 'o1'],
  );
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ kind: 'death', severity: 'warn' });
  expect(findings[0]?.text).toContain('the journal has all that happened at the venue meanwhile');
});

test('what it lacks is listed with the change of the position, and reconcile repairs it', () => {
  const { findings } = asked(
    [fill('t1', FROM + MINUTE), fill('t2', FROM + 2 * MINUTE, 'buy'), fill('t3', TO - MINUTE)],
    [order('o1', FROM + MINUTE)],
    ['t2'],
  );
  expect(findings[0]).toMatchObject({
    kind: 'death',
    severity: 'fail',
    repair: 'tradectl reconcile --dry-run',
    venue: {
      fills: [
        { id: 't1', in_journal: false },
        { id: 't2', in_journal: true },
        { id: 't3', in_journal: false },
      ],
      orders: [{ id: 'o1', in_journal: false }],
      position_changes: { 'TON/USD:USD': '-4' },
    },
  });
  expect(findings[0]?.text).toContain(
    'the journal lacks 2 fills and 1 ended order of what happened at the venue meanwhile',
  );
});

test('a fill outside every hole that the journal lacks is a finding of its own', () => {
  const { findings } = asked([fill('t9', TO + 30_000), fill('t8', T0)], [], ['t8']);
  expect(findings.map(({ kind, evidence }) => [kind, evidence])).toContainEqual([
    'venue_only',
    'trade t9',
  ]);
  expect(findings).toHaveLength(2);
});

test('an unknown reading makes it unknown, never nothing', () => {
  const unknown = { read: 'unknown', reason: 'a page was missing' } as const;
  const venue = { takenMs: ms(TO), fills: unknown, orderHistory: unknown };
  const knows = { hasTrade: () => true, hasOrder: () => true };
  const told = withVenue(withHole(), venue, { knows, sinceMs: 0, isHeld: false });
  expect(told).toMatchObject({ venue_fills: null, venue_orders: null });
  expect(told.findings[0]?.text).toContain('what happened at the venue meanwhile could not all be');
  expect(told.unknown).toEqual([
    'which fills the journal lacks: a page was missing',
    'which orders the journal lacks: a page was missing',
  ]);
});

/** `order` that filled, as `fill` of it tells. */
const ofOrder = (id: string, each: VenueFill): VenueFill => ({
  ...each,
  venueOrderId: id as VenueOrderId,
});

test('a fill and its order are one thing that happened, whoever sent it', () => {
  const at = FROM + MINUTE;
  const lacking = asked([ofOrder('o1', fill('t1', at))], [order('o1', at)]).findings[0];
  expect(lacking?.text).toContain('the journal lacks 1 fill of what');
  expect(lacking?.venue).toMatchObject({ fills: [{ id: 't1' }], orders: [] });
  // The journal has the fill of a click by hand, and never its order.
  const known = asked([ofOrder('o1', fill('t1', at))], [order('o1', at)], ['t1']).findings[0];
  expect(known).toMatchObject({ kind: 'death', severity: 'warn' });
  expect(known?.text).toContain('the journal has all that happened at the venue meanwhile: 1 fill');
});

test.each<[string, Partial<VenueOrder>, string]>([
  ['of another hand, without a fill', {}, 'nothing happened at the venue meanwhile'],
  [
    'of another hand, filled, without its fill',
    { filled: quantity('1') },
    'the journal lacks 1 ended order',
  ],
  [
    'in our form, without a fill',
    { clientOrderId: 'tc-s1-0123456789abcdef0123' as ClientOrderId },
    'the journal lacks 1 ended order',
  ],
])('an order that ended, %s', (_, more, said) => {
  const ended = {
    ...order('o1', FROM + MINUTE),
    filled: quantity('0'),
    state: 'cancelled' as const,
  };
  expect(asked([], [{ ...ended, ...more }]).findings[0]?.text).toContain(said);
});

test('what a bot did and recorded while it lived is no part of the hole beside it', () => {
  const [death] = asked(
    [fill('before', FROM - 1_000), fill('after', TO + 1_000)],
    [order('o-after', TO + 2_000)],
    ['before', 'after', 'o-after'],
  ).findings;
  expect(death?.venue).toMatchObject({ fills: [], orders: [] });
  // Clocks differ: what is lacking so near to a hole belongs to it.
  const [lacking] = asked([fill('late', TO + 1_000)]).findings;
  expect(lacking?.venue?.fills).toMatchObject([{ id: 'late', in_journal: false }]);
});

test('what happened just now a running bot may not have read yet: unknown, not missing', () => {
  const now = fill('t1', TO + 30_000);
  const { findings, unknown } = asked([now], [], [], true);
  expect(findings.map(({ kind }) => kind)).toEqual(['death']);
  expect(unknown.join()).toContain(
    'whether the running bot misses 1 fill or order of the last minute',
  );
  expect(asked([now]).findings.map(({ kind }) => kind)).toContain('venue_only');
});

test('two holes over the same time tell what happened once', () => {
  const hole = withHole();
  const twice = { ...hole, findings: hole.findings.flatMap((each) => [each, each]) };
  const venue: Pick<Snapshot, 'fills' | 'orderHistory' | 'takenMs'> = {
    takenMs: ms(TO + MINUTE),
    fills: { read: 'complete', rows: [fill('t1', FROM + MINUTE)], serverMs: null },
    orderHistory: { read: 'complete', rows: [], serverMs: null },
  };
  const knows = { hasTrade: () => false, hasOrder: () => false };
  const { findings } = withVenue(twice, venue, { knows, sinceMs: 0, isHeld: false });
  expect(findings.map(({ venue: told }) => told?.fills.length)).toEqual([1, 0]);
  expect(findings[1]?.text).toContain('is told above');
});
