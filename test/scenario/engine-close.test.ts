/** What an operator closes: parts in sizes the venue takes, everything until flat is proven, and a word on what vanished. */
import { describe, expect, it, test } from 'vitest';
import { ms, SECOND } from '../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../src/domain/decimal.ts';
import type { ClientOrderId } from '../../src/domain/ids.ts';
import type { Operator } from '../../src/engine/operations/operator.ts';
import type { Reading, VenuePosition } from '../../src/domain/venue.ts';
import { acknowledgeByBot } from '../../src/engine/operations/acknowledge.ts';
import { flattenByBot } from '../../src/engine/operations/flatten.ts';
import type { PartialCloseRequest } from '../../src/engine/operations/partial-close-request.ts';
import { partialCloseByBot } from '../../src/engine/operations/partial-close.ts';
import {
  differences,
  engineWorld,
  SOL,
  TON,
  type Life,
  type Wish,
} from '../support/engine-world.ts';
import { flat, type TinyMarket } from '../support/tiny-recording.ts';

const TARGETS = ['110', '115', '120'] as const;
const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: TARGETS };
const OTHER: Wish = { at: 3, id: 'sig-other', symbol: SOL, stop: '95', targets: TARGETS };
const BY: Operator = { uid: 1000, terminal: '/dev/pts/0', user: 'op' };

/** A bot that holds 20 TON and a little less SOL, both under a stop. */
async function holding(rules: Partial<TinyMarket> = {}, wishes = [LONG, OTHER]): Promise<Life> {
  const ton = { bars: flat(20), ...rules };
  const life = await engineWorld({
    markets: { TON: ton, SOL: { bars: flat(20) } },
    wishes,
  }).start();
  await life.to(4);
  return life;
}

const half = (more: Partial<PartialCloseRequest> = {}): PartialCloseRequest => ({
  symbol: TON,
  want: { fraction: decimal('0.5') },
  roundUp: false,
  allowFull: false,
  dryRun: false,
  reason: null,
  by: BY,
  ...more,
});

const exits = (life: Life) => life.venue.sent.filter(({ purpose }) => purpose === 'operator_close');
const stopOf = (life: Life, symbol = TON) =>
  life
    .live('stop')
    .filter((stop) => stop.symbol === symbol)
    .map((s) => s.quantity.toFixed());

/** The venue's next positions, through `change`. */
function tellPositions(
  life: Life,
  change: (rows: readonly VenuePosition[]) => readonly VenuePosition[],
  serverMs?: number,
): void {
  const { reader } = life.assembled.venue;
  const read = reader.positions.bind(reader);
  reader.positions = async (): Promise<Reading<VenuePosition>> => {
    const told = await read();
    if (told.read === 'unknown') return told;
    const at = serverMs === undefined ? told.serverMs : ms(serverMs);
    return { ...told, rows: change(told.rows), serverMs: at };
  };
}

/** Somebody buys at the venue, past the bot. */
async function placedByHand(life: Life): Promise<void> {
  const [entry] = life.venue.sent;
  if (entry === undefined) throw new Error('the bot has sent nothing to copy');
  const byHand = { ...entry, clientOrderId: 'by-hand' as ClientOrderId, symbol: SOL };
  const intent = { ...byHand, quantity: quantity('3'), type: 'market' as const, price: null };
  const { trader } = life.assembled.venue;
  const outcome = await trader.place(intent, new AbortController().signal);
  expect(outcome.kind).toBe('accepted');
}

/** No position, and an account that does not contradict: flat, or a venue in maintenance. */
function seemEmpty(life: Life): void {
  tellPositions(life, () => []);
  const { reader } = life.assembled.venue;
  const read = reader.account.bind(reader);
  reader.account = async () => {
    const told = await read();
    if (told.read === 'unknown') return told;
    return { ...told, rows: told.rows.map((row) => ({ ...row, initialMargin: decimal('0') })) };
  };
}

