import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from '../../../src/domain/shell-word.ts';

it.each([
  ['/a/b-1', '/a/b-1'],
  ['http://127.0.0.1:4711/x=1', 'http://127.0.0.1:4711/x=1'],
  ['/a b', "'/a b'"],
  ['$HOME `id`', "'$HOME `id`'"],
  ["/it's", "'/it'\\''s'"],
  ['', "''"],
])('%j is %s, and a shell reads it back', (word, written) => {
  expect(shellWord(word)).toBe(written);
  expect(
    execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }),
  ).toBe(word);
});
