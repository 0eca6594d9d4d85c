/** What was seen in earlier observations and is seen still. */
import { describe, expect, it } from 'vitest';
import { ms, type Ms } from '../../../src/domain/clock.ts';
import {
  NOTHING_SEEN,
  remember,
  wasSeenApart,
  type Sighting,
} from '../../../src/domain/sightings.ts';

const at = (atMs: number, serverMs: number | null = atMs): Sighting => ({
  atMs: ms(atMs),
  serverMs: serverMs === null ? null : ms(serverMs),
});

describe('remember', () => {
  const first = remember(NOTHING_SEEN, at(1_000), [{ prefix: 'absent ', keys: ['absent TON'] }]);

  it('notes when something was seen first', () => {
    expect([...first]).toEqual([['absent TON', at(1_000)]]);
  });

  it('what is still seen keeps its first time', () => {
    const keys = ['absent TON', 'absent BTC'];
    expect([...remember(first, at(2_000), [{ prefix: 'absent ', keys }])]).toEqual([
      ['absent TON', at(1_000)],
      ['absent BTC', at(2_000)],
    ]);
  });

  it('what is not seen any more is forgotten', () => {
    expect(remember(first, at(2_000), [{ prefix: 'absent ', keys: [] }]).size).toBe(0);
  });

  it('an observation that cannot tell changes nothing of its class', () => {
    const both = remember(first, at(2_000), [
      { prefix: 'absent ', keys: null },
      { prefix: 'order ', keys: ['order e1'] },
    ]);
    expect([...both.keys()]).toEqual(['absent TON', 'order e1']);
    const next = remember(both, at(3_000), [
      { prefix: 'absent ', keys: null },
      { prefix: 'order ', keys: [] },
    ]);
    expect([...next]).toEqual([['absent TON', at(1_000)]]);
  });

  it('leaves what it was given as it was', () => {
    remember(first, at(2_000), [{ prefix: 'absent ', keys: [] }]);
    expect(first.size).toBe(1);
  });
});

describe('wasSeenApart', () => {
  const seen = new Map([
    ['known', at(1_000)],
    ['timeless', at(1_000, null)],
  ]);

  it.each<[string, string, Sighting, boolean]>([
    ['never seen', 'other', at(9_000), false],
    ['one millisecond too near', 'known', at(5_999), false],
    ['exactly as far apart as asked', 'known', at(6_000), true],
    ['the time of the venue stands still', 'known', at(6_000, 1_000), false],
    ['the time of the venue goes back', 'known', at(6_000, 999), false],
    ['the time of the venue moves by a millisecond', 'known', at(6_000, 1_001), true],
    ['the venue tells no time now', 'known', at(6_000, null), true],
    ['the venue told no time then', 'timeless', at(6_000), true],
  ])('%s', (_what, key, now, is) => {
    const apartMs: Ms = ms(5_000);
    expect(wasSeenApart(seen, key, { now, apartMs })).toBe(is);
  });
});
