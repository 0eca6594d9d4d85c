/** Whatever is written over a row: a start names it, mends it once, and the journal goes on. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_COLUMNS, POSITION_COLUMNS } from '../../../src/core/registry-rows.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { damage, startOf, strayPosition } from '../../support/damaged-home.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  openLong,
  SOL,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';
import { importedEvent } from '../../support/repair-events.ts';

const VALUES = ["'0'", "'-1'", "'x'", "''", 'NULL', '7', "'open'", "'closed'", "'{'", "'[]'"];
const TEXT_KEYS = new Set(['position_id', 'client_order_id']);

/** One cell of one table, overwritten where the types of the table let it be. */
const DAMAGE = fc.oneof(
  cellOf('positions', POSITION_COLUMNS),
  cellOf('orders', ORDER_COLUMNS),
  fc.constantFrom(
    'DELETE FROM positions',
    'DELETE FROM orders',
    strayPosition(),
    strayPosition({ symbol: "'SOL/USD:USD'", position_id: "'rival'", quantity: "'1'" }),
    strayPosition({ symbol: "'TON/USD:USD'", position_id: "'twin'", opened_seq: '901' }),
    "UPDATE events SET payload = '{}' WHERE seq = 3",
    "UPDATE events SET payload = '[]' WHERE seq = 4",
    "UPDATE events SET payload = '{}' WHERE type = 'ORDER_INTENDED'",
    'UPDATE events SET position_id = NULL WHERE seq = 3',
  ),
);

function cellOf(table: string, columns: readonly string[]): fc.Arbitrary<string> {
  const names = columns.filter((column) => !TEXT_KEYS.has(column));
  return fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...VALUES))
    .map(([column, value]) => `UPDATE OR IGNORE ${table} SET ${column} = ${value}`);
}

function tolerant(home: JournalHome, sql: string): void {
  try {
    damage(home, sql);
  } catch {
    // A column that takes no such type: nothing is damaged, and nothing has to be found.
    home.db.exec('ROLLBACK');
  }
}

describe('over random damage', () => {
  it('a start never fails, the next one has nothing to report, and a market can be opened again', () => {
    fc.assert(
      fc.property(fc.array(DAMAGE, { minLength: 1, maxLength: 4 }), (all) => {
        const home = journalHome();
        try {
          openLong(home.journal, 'pos-1');
          home.journal.append([importedEvent('pos-2', { symbol: SOL })]);
          home.journal.append([intent({ id: 'stop-1', role: 'stop', position: 'pos-1' })]);
          for (const sql of all) tolerant(home, sql);
          startOf(home);
          const { registry, problems, events } = startOf(home);
          expect([problems, events]).toEqual([[], []]);

          const { journal, db } = home.reopen();
          for (const { clientOrderId, symbol } of registry.orders.values()) {
            const payload = { reason: 'over' };
            journal.append([{ type: 'ORDER_CANCELLED', symbol, clientOrderId, payload }]);
          }
          for (const on of [TON, SOL]) {
            const held = registry.positions.get(on);
            if (held === undefined) {
              journal.append([importedEvent(`new-${on}`, { symbol: on })]);
              continue;
            }
            const id = held.positionId;
            const quantity = String(held.quantity);
            journal.append([
              fillEvent({ trade: `x-${id}`, symbol: on, position: id, side: 'sell', quantity }),
              closedEvent(id, on),
            ]);
          }
          expect(startOf(home).problems).toEqual([]);
          expect(() => foldAll(db)).not.toThrow();
        } finally {
          home.remove();
        }
      }),
      { numRuns: 40, seed: 4 },
    );
  });
});
