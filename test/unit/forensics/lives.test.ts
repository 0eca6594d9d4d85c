import { expect, test } from 'vitest';
import { matchStarts } from '../../../src/forensics/lives.ts';

/** Lives newest first as `life:lastSeq`, starts newest first, `life=start` expected. */
test.each([
  ['each wrote one', '3:90 2:60 1:30', [61, 31, 1], '3=61 2=31 1=1'],
  ['the newest died before its first event', '3:- 2:60 1:30', [31, 1], '2=31 1=1'],
  ['the newest died before its first beat', '3:- 2:60 1:30', [61, 31, 1], '3=61 2=31 1=1'],
  ['one between wrote nothing', '3:90 2:- 1:30', [61, 1], '3=61 1=1'],
  ['two between wrote nothing', '4:90 3:- 2:- 1:30', [61, 1], '4=61 1=1'],
  ['none wrote anything', '2:- 1:-', [], ''],
])('%s', (_, lives, starts, expected) => {
  const runs = lives.split(' ').map((each) => {
    const [life, seq] = each.split(':');
    return { life: Number(life), lastSeq: seq === '-' ? null : Number(seq) };
  });
  const matched = [...matchStarts(runs, starts)].map(([life, start]) => `${life}=${start}`);
  expect(matched.join(' ')).toBe(expected);
});
