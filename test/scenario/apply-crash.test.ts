/**
 * 50: killed at every single step of an application that holds all kinds of repair, the bot that comes next
 * ends where the undisturbed one ends, and no order is sent twice. The points of death are counted in an
 * undisturbed life, so none is forgotten when the program takes one step more.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseScenario } from '../../scripts/scenarios/read-scenario.ts';
import { text, textOrNull } from '../../src/domain/decimal.ts';
import { repairLives, type Death, type RepairLives, type Steps } from '../support/repair-lives.ts';

const NOW = 1_700_000_000_000;

const long = (symbol: string, quantity: string) => ({
  symbol,
  side: 'long',
  quantity,
  entry_price: '100',
});
const row = (symbol: string, quantity: string, openedHoursAgo = 1) => ({
  ...long(symbol, quantity),
  status: 'open',
  opened_ms: NOW - openedHoursAgo * 3_600_000,
});
const stop = (name: string, symbol: string, quantity: string) => ({
  client_order_id: name,
  venue_order_id: `v-${name}`,
  symbol,
  role: 'stop',
  side: 'sell',
  type: 'stop',
  quantity,
  stop_price: '92',
  state: 'live',
});
const atVenue = (order: Readonly<Record<string, string>>) => ({
  ...order,
  ours: true,
  reduce_only: order['role'] === 'stop',
});
const submitted = (name: string, symbol: string) => ({
  client_order_id: name,
  symbol,
  role: 'entry',
  side: 'buy',
  type: 'limit',
  quantity: '10',
  price: '100',
  state: 'submitted',
});

const BASES = [
  'FIL',
  'ETH',
  'XRP',
  'TON',
  'SOL',
  'ATOM',
  'GALA',
  'ENS',
  'ZEC',
  'BTC',
  'ADA',
  'LTC',
];
const STOPS = [
  stop('fil', 'PF_FILUSD', '150'),
  stop('xrp', 'PF_XRPUSD', '100'),
  stop('ton', 'PF_TONUSD', '100'),
  stop('gala', 'PF_GALAUSD', '100'),
];
/** An entry of ours that nobody here remembers: of a second instance, perhaps. */
const LEFT_OVER = {
  ...submitted('ens', 'PF_ENSUSD'),
  venue_order_id: 'v-ens',
  price: '90',
  state: 'live',
};
const FILLS = [
  {
    trade_id: 't1',
    symbol: 'PF_FILUSD',
    side: 'sell',
    quantity: '50',
    price: '100',
    ts_ms: NOW - 60_000,
  },
  {
    trade_id: 't2',
    client_order_id: 'zec',
    venue_order_id: 'v-zec',
    symbol: 'PF_ZECUSD',
    side: 'buy',
    quantity: '10',
    price: '100',
    ts_ms: NOW - 60_000,
  },
];
const HELD = [
  // A missing fill explains it; only the venue has it; it is larger there; it is on the other side.
  long('PF_FILUSD', '100'),
  long('PF_ETHUSD', '3'),
  long('PF_XRPUSD', '150'),
  { ...long('PF_TONUSD', '50'), side: 'short' },
  // Two spellings; a row of size zero; an entry that only its fill tells of; a stop that is missing.
  long('PF_SOLUSD', '100'),
  long('PF_ATOMUSD', '7'),
  long('PF_ZECUSD', '10'),
  long('PF_ADAUSD', '20'),
  // Its stop of 110 was passed while nobody looked.
  long('PF_LTCUSD', '5'),
];
const OBSERVATION = {
  positions: { read: 'complete', rows: HELD },
  orders: {
    read: 'complete',
    rows: [...STOPS.map(atVenue), atVenue(LEFT_OVER)],
  },
  fills: { read: 'complete', rows: FILLS },
};

const SCENARIO = parseScenario(
  JSON.stringify({
    name: '50: everything that can be repaired',
    now_ms: NOW,
    policy: { stop_distance: '0.05' },
    instruments: BASES.map((base) => ({
      symbol: `${base}/USD:USD`,
      venue_id: `PF_${base}USD`,
      tick_size: '0.01',
      mark: '100',
    })),
    registry: {
      positions: [
        row('FIL/USD:USD', '150'),
        row('XRP/USD:USD', '100'),
        row('TON/USD:USD', '100'),
        row('SOL/USD:USD', '60', 2),
        row('PF_SOLUSD', '100'),
        row('PF_ATOMUSD', '0'),
        row('GALA/USD:USD', '100'),
        row('ADA/USD:USD', '20'),
        {
          ...row('LTC/USD:USD', '5'),
          plan: { stop: '110', targets: [], atr: '2', stop_atr: '2' },
        },
      ],
      orders: [...STOPS, submitted('zec', 'ZEC/USD:USD'), submitted('btc', 'BTC/USD:USD')],
    },
    venue: [OBSERVATION, OBSERVATION],
  }),
  'everything.json',
);

