/** Plans protection for a small world: orders are listed by the venue unless a test says otherwise. */
import { ms } from '../../src/domain/clock.ts';
import { decimal, quantity, text } from '../../src/domain/decimal.ts';
import type { VenueOrderId } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import type { ProtectiveAction } from '../../src/domain/plan.ts';
import type { Position } from '../../src/domain/position.ts';
import type { VenueOrder } from '../../src/domain/venue.ts';
import type { ProtectionInput } from '../../src/protection/plan-protection.ts';
import { planProtection } from '../../src/protection/plan-protection.ts';
import type { ProtectionSettings } from '../../src/protection/settings.ts';
import {
  TON,
  complete,
  instrument,
  mark,
  order,
  position,
  row,
  target,
} from './protection-world.ts';
export const NOW = ms(60_000);

export const SETTINGS: ProtectionSettings = {
  protectionDeadlineMs: ms(10_000),
  trailStepAtr: decimal('0.25'),
  takerFee: decimal('0.0005'),
  stopDistance: decimal('0.05'),
  unmanagedSymbols: new Set(),
};

export interface World {
  positions?: Position[];
  orders?: Order[];
  listed?: VenueOrder[];
  input?: Partial<ProtectionInput>;
}

export function plan(world: World): ReturnType<typeof planProtection> {
  const orders = world.orders ?? [];
  return planProtection({
    baseSeq: 7,
    nowMs: NOW,
    positions: world.positions ?? [position('10')],
    orders,
    openOrders: complete(world.listed ?? orders.map((o) => row(o))),
    takenMs: NOW,
    ordersUnknownSinceMs: null,
    instruments: new Map([[TON, instrument()]]),
    marks: complete([mark('100')]),
    swings: new Map(),
    lastStops: new Map(),
    uncoveredSince: new Map(),
    settings: SETTINGS,
    ...world.input,
  });
}

export function words(action: ProtectiveAction): string {
  if (action.action === 'cancel-order') return `cancel ${action.clientOrderId}`;
  const { purpose, quantity: amount, price: limit, stopPrice } = action.intent;
  const at = stopPrice ?? limit;
  const replaces = action.replaces.length === 0 ? '' : ` for ${action.replaces.join(' ')}`;
  return `${action.action} ${purpose} ${text(amount)} @ ${at === null ? 'market' : text(at)}${replaces}`;
}

export const stop = (over: Partial<Order> = {}): Order => order('s1', over);
export const held = [stop(), target(1, '4', '110'), target(2, '3', '120'), target(3, '3', '130')];
export const foreign = (amount: string): VenueOrder =>
  row(stop(), {
    clientOrderId: null,
    venueOrderId: 'hand' as VenueOrderId,
    quantity: quantity(amount),
  });
export const passed = { input: { marks: complete([mark('94')]) } };
