/** Events that reconciliation and operators write, in as few words as a test needs. */
import type { EventPayloads, EventType, NewEvent } from '../../src/domain/event.ts';
import type { ClientOrderId, PositionId } from '../../src/domain/ids.ts';
import type { RowId } from '../../src/domain/staged-row.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import { decimal, text } from '../../src/domain/decimal.ts';
import { intent, TON, type OrderWords } from './journal-home.ts';

interface Refs {
  readonly symbol?: Symbol;
  readonly position?: string;
  readonly order?: string;
}

function event<T extends EventType>(type: T, payload: EventPayloads[T], refs: Refs): NewEvent {
  return {
    type,
    symbol: refs.symbol ?? TON,
    positionId: (refs.position ?? null) as PositionId | null,
    clientOrderId: (refs.order ?? null) as ClientOrderId | null,
    payload,
  } as unknown as NewEvent;
}

export interface ImportWords {
  readonly symbol?: Symbol;
  readonly side?: 'long' | 'short';
  readonly quantity?: string;
  readonly price?: string | null;
  readonly noStop?: string;
}

export function importedEvent(position: string, words: ImportWords = {}): NewEvent {
  const payload: EventPayloads['POSITION_IMPORTED'] = {
    side: words.side ?? 'long',
    quantity: text(decimal(words.quantity ?? '10')),
    entry_price: words.price === null ? null : text(decimal(words.price ?? '2')),
    origin: 'venue-report',
    plan: null,
    no_stop_reason: words.noStop ?? null,
    evidence: 'positions read complete',
  };
  return event('POSITION_IMPORTED', payload, {
    position,
    ...(words.symbol === undefined ? {} : { symbol: words.symbol }),
  });
}

export function adjustedEvent(
  position: string,
  quantity: string,
  price: string | null = '2',
  on: Symbol = TON,
): NewEvent {
  const payload: EventPayloads['POSITION_ADJUSTED'] = {
    quantity_before: text(decimal(10)),
    quantity: text(decimal(quantity)),
    entry_price_before: null,
    entry_price: price === null ? null : text(decimal(price)),
    evidence: 'no fill explains it',
  };
  return event('POSITION_ADJUSTED', payload, { position, symbol: on });
}

export function retiredEvent(position: string, on: Symbol = TON): NewEvent {
  const payload = { reason: 'orphan', evidence: 'absent in two readings' } as const;
  return event('POSITION_RETIRED', payload, { position, symbol: on });
}

export interface AdoptWords extends OrderWords {
  readonly state?: EventPayloads['ORDER_ADOPTED']['state'];
  readonly filled?: string;
}

export function adoptedEvent(words: AdoptWords): NewEvent {
  const intended = intent(words);
  const payload = {
    ...intended.payload,
    venue_order_id: `v-${words.id}`,
    state: words.state ?? 'live',
    filled: text(decimal(words.filled ?? '0')),
    evidence: 'open at the venue',
  };
  return { ...intended, type: 'ORDER_ADOPTED', payload } as unknown as NewEvent;
}

export function amendedEvent(order: string, quantity: string, on: Symbol = TON): NewEvent {
  const payload: EventPayloads['ORDER_AMENDED'] = {
    quantity: text(decimal(quantity)),
    price: text(decimal('2.5')),
    stop_price: null,
    evidence: 'amended by hand',
  };
  return event('ORDER_AMENDED', payload, { order, symbol: on });
}

export function relinkedEvent(order: string, position: string, on: Symbol = TON): NewEvent {
  const payload = { from_position: null, evidence: 'it covers this one' };
  return event('ORDER_RELINKED', payload, { order, position, symbol: on });
}

export function stagedEvent(id: string): NewEvent {
  const payload = { row_id: id as RowId, source: 'ledger.db', row: { n: 1 }, explained: true };
  return event('ROW_STAGED', payload, {});
}

export function quarantinedEvent(id: string): NewEvent {
  const payload = { row_id: id as RowId, finding: 'ghost', why: 'no event' } as const;
  return event('ROW_QUARANTINED', payload, {});
}

export function rowEndedEvent(type: 'ROW_RETIRED' | 'ROW_RELEASED', id: string): NewEvent {
  return event(type, { row_id: id as RowId, reason: 'judged' }, {});
}

export function attentionEvent(
  cause: EventPayloads['ACKNOWLEDGEMENT_NEEDED']['cause'],
  on: Symbol = TON,
): NewEvent {
  return event('ACKNOWLEDGEMENT_NEEDED', { cause, evidence: 'seen' }, { symbol: on });
}

export function acknowledgedEvent(on: Symbol = TON): NewEvent {
  const payload = { causes: [], reason: 'looked at it', uid: null, terminal: null };
  return event('ACKNOWLEDGED', payload, { symbol: on });
}

export function blockedEvent(finding: string, on: Symbol = TON): NewEvent {
  return event('POSITION_BLOCKED', { finding, evidence: `${finding} seen` }, { symbol: on });
}

export function unblockedEvent(finding: string, on: Symbol = TON): NewEvent {
  return event('POSITION_UNBLOCKED', { finding }, { symbol: on });
}
