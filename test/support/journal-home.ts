/** A bot's home in a temporary directory: the real state.db, the real journal, a clock that stands. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Db } from '../../src/core/database.ts';
import { openJournal, type Journal, type JournalOptions } from '../../src/core/journal.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from '../../src/core/schema.ts';
import { ms, virtualClock, type VirtualClock } from '../../src/domain/clock.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import { text, decimal } from '../../src/domain/decimal.ts';
import type { ClientOrderId, PositionId, RunId, SignalId } from '../../src/domain/ids.ts';
import type { OrderPurpose, OrderRole, Side } from '../../src/domain/order.ts';
import { symbol, type Symbol } from '../../src/domain/symbol.ts';

export const TON = symbol('TON/USD:USD');
export const SOL = symbol('SOL/USD:USD');
export const NOTE: NewEvent = { type: 'FINDING', payload: { finding: 'note', evidence: 'seen' } };

export interface JournalHome {
  readonly dir: string;
  readonly file: string;
  readonly mark: string;
  readonly clock: VirtualClock;
  readonly db: Db;
  readonly journal: Journal;
  /** The same files again, as after a restart. */
  reopen(options?: Partial<JournalOptions>): { db: Db; journal: Journal };
  remove(): void;
}

export function openState(file: string): Db {
  return openDatabase(file, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: 250,
  });
}

export function journalHome(options: Partial<JournalOptions> = {}): JournalHome {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-core-'));
  const file = join(dir, 'state.db');
  const mark = join(dir, 'hwm');
  const clock = virtualClock(ms(1_700_000_000_000));
  const opened: { db: Db; journal: Journal }[] = [];
  const reopen: JournalHome['reopen'] = (more = {}) => {
    const db = openState(file);
    const runId = 'run-test' as RunId;
    const journal = openJournal({ db, clock, runId, highWaterFile: mark, ...more });
    opened.push({ db, journal });
    return { db, journal };
  };
  const { db, journal } = reopen(options);
  const remove = (): void => {
    for (const one of opened) {
      one.journal.close();
      one.db.close();
    }
    rmSync(dir, { recursive: true });
  };
  return { dir, file, mark, clock, db, journal, reopen, remove };
}

export interface OrderWords {
  readonly id: string;
  readonly symbol?: Symbol;
  readonly role?: OrderRole;
  readonly purpose?: OrderPurpose;
  readonly side?: Side;
  readonly quantity?: string;
  readonly signal?: string | null;
  readonly position?: string | null;
}

const PLAN = {
  stop: text(decimal('1.9')),
  targets: [{ level: 1 as const, price: text(decimal('2.4')), share: text(decimal(1)) }],
  atr: text(decimal('0.05')),
  stop_atr: text(decimal(1)),
};

export function intent(words: OrderWords): NewEvent {
  const role = words.role ?? 'entry';
  return {
    type: 'ORDER_INTENDED',
    symbol: words.symbol ?? TON,
    clientOrderId: words.id as ClientOrderId,
    signalId: (words.signal ?? null) as SignalId | null,
    positionId: (words.position ?? null) as PositionId | null,
    payload: {
      role,
      purpose: words.purpose ?? (role === 'entry' ? 'entry' : 'stop_loss'),
      side: words.side ?? (role === 'entry' ? 'buy' : 'sell'),
      type: 'limit',
      time_in_force: 'gtc',
      post_only: false,
      reduce_only: role !== 'entry',
      quantity: text(decimal(words.quantity ?? '10')),
      price: text(decimal(2)),
      stop_price: null,
      expires_ms: null,
      attempt: 1,
      plan: role === 'entry' ? PLAN : null,
    },
  };
}

export interface FillWords {
  readonly trade: string;
  readonly symbol?: Symbol;
  readonly order?: string | null;
  readonly position?: string | null;
  readonly side?: Side;
  readonly quantity?: string;
  readonly price?: string;
  readonly role?: OrderRole | null;
  readonly purpose?: OrderPurpose | null;
  readonly kind?: 'trade' | 'funding' | 'liquidation';
  readonly atMs?: number;
}

export function fillEvent(words: FillWords): NewEvent {
  return {
    type: 'FILL',
    symbol: words.symbol ?? TON,
    clientOrderId: (words.order ?? null) as ClientOrderId | null,
    positionId: (words.position ?? null) as PositionId | null,
    ...(words.atMs === undefined ? {} : { tsMs: ms(words.atMs) }),
    payload: {
      trade_id: words.trade,
      venue_order_id: null,
      side: words.side ?? 'buy',
      quantity: text(decimal(words.quantity ?? '10')),
      price: text(decimal(words.price ?? '2')),
      fee: text(decimal('0.01')),
      liquidity: 'taker',
      kind: words.kind ?? 'trade',
      role: words.role ?? null,
      purpose: words.purpose ?? null,
    },
  };
}

export function openedEvent(
  position: string,
  more: { symbol?: Symbol; signal?: string } = {},
): NewEvent {
  return {
    type: 'POSITION_OPENED',
    symbol: more.symbol ?? TON,
    positionId: position as PositionId,
    signalId: (more.signal ?? null) as SignalId | null,
    payload: { side: 'long', origin: 'signal', plan: PLAN },
  };
}

export function closedEvent(position: string, on: Symbol = TON): NewEvent {
  return {
    type: 'POSITION_CLOSED',
    symbol: on,
    positionId: position as PositionId,
    payload: {
      reason: 'stop_loss',
      realized_pnl: text(decimal(0)),
      fees: text(decimal(0)),
      held_ms: ms(0),
    },
  };
}

/** Intent, fill and opening of a long of 10 at 2: one committed position. */
export function openLong(journal: Journal, position: string, on: Symbol = TON): void {
  const id = `entry-${position}`;
  journal.append([intent({ id, symbol: on, signal: `sig-${position}` })]);
  journal.append([
    fillEvent({ trade: `t-${position}`, symbol: on, order: id, position, role: 'entry' }),
    openedEvent(position, { symbol: on, signal: `sig-${position}` }),
  ]);
}
