import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryView, type RegistryView } from '../../../src/core/registry-view.ts';
import { text } from '../../../src/domain/decimal.ts';
import type {
  ClientOrderId,
  PositionId,
  SignalId,
  TradeId,
  VenueOrderId,
} from '../../../src/domain/ids.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  NOTE,
  openLong,
  SOL,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';

let home: JournalHome;
let view: RegistryView;
const orderId = (id: string): ClientOrderId => id as ClientOrderId;
const positionId = (id: string): PositionId => id as PositionId;

beforeAll(() => {
  home = journalHome();
  const { journal } = home;
  openLong(journal, 'pos-1');
  openLong(journal, 'pos-2', SOL);
  journal.append([intent({ id: 'stop-1', role: 'stop', position: 'pos-1' })]);
  journal.append([
    {
      type: 'ORDER_ACCEPTED',
      symbol: TON,
      clientOrderId: orderId('stop-1'),
      payload: { venue_order_id: 'v-1', server_ms: null },
    },
  ]);
  journal.append([
    fillEvent({ trade: 't-out', symbol: SOL, position: 'pos-2', side: 'sell', role: 'exit' }),
    closedEvent('pos-2', SOL),
  ]);
  journal.append([{ ...NOTE, symbol: SOL }, NOTE]);
  view = registryView(home.db);
});
afterAll(() => home.remove());

describe('the registry', () => {
  it('counts the intents of a signal as entries, of a position as all else', () => {
    expect(view.countIntents('sig-pos-1' as SignalId, 'entry')).toBe(1);
    expect(view.countIntents(positionId('pos-1'), 'stop')).toBe(1);
    expect(view.countIntents(positionId('pos-1'), 'target')).toBe(0);
    expect(view.countIntents('sig-unknown' as SignalId, 'entry')).toBe(0);
  });

  it('finds orders that ended, by either id, with the plan of their intent', () => {
    expect(view.orderByClientId(orderId('entry-pos-1'))?.state).toBe('filled');
    expect(view.orderByVenueId('v-1' as VenueOrderId)?.clientOrderId).toBe('stop-1');
    expect(view.orderByClientId(orderId('none'))).toBeNull();
    const plan = view.planOf(orderId('entry-pos-1'));
    expect(plan === null ? null : text(plan.stop)).toBe('1.9');
    expect([view.planOf(orderId('stop-1')), view.planOf(orderId('none'))]).toEqual([null, null]);
  });

  it('reads a living order as the journal holds it', () => {
    expect(view.orders({ all: false })).toEqual([...home.journal.registry().orders.values()]);
    expect(view.orders({ all: true }).map((order) => order.clientOrderId)).toEqual([
      'entry-pos-1',
      'entry-pos-2',
      'stop-1',
    ]);
  });

  it('tells open from closed, and which signal is spent', () => {
    expect(view.openPositions()).toEqual([...home.journal.registry().positions.values()]);
    expect(view.closedPositions(5).map((one) => one.positionId)).toEqual(['pos-2']);
    expect([view.isClosed(positionId('pos-1')), view.isClosed(positionId('pos-2'))]).toEqual([
      false,
      true,
    ]);
    expect(view.positionOfSignal('sig-pos-2' as SignalId)?.exitReason).toBe('stop_loss');
    expect(view.positionOfSignal('sig-new' as SignalId)).toBeNull();
    expect(view.positionById(positionId('none'))).toBeNull();
  });

  it('knows which trades were told', () => {
    expect(view.hasFill('t-out' as TradeId)).toBe(true);
    expect(view.hasFill('t-new' as TradeId)).toBe(false);
    expect(view.fills().map((fill) => fill.tradeId)).toEqual(['t-pos-1', 't-pos-2', 't-out']);
    expect(view.fillsOf(positionId('pos-2')).map((fill) => fill.tradeId)).toEqual([
      't-pos-2',
      't-out',
    ]);
  });
});

describe('the journal', () => {
  const seqs = (events: readonly { seq: number }[]): number[] => events.map((event) => event.seq);

  it('pages events after a seq', () => {
    expect(seqs(view.eventsAfter(9))).toEqual([10, 11, 12]);
    expect(seqs(view.eventsAfter(0, { limit: 2 }))).toEqual([1, 2]);
    expect(seqs(view.eventsAfter(0, { type: 'FILL', symbol: SOL }))).toEqual([5, 9]);
    expect(view.eventsAfter(12)).toEqual([]);
  });

  it('tells the newest, oldest of them first', () => {
    expect(seqs(view.lastEvents(2))).toEqual([11, 12]);
    expect(seqs(view.lastEvents(1, { symbol: TON }))).toEqual([8]);
    expect(view.lastEventOf('FINDING')?.seq).toBe(12);
    expect(view.lastEventOf('FINDING', SOL)?.payload.evidence).toBe('seen');
    expect(view.lastEventOf('HALT_SET')).toBeNull();
  });

  it('counts, and knows the hash of each event', () => {
    expect(view.countEvents()).toBe(12);
    expect(view.countEventsByType()).toMatchObject({ FILL: 3, FINDING: 2, POSITION_CLOSED: 1 });
    expect(view.hashAt(12)).toBe(home.journal.head().hash);
    expect([view.hashAt(99), view.eventAt(99)]).toEqual([null, null]);
  });
});
