/** Minute bars of what was read: nothing in them that nobody saw. */
import { expect, test } from 'vitest';
import { MINUTE, ms, SECOND, virtualClock } from '../../../src/domain/clock.ts';
import { price } from '../../../src/domain/decimal.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import type { VenueMark } from '../../../src/domain/venue.ts';
import { createTickBars } from '../../../src/market/tick-bars.ts';

const TON = symbol('TON/USD:USD');
const START = ms(Date.UTC(2026, 4, 4, 12));

function world() {
  const clock = virtualClock(START);
  const ticks = createTickBars(clock);
  const tick = (seconds: number, last: string): void => {
    clock.advanceTo(ms(START + seconds * SECOND));
    const at = price(last);
    const mark: VenueMark = {
      ...{ symbol: TON, mark: at, last: at, tsMs: clock.now() },
      ...{ quoteVolume24h: null, spread: null },
    };
    ticks.note([mark], clock.now());
  };
  return { clock, ticks, tick };
}

test('an order trades at the price that was read last', () => {
  const { ticks, tick } = world();
  tick(1, '100');
  tick(20, '103');
  expect(ticks.bar(TON, START)).toMatchObject({ open: 103, close: 103 });
});

test('a closed minute holds the path between the readings', () => {
  const { ticks, tick } = world();
  tick(1, '100');
  tick(20, '97');
  tick(40, '99');
  tick(61, '101');
  expect(ticks.bars(TON, START, ms(START + MINUTE))).toEqual([
    { openMs: START, open: 100, high: 100, low: 97, close: 99, volume: 0 },
  ]);
  expect(ticks.latest(TON)?.closeMs).toBe(START + MINUTE);
  expect(ticks.bar(TON, ms(START + MINUTE))?.open).toBe(101);
});

test('the next bar begins where the last price was: a jump is part of it', () => {
  const { ticks, tick } = world();
  tick(1, '100');
  tick(61, '90');
  tick(121, '95');
  expect(ticks.bars(TON, ms(START + MINUTE), ms(START + 2 * MINUTE))).toEqual([
    { openMs: START + MINUTE, open: 100, high: 100, low: 90, close: 90, volume: 0 },
  ]);
});

test('a minute without a reading has no bar, and few bars are kept', () => {
  const { ticks, tick } = world();
  tick(1, '100');
  tick(301, '100');
  expect(ticks.bars(TON, START, ms(START + 10 * MINUTE)).map(({ openMs }) => openMs)).toEqual([
    START,
  ]);
  for (let minute = 6; minute < 40; minute += 1) tick(minute * 60, '100');
  expect(ticks.bars(TON, START, ms(START + 60 * MINUTE)).length).toBeLessThan(16);
});
