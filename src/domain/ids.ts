/**
 * Identities derived from what is meant, never drawn at random: a restart computes the same client
 * order id and so finds the order it may have sent (design, section 7).
 */
import type { Brand } from './brand.ts';
import { sha256 } from './random.ts';
import type { OrderRole } from './order.ts';

export type ClientOrderId = Brand<string, 'ClientOrderId'>;
export type VenueOrderId = Brand<string, 'VenueOrderId'>;
export type TradeId = Brand<string, 'TradeId'>;
export type PositionId = Brand<string, 'PositionId'>;
export type SignalId = Brand<string, 'SignalId'>;
export type RunId = Brand<string, 'RunId'>;

const ROLE_LETTERS: Record<OrderRole, string> = { entry: 'e', stop: 's', target: 't', exit: 'x' };
const OURS = /^tc-[estx]\d+-[0-9a-f]{20}$/;

/**
 * The client order id of one intent: `owner` is the signal (entries) or the position (all else),
 * `attempt` is 1 + how many intents this owner and role already had. At most 36 characters of
 * [0-9A-Za-z-], as every venue allows.
 */
export function clientOrderId(
  owner: SignalId | PositionId,
  role: OrderRole,
  attempt: number,
): ClientOrderId {
  const digest = sha256(`${owner}|${role}|${attempt}`).slice(0, 20);
  return `tc-${ROLE_LETTERS[role]}${attempt}-${digest}` as ClientOrderId;
}

/** True for an id in our form; whether we hold its intent is another question. */
export function isOurs(id: string | null): boolean {
  return id !== null && OURS.test(id);
}

/** The id of a fact that may be stated twice: a hash of what it says. */
export function factId(
  kind: 'pos' | 'sig' | 'fill' | 'halt' | 'plan' | 'row' | 'act',
  ...facts: readonly string[]
): string {
  return `${kind}-${sha256(facts.join('|')).slice(0, 16)}`;
}

/** The position that the entry of a signal opens; known before its first fill. */
export function positionIdOf(signalId: SignalId): PositionId {
  return factId('pos', signalId) as PositionId;
}
