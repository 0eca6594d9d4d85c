import { describe, expect, it } from 'vitest';
import { createDenialMemory } from '../../../src/risk/denial-memory.ts';

describe('denial memory', () => {
  it('incident 46 half-contract closes: one is news, 45 are counted', () => {
    const memory = createDenialMemory();
    const news = Array.from({ length: 46 }, () => memory.note('TON/USD:USD', 'close 0.5 of 1'));
    expect(news.filter(Boolean)).toHaveLength(1);
    expect(news[0]).toBe(true);
  });

  it.each<[string, [subject: string, key: string][], boolean[]]>([
    [
      'changed inputs are news',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '2'],
      ],
      [true, true, false],
    ],
    [
      'and so is going back',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '1'],
      ],
      [true, true, true],
    ],
    [
      'each subject has its own',
      [
        ['a', '1'],
        ['b', '1'],
        ['a', '1'],
      ],
      [true, true, false],
    ],
  ])('%s', (_what, notes, news) => {
    const memory = createDenialMemory();
    expect(notes.map(([subject, key]) => memory.note(subject, key))).toEqual(news);
  });

  it('what was approved is forgotten, others are not', () => {
    const memory = createDenialMemory();
    memory.note('a', '1');
    memory.note('b', '1');
    memory.forget('a');
    expect([memory.note('a', '1'), memory.note('b', '1')]).toEqual([true, false]);
  });
});
