/** Push messages of the venue: they make the bot look at once, and it believes what it then reads. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listen } from '../../src/engine/listen.ts';
import { settle } from '../../src/engine/settle.ts';
import { expectSound, liveWorld } from '../support/live-world.ts';

const CLICK = { orderType: 'mkt', symbol: 'PF_XBTUSD', side: 'buy', size: '0.05' };

test('a fill that nobody asked for wakes the bot, and the position is imported and protected', async () => {
  const world = await liveWorld({ speed: 1, config: { 'live.wake_ups': true } });
  const life = await world.start();
  const listening = await listen(life.assembled);
  expect(listening).not.toBeNull();
  try {
    await woken(listening);
    await world.control('order', CLICK);
    await woken(listening);
    await settle(life.bot);
    expect(life.events('POSITION_IMPORTED')).toHaveLength(1);
    await expectSound(world, life);
  } finally {
    await listening?.close();
  }
});

test('without them nothing is listened to', async () => {
  const world = await liveWorld();
  const life = await world.start();
  expect(await listen(life.assembled)).toBeNull();
});

async function woken(listening: { isWoken(): boolean } | null): Promise<void> {
  for (let left = 200; left > 0 && listening?.isWoken() !== true; left -= 1) await setTimeout(25);
}
