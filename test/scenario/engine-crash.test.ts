/**
 * Crash, then the same signal again: one position, one stop, no second entry. The life is thrown away
 * at each step between intent and cover; the next one has only the files.
 */
import { describe, expect, test } from 'vitest';
import { differences, engineWorld, type CrashPoint } from '../support/engine-world.ts';
import { flat, type Bars } from '../support/tiny-recording.ts';
import { inFlight } from '../../src/engine/in-flight.ts';

const SAME_SIGNAL = {
  at: [2, 3, 4, 5],
  id: 'sig-one',
  stop: '95',
  targets: ['110', '115', '120'],
} as const;

const POINTS: readonly (readonly [name: string, at: CrashPoint])[] = [
  ['after the intent, before the entry left', { role: 'entry', when: 'before' }],
  ['after the entry was sent, before its answer', { role: 'entry', when: 'after' }],
  ['after its fill was recorded, before the stop left', { role: 'stop', when: 'before' }],
  ['after the stop went live, before its answer', { role: 'stop', when: 'after' }],
  ['after the stop was recorded, before a target left', { role: 'target', when: 'before' }],
  ['after a target went live, before its answer', { role: 'target', when: 'after' }],
];

describe('crash, then the same signal again: one position', () => {
  test.each(POINTS)('%s', async (_, crashAt) => {
    const world = engineWorld({ markets: { TON: { bars: flat(12) } }, wishes: [SAME_SIGNAL] });
    const first = await world.start({ crashAt });
    expect(await first.to(5)).toBe(true);
    first.die();

    const second = await world.start();
    expect(await second.to(6)).toBe(false);

    const opened = second.of('POSITION_OPENED');
    expect(opened).toHaveLength(1);
    const position = second.position();
    const stops = second.live('stop');
    expect(stops.map(({ state, quantity }) => [state, quantity.toFixed()])).toEqual([
      ['live', position?.quantity.toFixed()],
    ]);
    expect(second.live('entry')).toEqual([]);
    expect(second.live('target')).toHaveLength(3);
    const venue = await second.assembled.venue.reader.positions();
    const rows = venue.read === 'complete' ? venue.rows : [];
    expect(rows.map((row) => row.quantity.toFixed())).toEqual([position?.quantity.toFixed()]);
    const listed = await second.assembled.venue.reader.openOrders();
    expect(listed.read === 'complete' && listed.rows.length).toBe(4);
    expect(inFlight(second.bot)).toEqual([]);
    expect(second.bot.memory.blocked.size).toBe(0);
    expect(differences(second)).toEqual([]);
  });

  test('the next life sees the market of that moment, not the one of the last whole cycle', async () => {
    // The cycle before, the price was below the stop of the entry that this cycle then made.
    const bars: Bars = [...flat(1), [100, 100, 90, 90], [90, 100, 90, 100], ...flat(9)];
    const world = engineWorld({ markets: { TON: { bars } }, wishes: [{ ...SAME_SIGNAL, at: 3 }] });
    const first = await world.start({ crashAt: { role: 'stop', when: 'before' } });
    expect(await first.to(3)).toBe(true);
    first.die();
    const second = await world.start();
    expect(second.position()?.quantity.toFixed()).toBe('20');
    expect(second.live('stop')).toHaveLength(1);
    await second.to(4);
    expect(second.venue.sent.filter(({ role }) => role === 'exit')).toEqual([]);
    const candles = second.of('CYCLE_END').map(({ payload }) => payload.candles);
    expect(candles).toEqual([1, 1, 1, 1]);
  });

  test('a life that dies at every start still ends with one position', async () => {
    const world = engineWorld({ markets: { TON: { bars: flat(12) } }, wishes: [SAME_SIGNAL] });
    for (const [, crashAt] of POINTS) {
      const life = await world.start({ crashAt });
      await life.to(5);
      life.die();
    }
    const last = await world.start();
    await last.to(8);
    expect(last.of('POSITION_OPENED')).toHaveLength(1);
    expect(last.live('stop')).toHaveLength(1);
    expect(last.of('PREVIOUS_RUN_DIED').length).toBeGreaterThan(0);
    expect(differences(last)).toEqual([]);
  });
});
