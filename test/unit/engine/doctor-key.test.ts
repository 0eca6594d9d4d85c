/** What a key may do, as a verdict: nothing that moves money away is ever well. */
import { expect, test } from 'vitest';
import {
  keyFinding,
  type KeyReport,
} from '../../../src/engine/operations/doctor/configuration-checks.ts';

const TRADING_ONLY: KeyReport = {
  canTrade: true,
  canWithdraw: false,
  canTransfer: false,
  ipAllowList: true,
  fingerprint: 'AbCd…wxyz',
  refusal: null,
};

test.each([
  ['trading only, from one address', {}, 'ok', 'trades, and nothing more'],
  ['withdrawal', { canWithdraw: true }, 'fail', 'it may withdraw'],
  [
    'transfer',
    { canTransfer: true, ipAllowList: false },
    'fail',
    'it may transfer, it works from any address',
  ],
  ['hedge mode', { refusal: 'the account is in hedge mode' }, 'fail', 'hedge mode'],
  ['any address', { ipAllowList: false }, 'warn', 'it works from any address'],
  ['reading only', { canTrade: false }, 'warn', 'it may not trade'],
] as const)('%s', (_what, change, verdict, said) => {
  const finding = keyFinding({ ...TRADING_ONLY, ...change });
  expect(finding.verdict).toBe(verdict);
  expect(finding.figure).toContain(said);
});

test('what the venue does not tell is said, and is no fault', () => {
  const finding = keyFinding({ ...TRADING_ONLY, canWithdraw: null, ipAllowList: null });
  expect(finding).toMatchObject({
    verdict: 'ok',
    details: ['the venue does not tell: withdrawal, address list'],
  });
});