describe('partial close', () => {
  it('closes half, and the stop covers what is left', async () => {
    const life = await holding();
    const { rows } = await partialCloseByBot(life.bot, half({ reason: 'half is enough' }));
    expect(rows).toMatchObject([
      {
        symbol: TON,
        side: 'long',
        remaining: '20',
        requested: '10',
        lot_step: '0.01',
        minimum: '0.01',
        minimum_notional: null,
        quantity: '10',
        remainder: '10',
        outcome: 'ok',
        refusal: null,
        nearest: [],
        sent: 'accepted',
        remaining_after: '10',
        stop_quantity_after: '10',
      },
    ]);
    expect(exits(life)).toMatchObject([{ reduceOnly: true, type: 'market' }]);
    expect(stopOf(life)).toEqual(['10']);
    expect(life.of('OPERATOR_COMMAND').at(-1)?.payload).toEqual({
      command: 'partial-close',
      arguments: {
        symbol: TON,
        fraction: '0.5',
        quantity: null,
        round_up: false,
        allow_full: false,
      },
      uid: 1000,
      terminal: '/dev/pts/0',
      reason: 'half is enough',
    });
    expect(differences(life)).toEqual([]);
  });

  it('closes a share of every position, each by its own rules', async () => {
    const life = await holding();
    const { rows } = await partialCloseByBot(life.bot, half({ symbol: null }));
    expect(rows.map((row) => [row.symbol, row.remaining_after, row.stop_quantity_after])).toEqual([
      [SOL, '10', '10'],
      [TON, '10', '10'],
    ]);
  });

  it('a dry run says the same of the same position, sends nothing and journals nothing', async () => {
    const life = await holding();
    const before = life.events().length;
    const sent = life.venue.sent.length;
    const { rows: planned } = await partialCloseByBot(life.bot, half({ dryRun: true }));
    expect(life.events()).toHaveLength(before);
    expect(life.venue.sent).toHaveLength(sent);
    const { rows: done } = await partialCloseByBot(life.bot, half());
    const after = { sent: null, remaining_after: null, stop_quantity_after: null };
    expect(planned).toEqual(done.map((row) => ({ ...row, ...after })));
  });

  test('incident GALA XRP: half of one contract is refused once, with the nearest valid quantities', async () => {
    const rules = { lotStep: '1', minQuantity: '1' };
    const life = await holding(rules);
    const all = { quantity: decimal('19') };
    await partialCloseByBot(life.bot, half({ want: all }));
    expect(life.position()?.quantity.toFixed()).toBe('1');
    const sent = life.venue.sent.length;
    for (let time = 1; time <= 46; time += 1) {
      const { rows } = await partialCloseByBot(life.bot, half());
      expect(rows).toMatchObject([
        { outcome: 'refused', refusal: 'below minimum', nearest: ['1'], quantity: '0', sent: null },
      ]);
    }
    expect(life.venue.sent).toHaveLength(sent);
    expect(stopOf(life)).toEqual(['1']);
  });

  test('a size that the venue refuses for good is sent once, and denied from memory 45 times', async () => {
    const life = await holding();
    life.venue.next('place', { reject: 'invalidSize' });
    for (let time = 1; time <= 46; time += 1) {
      const { rows } = await partialCloseByBot(life.bot, half());
      expect(rows[0]).toMatchObject({ sent: 'rejected: invalidSize', remaining_after: '20' });
    }
    expect(exits(life)).toHaveLength(1);
    expect(stopOf(life)).toEqual(['20']);
  });

  it('a lost answer is looked for: told as in doubt, and what is left is known', async () => {
    const life = await holding();
    life.venue.next('place', 'answer-lost');
    const { rows } = await partialCloseByBot(life.bot, half());
    expect(rows[0]?.sent).toMatch(/^in doubt: /);
    expect(rows[0]).toMatchObject({ remaining_after: '10', stop_quantity_after: '10' });
    expect(exits(life)).toHaveLength(1);
  });

  it('beside an exit without an answer nothing is sent: it could close more than was asked for', async () => {
    const life = await holding();
    life.venue.next('place', 'answer-lost');
    life.venue.unknown('openOrders', 1_000);
    life.venue.unknown('orderHistory', 1_000);
    life.venue.unknown('fills', 1_000);
    await partialCloseByBot(life.bot, half());
    const { rows } = await partialCloseByBot(life.bot, half());
    expect(rows[0]?.sent).toBe('pending: an earlier exit is still live; nothing was sent');
    expect(exits(life)).toHaveLength(1);
  });

  it('everything allowed closes all: nothing is left, and no stop either', async () => {
    const life = await holding({ lotStep: '20', minQuantity: '20' });
    const { rows } = await partialCloseByBot(life.bot, half({ allowFull: true }));
    expect(rows[0]).toMatchObject({ outcome: 'closes-all', remaining_after: '0' });
    expect(life.position()).toBeNull();
  });

  it('a symbol without a position is not found, and --all without positions is no row', async () => {
    const life = await engineWorld({ markets: { TON: { bars: flat(20) } }, wishes: [] }).start();
    await life.to(1);
    await expect(partialCloseByBot(life.bot, half())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await partialCloseByBot(life.bot, half({ symbol: null }))).toEqual({ rows: [] });
  });
});

