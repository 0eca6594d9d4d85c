/** Damaged orders and events at a restart: each is named once, and what is sound is restored. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mendProjection } from '../../../src/core/mend-projection.ts';
import { registryView } from '../../../src/core/registry-view.ts';
import { restoreRegistry } from '../../../src/core/restore.ts';
import type { RestoreProblem } from '../../../src/core/restore-problem.ts';
import { foldAll } from '../../../src/core/verify.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { PositionId } from '../../../src/domain/ids.ts';
import { damage, startOf, strayPosition } from '../../support/damaged-home.ts';
import {
  intent,
  journalHome,
  NOTE,
  openLong,
  SOL,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
});
afterEach(() => home.remove());

const brief = ({ kind, id, symbol: on, why }: RestoreProblem): unknown => [kind, id, on, why];
const setOrder = (changes: string): string =>
  `UPDATE orders SET ${changes} WHERE client_order_id = 'stop-1'`;
const NO_FOLD = "UPDATE events SET payload = '{}' WHERE type = 'POSITION_OPENED'";
const NO_INTENT = `UPDATE events SET payload = '{}'
  WHERE type = 'ORDER_INTENDED' AND client_order_id = 'stop-1'`;

describe('a living order', () => {
  it.each<[string, string, string, string | null]>([
    ['with a wrong row: its events win', setOrder("quantity = '0'"), 'projection.differs', '10'],
    [
      'with a row that cannot be parsed: its events win',
      setOrder("price = 'high'"),
      'projection.differs',
      '10',
    ],
    ['with a wrong event: its sound row is used', NO_INTENT, 'journal.unreadable', '10'],
    [
      'with a wrong event and a wrong row: left out',
      `${NO_INTENT}; ${setOrder("quantity = '0'")}`,
      'order.unreadable',
      null,
    ],
    [
      'that nothing intended: left out',
      setOrder("client_order_id = 'nobody-1', intent_seq = 99"),
      'ghost',
      null,
    ],
  ])('%s', (_what, sql, kind, quantity) => {
    openLong(home.journal, 'pos-1');
    home.journal.append([intent({ id: 'stop-1', role: 'stop', position: 'pos-1' })]);
    damage(home, sql);
    const first = startOf(home);
    expect(first.problems).toMatchObject([{ kind, table: 'orders', symbol: TON }]);
    const [order] = first.registry.orders.values();
    expect(order === undefined ? null : String(order.quantity)).toBe(quantity);
    expect(first.registry.positions.has(TON)).toBe(true);
    const second = startOf(home);
    expect([second.problems, second.events]).toEqual([[], []]);
  });

  it('that was taken out keeps its number: no later order gets its id', () => {
    openLong(home.journal, 'pos-1');
    home.journal.append([intent({ id: 'stop-1', role: 'stop', position: 'pos-1' })]);
    const count = (): number => registryView(home.db).countIntents('pos-1' as PositionId, 'stop');
    expect(count()).toBe(1);
    damage(home, "DELETE FROM orders WHERE client_order_id = 'stop-1'");
    expect(count()).toBe(1);
  });
});

describe('the rest of the journal', () => {
  const state = (to: string): NewEvent =>
    ({ type: 'STATE_CHANGED', payload: { from: 'NORMAL', to, causes: [] } }) as unknown as NewEvent;
  const cycle = (n: number): NewEvent =>
    ({ type: 'CYCLE_END', payload: { cycle: n, peak_equity: '100' } }) as unknown as NewEvent;

  it('skips a state of the wrong shape and takes the one before it', () => {
    home.journal.append([state('HALTED'), state('CHEERFUL'), cycle(1)]);
    const { registry, problems } = startOf(home);
    expect(registry.state).toBe('HALTED');
    expect(problems.map(brief)).toEqual([
      [
        'journal.unreadable',
        '2',
        null,
        'event 2 (STATE_CHANGED): broken rule: "CHEERFUL" is a trading state',
      ],
    ]);
    expect(startOf(home).problems).toEqual([]);
  });

  it('skips a cycle of the wrong shape', () => {
    home.journal.append([cycle(1), cycle(2)]);
    damage(home, "UPDATE events SET payload = '{}' WHERE seq = 2");
    const { registry, problems } = startOf(home);
    expect([registry.cycles, String(registry.peakEquity), problems.length]).toEqual([1, '100', 1]);
  });

  it('a staged row that cannot be read is left out and named', () => {
    damage(home, strayPosition());
    startOf(home);
    damage(home, "UPDATE staged_rows SET row = '{'");
    const { registry, problems } = restoreRegistry(home.db);
    expect(registry.staged.size).toBe(0);
    expect(problems.map(({ kind }) => kind)).toEqual(['staged.unreadable']);
  });

  it('a second open position of one symbol is left out', () => {
    openLong(home.journal, 'pos-1');
    openLong(home.journal, 'pos-2', SOL);
    damage(home, "UPDATE events SET symbol = 'TON/USD:USD' WHERE position_id = 'pos-2'");
    const { registry, problems } = startOf(home);
    expect([...registry.positions.values()].map(({ positionId }) => positionId)).toEqual(['pos-1']);
    expect(problems.map(({ kind, why }) => [kind, why])).toEqual([
      ['position.unreadable', 'pos-1 is open on TON/USD:USD already'],
    ]);
    expect(startOf(home).problems).toEqual([]);
  });

  it('verify names an event that cannot be folded and goes on', () => {
    openLong(home.journal, 'pos-1');
    home.journal.append([NOTE]);
    damage(home, NO_FOLD);
    const { differences, events } = foldAll(home.db);
    expect(events).toBe(4);
    expect(differences).toContainEqual(
      expect.stringMatching(/^event 3: POSITION_OPENED cannot be folded: /),
    );
  });

  it('a sound home has nothing to mend', () => {
    openLong(home.journal, 'pos-1');
    expect(home.reopen().journal.problems).toEqual([]);
    expect(mendProjection(home.db, home.journal.registry(), [])).toEqual([]);
  });
});
