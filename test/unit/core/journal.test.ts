import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReadonly } from '../../../src/core/database.ts';
import { compareWithHead, readHighWaterMark } from '../../../src/core/high-water-mark.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../../../src/core/schema.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { ms } from '../../../src/domain/clock.ts';
import type { NewEvent, StoredEvent } from '../../../src/domain/event.ts';
import type { Symbol } from '../../../src/domain/symbol.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  NOTE,
  openedEvent,
  openLong,
  type JournalHome,
} from '../../support/journal-home.ts';

let home: JournalHome;
const told: StoredEvent[] = [];

beforeEach(() => {
  told.length = 0;
  home = journalHome({ onCommitted: (events) => told.push(...events) });
});
afterEach(() => home.remove());

const count = (table: string): unknown =>
  home.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('append', () => {
  it('numbers a batch without gaps, stamps it once, and tells it after the commit', () => {
    const seen: unknown[] = [];
    const { journal } = home.reopen({ onCommitted: () => seen.push(count('events')) });
    const answer = journal.append([NOTE, { ...NOTE, tsMs: ms(5) }, NOTE]);
    expect(answer).toEqual({ seqFirst: 1, seqLast: 3, headHash: journal.head().hash });
    expect(seen).toEqual([3]);
    const now = home.clock.now();
    const times = home.db.prepare('SELECT ts_ms, recorded_ms FROM events').raw().all();
    expect(times).toEqual([
      [now, now],
      [5, now],
      [now, now],
    ]);
  });

  it('writes the rows of a position in the transaction of its events', () => {
    openLong(home.journal, 'pos-1');
    home.journal.append([
      fillEvent({ trade: 't-2', position: 'pos-1', side: 'sell', price: '1.9', role: 'stop' }),
      closedEvent('pos-1'),
    ]);
    const row = home.db.prepare('SELECT * FROM positions').get();
    expect(row).toMatchObject({
      status: 'closed',
      quantity: '0',
      realized_pnl: '-1',
      fees: '0.02',
    });
    expect(home.journal.registry().positions.size).toBe(0);
    expect(told.map((event) => event.type)).toContain('POSITION_CLOSED');
  });

  it.each<[string, () => NewEvent[]]>([
    ['a trade told twice', () => [NOTE, fillEvent({ trade: 't-pos-1', position: 'pos-1' })]],
    [
      'a second open position on the symbol',
      () => [NOTE, fillEvent({ trade: 't-9', position: 'pos-2' }), openedEvent('pos-2')],
    ],
    ['a position that no fill opened', () => [NOTE, openedEvent('pos-2')]],
    [
      'a fill that empties a position and does not close it',
      () => [NOTE, fillEvent({ trade: 't-9', position: 'pos-1', side: 'sell' })],
    ],
    ['an alias as symbol', () => [NOTE, { ...NOTE, symbol: 'PF_TONUSD' as Symbol }]],
    [
      'a payload that is not JSON',
      () => [NOTE, { type: 'RECORDING_FINISHED', payload: { summary: { ratio: Number.NaN } } }],
    ],
    ['an effect before its cause', () => [NOTE, { ...NOTE, causationSeq: 999 }]],
  ])('%s: nothing of the batch happened', (_what, batch) => {
    openLong(home.journal, 'pos-1');
    const before = { registry: home.journal.registry(), head: home.journal.head() };
    const tables = ['events', 'positions', 'orders', 'fills'].map(count);
    const mark = readFileSync(home.mark, 'utf8');
    told.length = 0;
    expect(() => home.journal.append(batch())).toThrow();
    expect(home.journal.registry()).toBe(before.registry);
    expect(home.journal.head()).toEqual(before.head);
    expect(['events', 'positions', 'orders', 'fills'].map(count)).toEqual(tables);
    expect([readFileSync(home.mark, 'utf8'), told.length]).toEqual([mark, 0]);
    expect(() => home.journal.append([NOTE])).not.toThrow();
  });

  it('a full disk is said, and the next append works when there is room', () => {
    openLong(home.journal, 'pos-1');
    const { head, registry } = { head: home.journal.head(), registry: home.journal.registry() };
    const pages = home.db.pragma('page_count', { simple: true }) as number;
    home.db.pragma(`max_page_count=${pages}`);
    const big: NewEvent = {
      type: 'FINDING',
      payload: { finding: 'x', evidence: 'y'.repeat(100_000) },
    };
    expect(() => home.journal.append([NOTE, big])).toThrow(coded('STORE_FULL'));
    expect(home.journal.head()).toEqual(head);
    expect(home.journal.registry()).toBe(registry);
    home.db.pragma(`max_page_count=${pages + 1000}`);
    expect(home.journal.append([big]).seqLast).toBe(head.seq + 1);
    expect(foldAll(home.db).differences).toEqual([]);
  });

  it('refuses when somebody else appended', () => {
    const other = home.reopen();
    other.journal.append([NOTE]);
    expect(() => home.journal.append([NOTE])).toThrow(coded('STORE_CORRUPT'));
    expect(count('events')).toBe(1);
  });

  it('waits for nobody longer than its timeout', () => {
    const other = home.reopen();
    other.db.exec('BEGIN IMMEDIATE');
    expect(() => home.journal.append([NOTE])).toThrow(coded('STORE_BUSY'));
    other.db.exec('ROLLBACK');
    expect(home.journal.append([NOTE]).seqLast).toBe(1);
  });

  it('a reader with its own connection sees whole batches only', () => {
    const reader = openReadonly(home.file, {
      applicationId: STATE_APPLICATION_ID,
      schemaVersion: STATE_SCHEMA_VERSION,
    });
    const seen = (): unknown => reader.prepare('SELECT count(*) FROM events').pluck().get();
    expect(seen()).toBe(0);
    home.journal.append([NOTE, NOTE]);
    expect(seen()).toBe(2);
    reader.close();
  });
});

