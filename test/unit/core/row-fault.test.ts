/** Which stored rows can be what they claim to be. */
import { describe, expect, it } from 'vitest';
import { previewAt } from '../../../src/core/preview.ts';
import { EMPTY_REGISTRY } from '../../../src/core/fold.ts';
import { orderRow, positionRow, type Row } from '../../../src/core/registry-rows.ts';
import { orderFault, positionFault } from '../../../src/core/row-fault.ts';
import { ms } from '../../../src/domain/clock.ts';
import { adoptedEvent, importedEvent } from '../../support/repair-events.ts';

const state = [importedEvent('pos-1'), adoptedEvent({ id: 'o-1', role: 'stop' })].reduce(
  previewAt(ms(1)),
  EMPTY_REGISTRY,
);
const position: Row = Object.assign({}, ...[...state.positions.values()].map(positionRow)) as Row;
const order: Row = Object.assign({}, ...[...state.orders.values()].map(orderRow)) as Row;

describe('a row of positions', () => {
  it.each<[string, Row, string | null]>([
    ['as it was written', {}, null],
    ['closed', { status: 'closed', quantity: '0', closed_ms: 1, exit_reason: 'orphan' }, null],
    ['open with nothing', { quantity: '0' }, 'it is open with a quantity of zero'],
    ['below zero', { quantity: '-1' }, 'expected a quantity of zero or more, was -1'],
    ['unparsable', { quantity: 'NaN' }, 'expected a decimal number, was "NaN"'],
    ['null', { quantity: null }, 'expected a decimal number, was "null"'],
    ['never entered', { entered_quantity: '0' }, 'nothing was ever entered'],
    ['priced at zero', { entry_price: '0' }, 'expected a price above zero, was 0'],
    ['of an alias', { symbol: 'PF_TONUSD' }, 'symbol is "PF_TONUSD"'],
    ['of no side', { side: 'LONG' }, 'side is "LONG"'],
    ['of no status', { status: 'OPEN' }, 'status is "OPEN"'],
    ['of no origin', { origin: 'luck' }, 'origin is "luck"'],
    ['opened never', { opened_ms: null }, 'opened_ms is null'],
    ['open and ended', { closed_ms: 1 }, 'it is open, its end says otherwise'],
    [
      'closed without an end',
      { status: 'closed', quantity: '0' },
      'it is closed, its end says otherwise',
    ],
    ['closed with a rest', { status: 'closed' }, 'it is closed and holds a quantity'],
    ['with targets that are no list', { targets_hit: '1' }, 'targets_hit is not a list'],
  ])('%s', (_what, changes, fault) => {
    expect(positionFault({ ...position, ...changes })).toBe(fault);
  });
});

describe('a row of orders', () => {
  it.each<[string, Row, string | null]>([
    ['as it was written', {}, null],
    ['of nothing', { quantity: '0' }, 'its quantity is zero'],
    ['of no role', { role: 'hedge' }, 'role is "hedge"'],
    ['of no state', { state: 'lost' }, 'state is "lost"'],
    ['of no type', { type: 'iceberg' }, 'type is "iceberg"'],
    ['of no time in force', { time_in_force: 'day' }, 'time_in_force is "day"'],
    ['limit without a price', { price: null }, 'it is a limit order without a price'],
    ['stop without a trigger', { type: 'stop' }, 'it has no price that triggers it'],
    ['stop that adds', { reduce_only: 0 }, 'only entries may add to a position'],
    ['entry that reduces', { role: 'entry' }, 'only entries may add to a position'],
    ['worth less than nothing', { filled_value: '-1' }, 'its fills were worth less than nothing'],
    ['intended by a word', { intent_seq: 'x' }, 'intent_seq is "x"'],
  ])('%s', (_what, changes, fault) => {
    expect(orderFault({ ...order, ...changes })).toBe(fault);
  });
});
