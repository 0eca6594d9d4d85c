import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
import {
  adoptedEvent,
  blockedEvent,
  quarantinedEvent,
  relinkedEvent,
  rowEndedEvent,
  stagedEvent,
  unblockedEvent,
} from '../../support/repair-events.ts';
import type { RowId } from '../../../src/domain/staged-row.ts';
import type { NewEvent } from '../../../src/domain/event.ts';

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
    expect(view.tradeOf('t-out' as TradeId)).not.toBeNull();
    expect(view.tradeOf('t-new' as TradeId)).toBeNull();
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

describe('what reconciliation asks', () => {
  let own: JournalHome;
  beforeEach(() => {
    own = journalHome();
  });
  afterEach(() => own.remove());
  const read = (events: readonly NewEvent[]): RegistryView => {
    own.journal.append(events);
    return registryView(own.db);
  };

  it('staged rows, oldest first, and those that ended only when asked', () => {
    const events = [
      ...[stagedEvent('r2'), stagedEvent('r1'), stagedEvent('r0')],
      ...[quarantinedEvent('r1'), rowEndedEvent('ROW_RETIRED', 'r2')],
    ];
    const seen = read(events);
    expect(seen.stagedRows({ all: false })).toEqual([...own.journal.registry().staged.values()]);
    expect(seen.stagedRows({ all: true }).map(({ rowId, state }) => [rowId, state])).toEqual([
      ['r2', 'retired'],
      ['r1', 'quarantined'],
      ['r0', 'staged'],
    ]);
    expect(seen.stagedRow('r2' as RowId)?.row).toEqual({ n: 1 });
    expect(seen.stagedRow('r9' as RowId)).toBeNull();
  });

  it.each<[string, NewEvent[], unknown]>([
    ['nothing blocked', [NOTE], []],
    ['blocked', [blockedEvent('drift.side')], [[TON, 'drift.side']]],
    ['blocked and gone', [blockedEvent('phantom'), unblockedEvent('phantom')], []],
    [
      'two on one symbol: the newest',
      [blockedEvent('phantom'), blockedEvent('drift.side')],
      [[TON, 'drift.side']],
    ],
    [
      'the newer one is gone: the older stands',
      [blockedEvent('phantom'), blockedEvent('drift.side'), unblockedEvent('drift.side')],
      [[TON, 'phantom']],
    ],
    [
      'another symbol is another matter',
      [blockedEvent('phantom'), blockedEvent('phantom', SOL), unblockedEvent('phantom')],
      [[SOL, 'phantom']],
    ],
  ])('standing findings: %s', (_what, events, expected) => {
    const standing = read(events).standingFindings();
    expect(standing.map(({ symbol, finding }) => [symbol, finding])).toEqual(expected);
  });

  it('whether a plan was applied', () => {
    const payload = { plan_id: 'plan-1', actions: 1, backup: null };
    const seen = read([{ type: 'PLAN_APPLIED', payload }]);
    expect([seen.planApplied('plan-1'), seen.planApplied('plan-2')]).toEqual([true, false]);
  });

  it('intents by the journal: an order that was relinked still counts for its first owner', () => {
    const first = read([
      intent({ id: 's-1', role: 'stop', position: 'pos-1' }),
      relinkedEvent('s-1', 'pos-2'),
    ]);
    expect(first.countIntents(positionId('pos-1'), 'stop')).toBe(1);
  });

  it('intents by the attempt of an adopted order, so that no id is used twice', () => {
    const third = adoptedEvent({ id: 's-3', role: 'stop', position: 'pos-1' });
    const seen = read([{ ...third, payload: { ...third.payload, attempt: 3 } } as NewEvent]);
    expect(seen.countIntents(positionId('pos-1'), 'stop')).toBe(3);
    expect(seen.planOf(orderId('s-3'))).toBeNull();
  });
});
