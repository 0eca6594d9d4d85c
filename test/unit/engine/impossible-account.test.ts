/** An account that contradicts the positions beside it is not known: nothing follows from it, least of all a halt. */
import { expect, it } from 'vitest';
import { decimal } from '../../../src/domain/decimal.ts';
import type { VenueAccount, VenuePosition } from '../../../src/domain/venue.ts';
import { figuresOf } from '../../../src/engine/metrics.ts';
import { complete, unknown } from '../../support/protection-world.ts';
import { listed } from '../../support/repair-world.ts';

const account = (equity: string, margin: string): VenueAccount => ({
  marginEquity: decimal(equity),
  balance: decimal(equity),
  unrealizedPnl: decimal('0'),
  initialMargin: decimal(margin),
  maintenanceMargin: decimal(margin),
  netDeposits: decimal('0'),
});
const held = [listed('10')];

it.each<[string, VenueAccount, readonly VenuePosition[], string]>([
  ['zeros beside positions', account('0', '0'), held, 'unknown'],
  ['equity without margin beside positions', account('1000', '0'), held, 'unknown'],
  ['margin of no equity beside positions', account('0', '50'), held, 'unknown'],
  ['less than nothing beside positions', account('-1', '50'), held, 'unknown'],
  ['positions, and margin for them', account('900', '50'), held, '0.1'],
  ['nothing, and no position', account('0', '0'), [], '1'],
  ['a balance, and no position', account('1000', '0'), [], '0'],
])('%s', (_what, row, positions, drawdown) => {
  const readings = { account: complete([row]), positions: complete(positions) };
  const figures = figuresOf(readings, decimal('1000'));
  expect(figures?.drawdown.toFixed() ?? 'unknown').toBe(drawdown);
  const first = figuresOf(readings, null);
  expect(first === null).toBe(drawdown === 'unknown');
});

it('positions that were not read contradict nothing', () => {
  const readings = { account: complete([account('0', '0')]), positions: unknown<VenuePosition>() };
  expect(figuresOf(readings, decimal('1000'))?.drawdown.toFixed()).toBe('1');
});