describe('flatten', () => {
  const request = { reason: 'enough', by: BY };

  it('closes every position reduce-only, proves it twice, and only then cancels what protected', async () => {
    const life = await holding();
    const before = life.bot.clock.now();
    const report = await flattenByBot(life.bot, request);
    expect(report).toMatchObject({ flat: true, unreadable: null });
    expect(report.rows).toEqual([
      { symbol: SOL, side: 'long', quantity: '19.99', outcome: 'flat' },
      { symbol: TON, side: 'long', quantity: '20', outcome: 'flat' },
    ]);
    expect(life.bot.clock.now() - before).toBeGreaterThanOrEqual(5 * SECOND);
    expect(exits(life).map(({ reduceOnly }) => reduceOnly)).toEqual([true, true]);
    expect([life.position(), life.position(SOL)]).toEqual([null, null]);
    expect([...life.live('stop'), ...life.live('target')]).toEqual([]);
    expect(differences(life)).toEqual([]);
  });

  it('nothing open is flat, proven all the same', async () => {
    const life = await engineWorld({ markets: { TON: { bars: flat(20) } }, wishes: [] }).start();
    await life.to(1);
    expect(await flattenByBot(life.bot, request)).toEqual({
      rows: [],
      rounds: 1,
      flat: true,
      unreadable: null,
    });
  });

  it('a refused order is told, the rest is closed, the stop of what stays stays', async () => {
    const life = await holding();
    const { trader } = life.assembled.venue;
    const place = trader.place.bind(trader);
    trader.place = (intent, signal) =>
      intent.symbol === TON && intent.role === 'exit'
        ? Promise.resolve({ kind: 'rejected', reason: 'invalidSize' })
        : place(intent, signal);
    const report = await flattenByBot(life.bot, request);
    expect(report.flat).toBe(false);
    expect(report.rows).toMatchObject([
      { symbol: SOL, outcome: 'flat' },
      { symbol: TON, outcome: 'refused: rejected: invalidSize' },
    ]);
    expect(stopOf(life)).toEqual(['20']);
    expect(life.position()?.quantity.toFixed()).toBe('20');
  });

  it('a position of nobody is imported first, so that its exit belongs to somebody', async () => {
    const life = await holding({}, [LONG]);
    await placedByHand(life);
    const report = await flattenByBot(life.bot, request);
    expect(report.rows).toEqual([
      { symbol: SOL, side: 'long', quantity: '3', outcome: 'flat' },
      { symbol: TON, side: 'long', quantity: '20', outcome: 'flat' },
    ]);
    expect(report.flat).toBe(true);
    expect(life.of('POSITION_IMPORTED').map(({ symbol }) => symbol)).toEqual([SOL]);
    expect([...life.live('stop'), ...life.live('target')]).toEqual([]);
    expect(differences(life)).toEqual([]);
  });

  it('a request that was lost is proven absent and sent again', async () => {
    const life = await holding({}, [LONG]);
    life.venue.next('place', 'request-lost');
    const report = await flattenByBot(life.bot, request);
    expect(report).toMatchObject({ flat: true, rows: [{ symbol: TON, outcome: 'flat' }] });
    expect(exits(life)).toHaveLength(2);
  });

  it('a lost answer is found before anything is sent again', async () => {
    const life = await holding({}, [LONG]);
    life.venue.next('place', 'answer-lost');
    const report = await flattenByBot(life.bot, request);
    expect(report).toMatchObject({ flat: true, rows: [{ symbol: TON, outcome: 'flat' }] });
    expect(exits(life)).toHaveLength(1);
  });

  it('positions that cannot be read are never flat', async () => {
    const life = await holding({}, [LONG]);
    life.venue.unknown('positions', 1_000);
    const report = await flattenByBot(life.bot, request);
    expect(report.flat).toBe(false);
    expect(report.rows[0]?.outcome).toContain('unknown: positions unreadable');
    expect(report.unreadable).toContain('connection reset');
    expect(exits(life)).toEqual([]);
    expect(stopOf(life)).toEqual(['20']);
  });

  it('dust that nobody can trade is told with why, and the rest is closed', async () => {
    const life = await holding({}, [LONG]);
    const entryPrice = price('100');
    tellPositions(life, (rows) => [
      ...rows,
      { symbol: SOL, side: 'long', quantity: quantity('0.001'), entryPrice },
    ]);
    const report = await flattenByBot(life.bot, request);
    expect(report.flat).toBe(false);
    expect(report.rows).toMatchObject([
      { symbol: SOL, quantity: '0.001', outcome: 'refused: below minimum' },
      { symbol: TON, outcome: 'flat' },
    ]);
  });

  it('an answer that is the first one again proves nothing', async () => {
    const life = await holding({}, [LONG]);
    tellPositions(life, (rows) => rows, 1);
    const report = await flattenByBot(life.bot, request);
    expect(report.flat).toBe(false);
    expect(report.rows[0]?.outcome).toBe(
      "unknown: the venue's own time stood still between two answers",
    );
  });

  it('a venue that answers with an empty list is not believed: nothing is flat', async () => {
    const life = await holding();
    seemEmpty(life);
    const report = await flattenByBot(life.bot, request);
    expect(report.flat).toBe(false);
    expect(report.rows.map(({ outcome }) => outcome)).toEqual([
      expect.stringContaining('unknown: 2 positions are gone at once'),
      expect.stringContaining('unknown: 2 positions are gone at once'),
    ]);
    expect([stopOf(life), stopOf(life, SOL)]).toEqual([['20'], ['19.99']]);
  });
});

