/** When a market is asked for candles: never before one must have closed, and not for ever after it did not come. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, ms, SECOND, type Ms } from '../../../src/domain/clock.ts';
import {
  dueOpen,
  isDue,
  isSeriesCurrent,
  nextOpen,
  noteAsked,
  type Series,
} from '../../../src/market/candle-schedule.ts';

const NOON = ms(Date.UTC(2026, 4, 4, 12));
const at = (offset: number): Ms => ms(NOON + offset);

function series(timeframe: Series['timeframe'], lastMs: Ms | null): Series {
  return { timeframe, lastMs, notBefore: ms(0), attempts: 0, missingMs: null };
}

/** The candle of 04:00 to 08:00 is the newest that is stored. */
const untilEight = (): Series => series('4h', at(-8 * HOUR));
const currentFourHour = (): Series => series('4h', at(-4 * HOUR));

describe('a four-hour candle', () => {
  const cases: [string, Ms, Ms | null][] = [
    ['is not due a moment before it closes', at(-1), null],
    ['is not due at its close: the venue needs a moment', at(4 * SECOND), null],
    ['is due five seconds after its close', at(5 * SECOND), at(-4 * HOUR)],
    ['is due as one of several after a long sleep', at(8 * HOUR + MINUTE), at(4 * HOUR)],
  ];
  test.each(cases)('%s', (_, now, due) => {
    expect(dueOpen(untilEight(), now)).toBe(due);
  });

  test('that is stored is not asked for again until the next one closes', () => {
    expect(dueOpen(currentFourHour(), at(3 * HOUR))).toBeNull();
    expect(dueOpen(currentFourHour(), at(4 * HOUR + MINUTE))).toBe(NOON);
  });

  test('is asked for from the one after the last', () => {
    expect(nextOpen(untilEight(), NOON)).toBe(at(-4 * HOUR));
  });

  test('of a market that holds none is asked for from far enough back, at the start of a day', () => {
    const since = nextOpen(series('4h', null), NOON);
    expect(since % DAY).toBe(0);
    expect(NOON - since).toBeGreaterThan(199 * DAY);
  });
});

describe('a day', () => {
  test('is not asked for while its last four hours are on their way: it is made of them', () => {
    const midnight = at(12 * HOUR + MINUTE);
    const day = series('1d', at(-36 * HOUR));
    expect(isDue(day, series('4h', at(4 * HOUR)), midnight)).toBe(false);
  });

  test('is asked for when the four hours are here and it could not be made', () => {
    const midnight = at(12 * HOUR + MINUTE);
    const day = series('1d', at(-36 * HOUR));
    expect(isDue(day, series('4h', at(8 * HOUR)), midnight)).toBe(true);
  });

  test('of a market that holds none is asked for at once', () => {
    expect(isDue(series('1d', null), series('4h', null), NOON)).toBe(true);
  });
});

describe('after a request', () => {
  test('that brought the candle nothing is due', () => {
    const held = untilEight();
    const now = at(10 * SECOND);
    held.lastMs = at(-4 * HOUR);
    noteAsked(held, { now, due: at(-4 * HOUR), isAnswered: true });
    expect(isDue(held, held, now)).toBe(false);
    expect(isSeriesCurrent(held, now)).toBe(true);
  });

  test('that failed it waits longer each time, and never gives up', () => {
    const held = untilEight();
    let now = at(10 * SECOND);
    const waits: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      noteAsked(held, { now, due: at(-4 * HOUR), isAnswered: false });
      waits.push(held.notBefore - now);
      expect(isDue(held, held, now)).toBe(false);
      now = held.notBefore;
      expect(isDue(held, held, now)).toBe(true);
    }
    expect(waits).toEqual([15 * SECOND, MINUTE, 5 * MINUTE, 5 * MINUTE]);
    expect(isSeriesCurrent(held, now)).toBe(false);
  });

  test('that the venue answered without the candle three times, it has none: the market goes on', () => {
    const held = untilEight();
    let now = at(10 * SECOND);
    for (let count = 0; count < 3; count += 1) {
      expect(isSeriesCurrent(held, now)).toBe(false);
      noteAsked(held, { now, due: at(-4 * HOUR), isAnswered: true });
      now = held.notBefore;
    }
    expect(isDue(held, held, now)).toBe(false);
    expect(isSeriesCurrent(held, now)).toBe(true);
    expect(isDue(held, held, at(4 * HOUR + MINUTE)), 'the next one is asked for').toBe(true);
  });
});
