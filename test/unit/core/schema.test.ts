/** The rules of state.db against hand-written SQL: every one of these statements must be refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import { adoptedEvent, importedEvent, stagedEvent } from '../../support/repair-events.ts';
import {
  journalHome,
  openLong,
  intent,
  NOTE,
  SOL,
  type JournalHome,
} from '../../support/journal-home.ts';

let home: JournalHome;
let opening = 0;
let intended = 0;
let told = 0;

beforeAll(() => {
  home = journalHome();
  const seqOf = (type: string): number =>
    home.db.prepare('SELECT max(seq) FROM events WHERE type = ?').pluck().get(type) as number;
  openLong(home.journal, 'pos-1');
  home.journal.append([intent({ id: 'live-1', signal: 'sig-2' }), NOTE]);
  [opening, intended, told] = [seqOf('POSITION_OPENED'), seqOf('ORDER_INTENDED'), seqOf('FILL')];
});
afterAll(() => home.remove());

/** Runs SQL and undoes it, so that one accepted statement cannot hide the next. */
function attempt(sql: string): void {
  home.db.exec('BEGIN IMMEDIATE');
  try {
    home.db.exec(sql);
  } finally {
    if (home.db.inTransaction) home.db.exec('ROLLBACK');
  }
}

const setPosition = (changes: string): string => `UPDATE positions SET ${changes}`;
const setOrder = (changes: string): string =>
  `UPDATE orders SET ${changes} WHERE client_order_id = 'live-1'`;
const copy = (table: string, columns: Record<string, string>): string => {
  const all = home.db.pragma(`table_info(${table})`) as { name: string }[];
  const values = all.map(({ name }) => columns[name] ?? name).join(', ');
  return `INSERT INTO ${table} SELECT ${values} FROM ${table} LIMIT 1`;
};
const event = (columns: Record<string, string>): string =>
  copy('events', { seq: '(SELECT max(seq) + 1 FROM events)', ...columns });

describe('events', () => {
  it.each([
    ['changed', () => "UPDATE events SET payload = '{}'", 'never changed'],
    ['deleted', () => 'DELETE FROM events', 'never deleted'],
    ['replaced', () => 'REPLACE INTO events SELECT * FROM events LIMIT 1', 'after the last'],
    ['put before the last', () => event({ seq: '1' }), 'after the last'],
    ['payload that is not JSON', () => event({ payload: "'{'" }), 'CHECK'],
    ['fractional time', () => event({ ts_ms: '1.5' }), 'REAL'],
    ['hash of another length', () => event({ hash: "'abc'" }), 'CHECK'],
    ['caused by a later one', () => event({ causation_seq: '999999' }), 'CHECK'],
    ['an alias as symbol', () => event({ symbol: "'PF_TONUSD'" }), 'CHECK'],
    ['a symbol in small letters', () => event({ symbol: "'ton/usd:usd'" }), 'CHECK'],
  ])('%s', (_what, sql, why) => {
    expect(() => attempt(sql())).toThrow(why);
  });

  it('a legal one is accepted', () => {
    expect(() => attempt(event({}))).not.toThrow();
  });
});

describe('positions', () => {
  it.each([
    ['open with size zero', () => setPosition("quantity = '0'"), 'CHECK'],
    [
      'closed with a rest',
      () => setPosition("status = 'closed', closed_ms = 1, exit_reason = 'x'"),
    ],
    [
      'closed without a reason',
      () => setPosition("status = 'closed', quantity = '0', closed_ms = 1"),
    ],
    ['negative quantity', () => setPosition("quantity = '-1'")],
    ['exponent', () => setPosition("quantity = '1e3'")],
    ['trailing zero', () => setPosition("quantity = '1.50'")],
    ['trailing point', () => setPosition("quantity = '1.'")],
    ['leading zero', () => setPosition("quantity = '01'")],
    ['two points', () => setPosition("quantity = '1.2.3'")],
    ['a word', () => setPosition("quantity = 'NaN'")],
    ['minus zero', () => setPosition("realized_pnl = '-0'")],
    ['price of zero', () => setPosition("entry_price = '0'")],
    ['unknown status', () => setPosition("status = 'maybe'")],
    ['another side', () => setPosition("side = 'short'"), 'never changes'],
    ['deleted', () => 'DELETE FROM positions', 'never deleted'],
    [
      'explained by an event of another type',
      () => copy('positions', { position_id: "'pos-2'", opened_seq: '1' }),
      'needs the event',
    ],
    [
      'explained by the event of another position',
      () => copy('positions', { position_id: "'pos-2'", opened_seq: String(opening) }),
      'needs the event',
    ],
    [
      'reopened',
      () =>
        setPosition("status = 'closed', quantity = '0', closed_ms = 1, exit_reason = 'x'") +
        `; ${setPosition("status = 'open', quantity = '1', closed_ms = NULL, exit_reason = NULL")}`,
      'never reopened',
    ],
    [
      'a second open one on the symbol',
      () =>
        `${event({ type: "'POSITION_OPENED'", position_id: "'pos-2'", symbol: "'TON/USD:USD'" })};
         ${copy('positions', { position_id: "'pos-2'", opened_seq: '(SELECT max(seq) FROM events)' })}`,
      'UNIQUE',
    ],
  ])('%s', (_what, sql, why = 'CHECK') => {
    expect(() => attempt(sql())).toThrow(why);
  });

  it.each(['0.5', '10', '100.05', '1234567890.0000000001'])('quantity %s is canonical', (value) => {
    expect(() => attempt(setPosition(`quantity = '${value}'`))).not.toThrow();
  });

  it.each(['-0.5', '0', '12', '-100'])('profit %s is canonical', (value) => {
    expect(() => attempt(setPosition(`realized_pnl = '${value}'`))).not.toThrow();
  });
});

