/** Codes of Binance that mean two things, and what the library's class adds to them. */
import { expect, it } from 'vitest';
import { classifyBinance } from '../../../../src/venue/ccxt/binance/error-codes.ts';

function kindOf(body: string, classes: readonly string[], changes = true) {
  return classifyBinance({ changes, sent: true, status: 400, body, classes, message: '' }).kind;
}

it('-2015 is the key, but after a good call it is an address that is shut out', () => {
  const body = '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}';
  expect(kindOf(body, ['AuthenticationError', 'ExchangeError'])).toBe('auth');
  expect(kindOf(body, ['DDoSProtection', 'NetworkError'])).toBe('rate_limited');
});

it.each([
  ['a code that is a word', '{"code":"busy","msg":"x"}'],
  ['a code of success', '{"code":200,"msg":"x"}'],
  ['no code', '{"msg":"x"}'],
  ['half of an answer', '{"code":-20'],
])('%s leaves a change in doubt', (_what, body) => {
  expect(kindOf(body, ['ExchangeError'])).toBe('in_doubt');
});
