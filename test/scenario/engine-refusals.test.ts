/** What a venue refuses for a while is asked for again at a measured pace: 46 refusals of one order were an incident. */
import { describe, expect, test } from 'vitest';
import { readStatus } from '../../src/engine/operations/read-status.ts';
import { tradeByHand } from '../support/by-hand.ts';
import { engineWorld, SOL, type Life, type Wish } from '../support/engine-world.ts';
import { flat } from '../support/tiny-recording.ts';

const TARGETS = ['110', '115', '120'] as const;
const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: TARGETS };

const world = (wishes: readonly Wish[]) =>
  engineWorld({ markets: { TON: { bars: flat(20) }, SOL: { bars: flat(20) } }, wishes });

describe('what is never exited, and refused for a while', () => {
  /** Refuses every such order; tells how many it refused since it was asked last. */
  function refusing(life: Life, role: 'stop' | 'target'): () => number {
    const { trader } = life.assembled.venue;
    const place = trader.place.bind(trader);
    let refused = 0;
    trader.place = (intent, signal) => {
      if (intent.role !== role) return place(intent, signal);
      refused += 1;
      return Promise.resolve({ kind: 'rejected', reason: 'marketSuspended' });
    };
    return () => {
      const told = refused;
      refused = 0;
      return told;
    };
  }

  test('the stop of an import: each second until the deadline, then once a cycle, with the alarm on', async () => {
    const place = world([]);
    const life = await place.start();
    await life.to(2);
    const refused = refusing(life, 'stop');
    await tradeByHand(life.assembled, { symbol: SOL, side: 'buy', quantity: '10' });
    await life.to(4);
    const degraded = life.of('STATE_CHANGED').find(({ payload }) => payload.to === 'DEGRADED');
    const [, second] = life.of('ORDER_REJECTED');
    expect(degraded?.seq, 'said before the stop is tried again').toBeLessThan(second?.seq ?? 0);
    const why = 'the venue refuses place-stop: marketSuspended';
    expect(place.log.filter((line) => line.includes('UNPROTECTED'))).toEqual([
      expect.stringContaining(`SOL/USD:USD: UNPROTECTED: stops cover 0 of 10: ${why}`),
    ]);
    const { problems, positions } = readStatus(place.home.dir, life.bot.clock.now());
    expect(problems).toContainEqual({
      code: 'UNPROTECTED',
      message: `SOL/USD:USD: stops cover 0 of 10: ${why}`,
    });
    expect(positions[0]?.uncovered_why).toBe(why);
    expect(life.position(SOL)?.origin).toBe('venue-report');
    expect(refused()).toBeLessThanOrEqual(12);
    await life.to(8);
    expect(refused()).toBe(4);
    expect(life.of('POSITION_UNPROTECTED')).toHaveLength(1);
    expect(life.bot.journal.registry().state).toBe('DEGRADED');
    expect(life.venue.sent.filter(({ role }) => role === 'exit')).toEqual([]);
  });

  test('a target: once a cycle', async () => {
    const life = await world([LONG]).start();
    await life.to(1);
    const refused = refusing(life, 'target');
    await life.to(2);
    // Once beside the stop that was taken, once in the look that followed.
    expect(refused()).toBe(2 * TARGETS.length);
    await life.to(6);
    expect(refused()).toBe(4 * TARGETS.length);
    expect(life.live('stop')).toHaveLength(1);
  });
});
