/**
 * The whole bot on Binance USDⓈ-M and on Bybit, as far as their test servers go: an entry, its stop in the
 * venue's own way, a close by hand, an import, a lost answer, a second life.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { homePaths } from '../../src/core/home.ts';
import { foldAll } from '../../src/core/verify.ts';
import { decimal } from '../../src/domain/decimal.ts';
import { symbol } from '../../src/domain/symbol.ts';
import { assembleLive } from '../../src/engine/assemble-live.ts';
import { startLife, type LiveLife } from '../support/live-world.ts';
import { BINANCE_KEY, BINANCE_SECRET, rehearseBinance } from '../support/rehearsed-binance.ts';
import { BYBIT_KEY, BYBIT_SECRET, rehearseBybit } from '../support/rehearsed-bybit.ts';
import type { SmallExchange } from '../support/small-exchange.ts';
import type { VenueServer } from '../support/venue-server.ts';

const BTC = symbol('BTC/USDT:USDT');
const MARKET = 'BTCUSDT';
const PATIENT = 60_000;

interface World {
  readonly exchange: SmallExchange;
  readonly server: VenueServer;
  readonly world: { hedged: boolean };
  start(): Promise<LiveLife>;
}

const VENUES = [
  { name: 'binanceusdm', rehearse: rehearseBinance, key: BINANCE_KEY, secret: BINANCE_SECRET },
  { name: 'bybit', rehearse: rehearseBybit, key: BYBIT_KEY, secret: BYBIT_SECRET },
] as const;

async function worldOf({ name, rehearse, key, secret }: (typeof VENUES)[number]): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), `tradectl-${name}-`));
  const venue = await rehearse();
  const opened: { close(): void }[] = [];
  onTestFinished(async () => {
    for (const each of opened) each.close();
    await venue.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async (): Promise<LiveLife> => {
    const prefix = name.toUpperCase();
    const assembled = await assembleLive({
      paths: homePaths(join(folder, 'home')),
      loaded: loadConfig({
        configFile: null,
        home: join(folder, 'home'),
        cwd: folder,
        env: { [`${prefix}_API_KEY`]: key, [`${prefix}_API_SECRET`]: secret },
        overrides: { venue: name, mode: 'live', 'live.request_timeout': '500ms' },
      }),
      rehearse: venue.server.url,
      log: () => undefined,
    });
    opened.push(assembled);
    return startLife(assembled);
  };
  return { exchange: venue.exchange, server: venue.server, world: venue.world, start };
}

const stopsOf = ({ exchange }: World) => exchange.open().filter(({ kind }) => kind === 'stop');

function expectSound(world: World, life: LiveLife): void {
  const held = world.exchange.positionIn(MARKET).net;
  const position = life.position(BTC);
  const sign = position?.side === 'short' ? -1 : 1;
  expect(held.toString()).toBe(
    decimal(position?.quantity ?? 0)
      .mul(sign)
      .toString(),
  );
  const covered = stopsOf(world).reduce((sum, { quantity }) => sum.plus(quantity), decimal(0));
  expect(covered.gte(held.abs()), `${covered.toString()} covers ${held.toString()}`).toBe(true);
  expect(foldAll(life.assembled.home.db).differences).toEqual([]);
}

describe.each(VENUES)('$name', (venue) => {
  test(
    'an entry becomes a position with a stop; the next life finds both and sends nothing',
    async () => {
      const world = await worldOf(venue);
      const first = await world.start();
      first.wish({ symbol: BTC });
      await first.cycle();
      expect(first.position(BTC)).not.toBeNull();
      expect(stopsOf(world)).toHaveLength(1);
      expectSound(world, first);
      const orders = world.exchange.orders.length;
      first.die();
      const second = await world.start();
      await second.cycle();
      expect(world.exchange.orders).toHaveLength(orders);
      expectSound(world, second);
    },
    PATIENT,
  );

  test(
    'a stop that fires closes the position, and what is left of its targets goes',
    async () => {
      const world = await worldOf(venue);
      const life = await world.start();
      life.wish({ symbol: BTC });
      await life.cycle();
      world.exchange.setMark(MARKET, '50000');
      for (let count = 0; count < 4 && life.position(BTC) !== null; count += 1) await life.cycle();
      expect(life.position(BTC)).toBeNull();
      expect(world.exchange.open()).toEqual([]);
      expectSound(world, life);
    },
    PATIENT,
  );

  test(
    'an entry whose answer is lost is found, not sent again, and protected',
    async () => {
      const world = await worldOf(venue);
      const life = await world.start();
      const path = venue.name === 'bybit' ? 'order/create' : 'v1/order';
      world.server.fault('execute-then-drop-the-answer', path, 'POST');
      life.wish({ symbol: BTC });
      await life.cycle();
      await life.cyclesUntilSettled(4);
      expect(world.exchange.orders.filter(({ reduceOnly }) => !reduceOnly)).toHaveLength(1);
      expect(life.position(BTC)).not.toBeNull();
      expectSound(world, life);
    },
    PATIENT,
  );

  test(
    'what was opened by hand is imported and protected',
    async () => {
      const world = await worldOf(venue);
      const life = await world.start();
      await life.cycle();
      const none = { price: null, trigger: null, postOnly: false, reduceOnly: false };
      const quantity = decimal('0.01');
      const click = { market: MARKET, clientId: 'by-hand', side: 'buy', kind: 'market' } as const;
      world.exchange.place({ ...click, ...none, quantity, immediate: true });
      await life.cycle();
      expect(life.events('POSITION_IMPORTED')).toHaveLength(1);
      expectSound(world, life);
    },
    PATIENT,
  );

  test('an account in hedge mode is refused with an explanation', async () => {
    const world = await worldOf(venue);
    world.world.hedged = true;
    await expect(world.start()).rejects.toMatchObject({ code: 'DENIED' });
  });
});
