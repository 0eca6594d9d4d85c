import { expect, it } from 'vitest';
import { messageOf } from '../../../src/domain/errors.ts';

it.each([
  [new TypeError('it broke'), 'it broke'],
  ['a word', 'a word'],
  [null, 'null'],
])('what was thrown in its own words: %s', (thrown, said) => expect(messageOf(thrown)).toBe(said));
