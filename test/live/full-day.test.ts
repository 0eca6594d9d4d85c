/**
 * A full day of the bot on a venue that misbehaves at random: a cycle each five minutes, signals, faults on
 * every endpoint, clicks in the venue's own page, deaths. When the faults stop, registry and venue agree,
 * nothing is in doubt, everything is protected. A seed that failed is added to the list.
 */
import { expect, test } from 'vitest';
import { ms } from '../../src/domain/clock.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { FAULT_WORDS } from '../../src/venue/rehearsal/fault-rules.ts';
import { expectSound, liveWorld, type LiveLife, type LiveWorld } from '../support/live-world.ts';
import { BTC, PEPE, stillBar, tapeOf, TON } from '../support/rehearsal-world.ts';

/** One in the suite; `npm run days` lives twenty. */
const SEEDS = [
  'monday',
  ...Array.from({ length: Number(process.env['DAYS'] ?? 1) - 1 }, (_, day) => `day ${day}`),
];
const CYCLES = 288;
const STEP = ms(5 * 60_000);
const PATIENT = 240_000;

const PATHS = [
  'sendorder',
  'cancelorder',
  'openpositions',
  'openorders',
  'fills',
  'accounts',
  'tickers',
  'orders',
  'triggers',
  'candles',
];
const ACTIONS: readonly unknown[] = [
  ...FAULT_WORDS,
  { delay_ms: 300 },
  { delay_ms: 300, before: true },
  { status: 500, body: 'oops' },
  { status: 429, body: { result: 'error', error: 'apiLimitExceeded' } },
  { status: 524, body: '<html>a timeout occurred</html>' },
];

test.each(SEEDS)(
  'seed %s',
  async (seed) => {
    const random = seededRandom(`full day ${seed}`);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
    const happens = (share: number): boolean => random.next() < share;
    const world = await liveWorld({ tape: tapeOf(wobbling(seed)) });
    let life = await world.start();
    let signals = 0;
    for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
      if (happens(0.25)) {
        const match = { path: pick(PATHS) };
        await world.faults({
          match,
          times: 1 + Math.floor(random.next() * 3),
          action: pick(ACTIONS),
        });
      }
      if (happens(0.15)) {
        signals += 1;
        const side = happens(0.5) ? 'long' : 'short';
        life.wish({
          symbol: pick([BTC, TON, PEPE]),
          side,
          risk: 0.01,
          id: `sig-${seed}-${signals}`,
        });
      }
      if (happens(0.02)) await clickByHand(world, happens(0.5) ? 'buy' : 'sell');
      await life.cycle();
      await world.control('clock', { advance_ms: STEP });
      if (happens(0.02)) {
        life.die();
        life = await restart(world);
      }
    }
    const sent = await world.sentOrders();
    expect(
      sent.filter((id, index) => sent.indexOf(id) !== index),
      'sent twice',
    ).toEqual([]);
    await world.control('clear', {});
    // The day spent the small pool of the venue's history: ten minutes fill it again.
    await world.control('clock', { advance_ms: 600_000 });
    for (let count = 0; count < 12; count += 1) await life.cycle();
    await expectSound(world, life);
    expect(life.events('POSITION_OPENED').length, 'it really traded').toBeGreaterThan(2);
    expect(life.events('HALT_SET')).toEqual([]);
  },
  PATIENT,
);

/** A venue that is sick at the very start is tried again, as a supervisor does. */
async function restart(world: LiveWorld): Promise<LiveLife> {
  for (;;) {
    try {
      return await world.start();
    } catch (error) {
      expect(error).toMatchObject({ code: 'VENUE_UNREACHABLE' });
    }
  }
}

async function clickByHand(world: LiveWorld, side: 'buy' | 'sell'): Promise<void> {
  const click = { orderType: 'mkt', symbol: 'PF_XBTUSD', side, size: '0.01' };
  await world.control('order', click).catch(() => undefined);
}

/** A market that wanders by up to a percent a bar, the same for the same seed. */
function wobbling(seed: string): Parameters<typeof tapeOf>[0] {
  return (of, openMs) => {
    const still = stillBar(of, openMs);
    const at = (bar: number): number =>
      still.close * (1 + 0.03 * Math.sin(bar / 3 + seededRandom(`${seed} ${of} ${bar}`).next()));
    const bar = openMs / 14_400_000;
    const tidy = (value: number): number => Number(value.toPrecision(4));
    const [open, close] = [tidy(at(bar)), tidy(at(bar + 1))];
    const high = tidy(Math.max(open, close) * 1.005);
    const low = tidy(Math.min(open, close) * 0.995);
    return { openMs, open, high, low, close, volume: 2_400_000 };
  };
}