describe('acknowledge', () => {
  const request = { symbol: TON, reason: 'closed by hand', by: BY };

  it('lets a position that vanished with the others be gone', async () => {
    const life = await holding();
    seemEmpty(life);
    await life.to(6);
    expect(life.bot.memory.blocked.get(TON)?.finding).toBe('orphan?');
    expect(life.position()).not.toBeNull();
    const done = await acknowledgeByBot(life.bot, request);
    expect(done).toMatchObject({ symbol: TON, causes: ['orphan?'] });
    expect(done.evidence).toHaveLength(1);
    expect(life.of('ACKNOWLEDGED').at(-1)).toMatchObject({
      symbol: TON,
      payload: { causes: ['orphan?'], reason: 'closed by hand', uid: 1000 },
    });
    expect(life.position()).toBeNull();
    expect(life.of('POSITION_RETIRED')[0]).toMatchObject({
      symbol: TON,
      payload: { reason: 'orphan' },
    });
  });

  it('clears what waits for an operator, with the evidence that was shown', async () => {
    const life = await holding();
    const payload = { cause: 'second_instance' as const, evidence: 'entries nobody here sent' };
    life.bot.journal.append([{ type: 'ACKNOWLEDGEMENT_NEEDED', symbol: TON, payload }]);
    expect(await acknowledgeByBot(life.bot, request)).toEqual({
      symbol: TON,
      causes: ['second_instance'],
      evidence: ['entries nobody here sent'],
    });
    expect(life.bot.journal.registry().attention.size).toBe(0);
    await expect(acknowledgeByBot(life.bot, request)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'tradectl status',
    });
  });
});