describe('orders', () => {
  it.each([
    [
      'no intent',
      () => copy('orders', { client_order_id: "'x'", intent_seq: '999999' }),
      'event that intended',
    ],
    [
      'the intent of another order',
      () => copy('orders', { client_order_id: "'x'", intent_seq: String(intended) }),
      'event that intended',
    ],
    ['an entry that is reduce-only', () => setOrder('reduce_only = 1'), 'CHECK'],
    ['a limit without price', () => setOrder('price = NULL'), 'CHECK'],
    ['a stop without trigger', () => setOrder("type = 'stop'"), 'CHECK'],
    ['quantity zero', () => setOrder("quantity = '0'"), 'CHECK'],
    ['unknown state', () => setOrder("state = 'lost'"), 'CHECK'],
    ['another side', () => setOrder("side = 'sell'"), 'never changes'],
    ['deleted', () => 'DELETE FROM orders', 'never deleted'],
    [
      'a second living entry of one signal',
      () =>
        `${event({ type: "'ORDER_INTENDED'", client_order_id: "'live-2'", symbol: "'TON/USD:USD'" })};
         INSERT INTO orders SELECT 'live-2', symbol, role, purpose, side, type, time_in_force,
           post_only, reduce_only, quantity, price, stop_price, position_id, signal_id, expires_ms,
           state, venue_order_id, filled, filled_value, reason, (SELECT max(seq) FROM events),
           intended_ms, updated_ms FROM orders WHERE client_order_id = 'live-1'`,
      'UNIQUE',
    ],
  ])('%s', (_what, sql, why) => {
    expect(() => attempt(sql())).toThrow(why);
  });
});

describe('fills', () => {
  it.each([
    ['one trade twice', () => copy('fills', {}), 'UNIQUE'],
    ['no event', () => copy('fills', { trade_id: "'t-9'" }), 'event that told'],
    [
      'the event of another trade',
      () => copy('fills', { trade_id: "'t-9'", seq: String(told) }),
      'event that told',
    ],
    ['changed', () => "UPDATE fills SET price = '3'", 'never changed'],
    ['deleted', () => 'DELETE FROM fills', 'never deleted'],
  ])('%s', (_what, sql, why) => {
    expect(() => attempt(sql())).toThrow(why);
  });
});

describe('staged rows', () => {
  beforeAll(() => {
    home.journal.append([stagedEvent('r1')]);
  });
  const set = (changes: string): string => `UPDATE staged_rows SET ${changes}`;
  it.each([
    ['deleted', () => 'DELETE FROM staged_rows', 'never deleted'],
    ['replaced', () => 'REPLACE INTO staged_rows SELECT * FROM staged_rows', 'never deleted'],
    ['changed', () => set("row = '{}'"), 'as it was found'],
    ['given another market', () => set('symbol = NULL'), 'as it was found'],
    ['not explained', () => copy('staged_rows', { row_id: "'r2'" }), 'event that staged'],
    ['row that is not JSON', () => copy('staged_rows', { row: "'{'", row_id: "'r1'" }), 'CHECK'],
    ['unknown state', () => set("state = 'lost'"), 'CHECK'],
    ['quarantined without a finding', () => set("state = 'quarantined'"), 'CHECK'],
    ['unknown finding', () => set("finding = 'odd', quarantined_ms = 1"), 'CHECK'],
    ['retired without a time', () => set("state = 'retired'"), 'CHECK'],
    ['ended and still waiting', () => set('ended_ms = 1'), 'CHECK'],
  ])('%s', (_what, sql, why) => {
    expect(() => attempt(sql())).toThrow(why);
  });

  it('are read through an index while they wait', () => {
    const plan = home.db
      .prepare(
        `EXPLAIN QUERY PLAN SELECT * FROM staged_rows
         WHERE state IN ('staged', 'quarantined') ORDER BY staged_seq`,
      )
      .all();
    expect(JSON.stringify(plan)).toContain('staged_rows_waiting');
  });
});

describe('what reconciliation explains', () => {
  it('an imported position and an adopted order', () => {
    home.journal.append([
      importedEvent('pos-sol', { symbol: SOL }),
      adoptedEvent({ id: 'adopted-1', symbol: SOL, role: 'stop', position: 'pos-sol' }),
    ]);
    expect(home.journal.registry().orders.size).toBe(2);
  });

  it('an order that ended is adopted anew, and its intent moves on', () => {
    const told = { symbol: SOL, clientOrderId: 'adopted-1' };
    home.journal.append([
      { ...told, type: 'ORDER_CANCELLED', payload: { reason: 'seen' } } as unknown as NewEvent,
    ]);
    home.journal.append([
      adoptedEvent({ id: 'adopted-1', symbol: SOL, role: 'stop', position: 'pos-sol' }),
    ]);
    const { seq } = home.journal.head();
    const intentSeq = 'SELECT intent_seq FROM orders WHERE client_order_id = ?';
    expect(home.db.prepare(intentSeq).pluck().get('adopted-1')).toBe(seq);
    expect(() => attempt("UPDATE orders SET intent_seq = 1 WHERE role = 'stop'")).toThrow(
      'never changes',
    );
  });
});