describe('the hash chain', () => {
  it('is a function of the facts: two homes told the same have the same head', () => {
    const other = journalHome();
    for (const one of [home, other]) openLong(one.journal, 'pos-1');
    expect(other.journal.head()).toEqual(home.journal.head());
    other.remove();
  });

  it.each(['payload', 'ts_ms', 'symbol', 'run_id', 'correlation_id'])(
    'shows a changed %s',
    (column) => {
      openLong(home.journal, 'pos-1');
      home.journal.append([NOTE]);
      expect(foldAll(home.db).differences).toEqual([]);
      home.db.exec('DROP TRIGGER events_unchanged');
      const value =
        column === 'ts_ms' ? '1' : column === 'payload' ? '\'{"evidence":"x"}\'' : "'A/B:C'";
      home.db.exec(`UPDATE events SET ${column} = ${value} WHERE type = 'FINDING'`);
      expect(foldAll(home.db).differences).toEqual(['event 4: the hash chain is broken']);
    },
  );

  it('shows a dropped event, a ghost row and a changed row', () => {
    openLong(home.journal, 'pos-1');
    home.journal.append([NOTE, NOTE]);
    home.db.exec('DROP TRIGGER events_kept; DELETE FROM events WHERE seq = 4');
    home.db.exec("UPDATE positions SET quantity = '11'");
    home.db.exec('DROP TRIGGER fills_kept; DELETE FROM fills');
    expect(foldAll(home.db).differences).toEqual([
      'event 5: the hash chain is broken',
      'positions pos-1: quantity is "11", its events say "10"',
      'fills t-pos-1: the row is missing',
    ]);
  });
});

describe('the high-water mark', () => {
  const verdict = (): unknown =>
    compareWithHead(readHighWaterMark(home.mark), home.journal.head(), () => null);

  it('follows each commit', () => {
    home.journal.append([NOTE, NOTE]);
    expect(readHighWaterMark(home.mark)).toEqual({ state: 'read', mark: home.journal.head() });
    expect(verdict()).toEqual({ verdict: 'ok' });
  });

  it('after a lost tail the next event leaves the gap visible', () => {
    home.journal.append([NOTE, NOTE]);
    const mark = readFileSync(home.mark, 'utf8');
    const late = home.reopen({ nextSeq: 8 });
    expect(readFileSync(home.mark, 'utf8')).toBe(mark);
    expect(late.journal.append([NOTE, NOTE])).toMatchObject({ seqFirst: 8, seqLast: 9 });
    expect(late.journal.append([NOTE])).toMatchObject({ seqFirst: 10, seqLast: 10 });
    expect(readHighWaterMark(home.mark)).toMatchObject({ mark: { seq: 10 } });
    expect(foldAll(home.db).differences).toEqual([]);
  });

  it('one that cannot be written is told, and the commit stands', () => {
    const failed: string[] = [];
    const { journal } = home.reopen({ onMarkFailed: (error) => failed.push(error.code) });
    journal.close();
    expect(journal.append([NOTE]).seqLast).toBe(1);
    expect(failed).toEqual(['STORE_UNWRITABLE']);
  });
});

describe('a restart', () => {
  it('has the registry that was committed', () => {
    openLong(home.journal, 'pos-1');
    home.journal.append([intent({ id: 'stop-1', role: 'stop', position: 'pos-1' })]);
    const { journal } = home.reopen();
    expect(journal.head()).toEqual(home.journal.head());
    expect(journal.registry().orders).toEqual(home.journal.registry().orders);
    expect(journal.registry().positions).toEqual(home.journal.registry().positions);
  });
});