/** What must be equal however often the bot died: nothing of it is an id or a time. */
async function endOf(lives: RepairLives) {
  const { venue } = lives;
  const held = lives.registry();
  const open = await venue.reader.openOrders();
  if (open.read === 'unknown') throw new Error(open.reason);
  return {
    positions: [...held.positions.values()]
      .map((one) => `${one.symbol} ${one.side} ${text(one.quantity)} ${textOrNull(one.entryPrice)}`)
      .sort(),
    staged: [...held.staged.keys()],
    attention: [...held.attention].map(([at, causes]) => [at, causes.map(({ cause }) => cause)]),
    known: [...held.orders.values()].map((one) => `${one.symbol} ${one.role} ${one.state}`).sort(),
    live: open.rows
      .map((one) => `${one.symbol} ${one.side} ${one.type} ${text(one.quantity)}`)
      .sort(),
    sent: venue.sent.map((one) => `${one.symbol} ${one.role} ${text(one.quantity)}`).sort(),
  };
}

/** Intents by owner and role: their ids are attempts. */
function attempts(lives: RepairLives): Map<string, number> {
  const counted = new Map<string, number>();
  for (const event of lives.events()) {
    if (event.type !== 'ORDER_INTENDED') continue;
    const key = `${event.symbol} ${event.payload.role} ${event.payload.side} ${event.payload.quantity}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  return counted;
}

const undisturbed = await (async () => {
  const lives = repairLives(SCENARIO);
  try {
    const steps = await lives.live();
    return { steps, end: await endOf(lives), attempts: attempts(lives) };
  } finally {
    lives.close();
  }
})();

function deaths({ appends, requests }: Steps): Death[] {
  const steps = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...steps(appends).map((step): Death => ({ at: 'append', step })),
    ...steps(requests).flatMap((step): Death[] => [
      { at: 'before request', step },
      { at: 'after request', step },
    ]),
  ];
}

function world(): RepairLives {
  const lives = repairLives(SCENARIO);
  onTestFinished(() => lives.close());
  return lives;
}

describe('50: an application that nothing disturbs', () => {
  it('holds every kind of repair, and stops that are placed, resized and cancelled, and an exit', () => {
    const [first] = undisturbed.steps.plans;
    expect(new Set(first?.repair.actions.map(({ action }) => action))).toEqual(
      new Set([
        'record-fill',
        'resolve-order',
        'adopt-order',
        'quarantine-row',
        'merge-registry',
        'import-position',
        'adjust-registry',
        'close-registry',
      ]),
    );
    expect(new Set(first?.protection.actions.map(({ action }) => action))).toEqual(
      new Set(['place-stop', 'resize-stop', 'cancel-order', 'exit-position']),
    );
  });

  it('49: planned again is empty', () => {
    const { repair, protection } = undisturbed.steps.plans.at(-1) ?? {};
    expect([repair?.actions, protection?.actions]).toEqual([[], []]);
  });

  it('leaves every position with one stop of its size', () => {
    expect(undisturbed.end.positions).toHaveLength(8);
    expect(undisturbed.end.live.filter((order) => order.includes(' stop '))).toHaveLength(8);
  });
});

describe('50: killed on the way, started again', () => {
  it.each(deaths(undisturbed.steps))('$at $step: the same end, no second order', async (death) => {
    const lives = world();
    expect(await lives.live(death)).toMatchObject({ died: true });
    expect(await lives.live()).toMatchObject({ died: false });
    expect(await endOf(lives)).toEqual(undisturbed.end);
    for (const [order, count] of attempts(lives)) {
      expect(count, order).toBeLessThanOrEqual((undisturbed.attempts.get(order) ?? 0) + 1);
    }
  });

  it('at every step of every life in turn: as many lives as steps, and the same end', async () => {
    const lives = world();
    for (let step = 1; ; step += 1) {
      const { died } = await lives.live({ at: 'append', step });
      if (!died) break;
      expect(step).toBeLessThan(undisturbed.steps.appends + 2);
    }
    expect(await endOf(lives)).toEqual(undisturbed.end);
  });
});
