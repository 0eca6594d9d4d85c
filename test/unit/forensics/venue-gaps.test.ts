/** What happened at the venue while the journal had a hole, and what of it the journal lacks. */
import { expect, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../../src/domain/decimal.ts';
import type { VenueFill } from '../../../src/domain/fill.ts';
import type { TradeId, VenueOrderId } from '../../../src/domain/ids.ts';
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
  return withVenue(withHole(), venue, { knows, sinceMs: 0 });
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
  expect(findings[0]?.text).toContain('3 of what happened at the venue meanwhile are not in');
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
  const told = withVenue(withHole(), venue, { knows, sinceMs: 0 });
  expect(told).toMatchObject({ venue_fills: null, venue_orders: null });
  expect(told.unknown).toEqual([
    'which fills the journal lacks: a page was missing',
    'which orders the journal lacks: a page was missing',
  ]);
});
