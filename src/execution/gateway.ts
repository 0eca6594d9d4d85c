/**
 * The one module that sends and cancels orders. The intent is committed before the request leaves
 * and the outcome after it; what is not known is in doubt, never a failure.
 *
 * Invariants: an entry leaves only with a durable intent and is never sent again while one of its symbol
 * may live; everything else is reduce-only and goes out even when the journal cannot be written;
 * the same impossible order is denied once, not 46 times; no protective order is cancelled by a halt.
 */
import type { Approved } from '../domain/approved.ts';
import type { Clock } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import type { NewEvent } from '../domain/event.ts';
import type { ClientOrderId, PositionId, SignalId } from '../domain/ids.ts';
import { clientOrderId, positionIdOf } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderIntent, Outcome } from '../domain/order.ts';
import { entrySide, exitSide } from '../domain/order.ts';
import type { ProtectiveAction } from '../domain/plan.ts';
import type { ProtectionPlan } from '../domain/position.ts';
import type { Quantity } from '../domain/decimal.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { VenueTrader } from '../venue/port.ts';
import type { BacklogJournal } from './backlog-journal.ts';
import { isStoreFailure } from './backlog-journal.ts';
import { intentEvent, orderRefs, outcomeEvent } from './order-events.ts';
import type { OrderDenial } from './validate-order.ts';
import { contextOf, denialKey, validateOrder } from './validate-order.ts';

export type PlacingAction = Exclude<ProtectiveAction, { action: 'cancel-order' }>;

/** Why an entry may be cancelled: it opens risk. `planned` is the rest of one whose position closed. */
const ENTRY_REASONS = [
  'halted',
  'degraded',
  'kill',
  'shutdown',
  'takeover',
  'expired',
  'planned',
] as const;
/** Why a protective order may be cancelled: another one covers, or there is nothing to cover. */
const PROTECTIVE_REASONS = ['replaced', 'planned'] as const;
export type CancelReason =
  (typeof ENTRY_REASONS)[number] | (typeof PROTECTIVE_REASONS)[number] | 'operator';

/** A close that an operator asked for, at market and reduce-only. */
export interface ExitRequest {
  readonly symbol: Symbol;
  /** At most what is open; a multiple of the lot step. */
  readonly quantity: Quantity;
}

export interface Gateway {
  placeEntry(approved: Approved): Promise<Outcome>;
  placeProtective(action: PlacingAction): Promise<Outcome>;
  placeExit(request: ExitRequest): Promise<Outcome>;
  /** By id only; refused when the reason does not fit the order's role. */
  cancel(id: ClientOrderId, reason: CancelReason): Promise<Outcome>;
}

export interface GatewayOptions {
  readonly journal: BacklogJournal;
  readonly trader: VenueTrader;
  readonly clock: Clock;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  /** A signal that aborts when a request took too long; measured in real time, never virtual. */
  readonly requestSignal: () => AbortSignal;
}

/** Rejections that the same order would meet again: remembered like our own denials. */
const PERMANENT: ReadonlySet<string> = new Set([
  'invalidSize',
  'invalidPrice',
  'contractNotFound',
  'clientOrderIdTooLong',
]);

/** Denials of orders that the schema could not hold: the journal says them in words. */
const MALFORMED: ReadonlySet<OrderDenial> = new Set<OrderDenial>([
  'QUANTITY_NOT_POSITIVE',
  'PRICE_INVALID',
  'STOP_PRICE_INVALID',
  'CLIENT_ORDER_ID_INVALID',
  'ENTRY_REDUCE_ONLY',
  'NOT_REDUCE_ONLY',
]);

interface PlacedOrder {
  readonly owner: SignalId | PositionId;
  readonly intent: Omit<OrderIntent, 'clientOrderId'>;
  readonly plan: ProtectionPlan | null;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { journal } = options;
  const denied = new Map<string, Outcome>();

  const place = async (order: PlacedOrder): Promise<Outcome> => {
    const { owner, plan } = order;
    const attempt = 1 + journal.countIntents(owner, order.intent.role);
    const id = clientOrderId(owner, order.intent.role, attempt);
    const intent: OrderIntent = { ...order.intent, clientOrderId: id };
    const instrument = options.instruments.get(intent.symbol) ?? null;
    const context = contextOf(journal.registry(), instrument, intent);
    const key = denialKey(intent, context);
    const remembered = denied.get(key);
    if (remembered !== undefined) return remembered;

    const code = validateOrder(intent, context);
    const intended = intentEvent(intent, attempt, plan);
    if (code !== null) {
      const outcome: Outcome = { kind: 'denied', code };
      denied.set(key, outcome);
      journal.appendOrKeep(deniedEvents(intent, intended, code));
      return outcome;
    }
    const refusal = commitIntent(journal, intent, intended);
    if (refusal !== null) return refusal;
    const outcome = await request(options, (signal) => options.trader.place(intent, signal));
    journal.appendOrKeep([outcomeEvent(intent, outcome)]);
    if (isPermanent(intent, outcome)) denied.set(key, outcome);
    return outcome;
  };

  return {
    placeEntry: (approved) => place(entryOrder(approved)),
    placeProtective: ({ positionId, intent }) => place({ owner: positionId, intent, plan: null }),
    placeExit: (exit) => {
      const order = exitOrder(journal, exit);
      if (order === null) return Promise.resolve({ kind: 'denied', code: 'NO_POSITION' });
      return place(order);
    },
    cancel: (id, reason) => cancel(options, id, reason),
  };
}

/** A stop is tried again until its deadline whatever the venue said: the alternative is to close. */
function isPermanent({ role }: OrderIntent, outcome: Outcome): boolean {
  return role !== 'stop' && outcome.kind === 'rejected' && PERMANENT.has(outcome.reason);
}

/** Carries out one decision: an approved entry, or an action of a protection plan. */
export function execute(action: Approved | ProtectiveAction, gateway: Gateway): Promise<Outcome> {
  if (!('action' in action)) return gateway.placeEntry(action);
  if (action.action === 'cancel-order') return gateway.cancel(action.clientOrderId, 'planned');
  return gateway.placeProtective(action);
}

/** A malformed order has no row in the registry; what was wrong with it is a finding. */
function deniedEvents(intent: OrderIntent, intended: NewEvent, code: OrderDenial): NewEvent[] {
  if (!MALFORMED.has(code)) return [intended, outcomeEvent(intent, { kind: 'denied', code })];
  const evidence = `${intent.role} ${intent.purpose} of ${String(intent.quantity)}: ${code}`;
  const { symbol, positionId, signalId } = intent;
  const payload = { finding: 'order.malformed', evidence };
  return [{ type: 'FINDING', symbol, positionId, signalId, payload }];
}

/** Intent first. Only what makes a position smaller may leave without it; the backlog says so. */
function commitIntent(
  journal: BacklogJournal,
  intent: OrderIntent,
  event: NewEvent,
): Outcome | null {
  if (intent.role !== 'entry') {
    journal.appendOrKeep([event]);
    return null;
  }
  try {
    journal.append([event]);
    return null;
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    return { kind: 'denied', code: 'JOURNAL_UNWRITABLE' };
  }
}

/** One request. A timeout, a throw, or a duplicate id says that it may have acted: in doubt. */
async function request(
  { requestSignal }: GatewayOptions,
  send: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const signal = requestSignal();
  const timedOut = onAbort(signal);
  try {
    const outcome = await Promise.race([send(signal), timedOut.promise]);
    if (outcome.kind !== 'rejected' || outcome.reason !== 'clientOrderIdAlreadyExist') {
      return outcome;
    }
    // The venue knows this id: proof that an earlier request acted, so it is looked up, not resent.
    return { kind: 'in_doubt', evidence: 'the venue already has this client order id' };
  } catch (error) {
    return { kind: 'in_doubt', evidence: `request failed: ${codedMessageOf(error)}` };
  } finally {
    timedOut.stop();
  }
}

function onAbort(signal: AbortSignal): { promise: Promise<Outcome>; stop: () => void } {
  let stop = (): void => undefined;
  const promise = new Promise<Outcome>((resolve) => {
    const answer = (): void => resolve({ kind: 'in_doubt', evidence: 'no answer in time' });
    if (signal.aborted) return answer();
    signal.addEventListener('abort', answer, { once: true });
    stop = () => signal.removeEventListener('abort', answer);
  });
  return { promise, stop: () => stop() };
}

async function cancel(
  options: GatewayOptions,
  id: ClientOrderId,
  reason: CancelReason,
): Promise<Outcome> {
  const { journal } = options;
  const order = journal.registry().orders.get(id);
  if (order === undefined) return { kind: 'denied', code: 'NOT_LIVE' };
  const reasons: readonly string[] = order.role === 'entry' ? ENTRY_REASONS : PROTECTIVE_REASONS;
  if (reason !== 'operator' && !reasons.includes(reason)) {
    return { kind: 'denied', code: 'PROTECTION_STAYS' };
  }
  const refs = orderRefs(order);
  journal.appendOrKeep([{ type: 'ORDER_CANCEL_INTENDED', ...refs, payload: { reason } }]);
  const outcome = await request(options, (signal) => options.trader.cancel(id, signal));
  if (outcome.kind === 'accepted') {
    journal.appendOrKeep([{ type: 'ORDER_CANCELLED', ...refs, payload: { reason } }]);
    return outcome;
  }
  const failed = outcome.kind === 'in_doubt' ? 'in_doubt' : 'rejected';
  const payload = { outcome: failed, reason: reasonOf(outcome) } as const;
  journal.appendOrKeep([{ type: 'ORDER_CANCEL_FAILED', ...refs, payload }]);
  return outcome;
}

function entryOrder(approved: Approved): PlacedOrder {
  return {
    owner: approved.signalId,
    plan: approved.plan,
    intent: {
      symbol: approved.symbol,
      role: 'entry',
      purpose: 'entry',
      side: entrySide(approved.side),
      type: 'limit',
      timeInForce: approved.orderType === 'ioc' ? 'ioc' : 'gtc',
      postOnly: false,
      reduceOnly: false,
      quantity: approved.quantity,
      price: approved.entry,
      stopPrice: null,
      positionId: positionIdOf(approved.signalId),
      signalId: approved.signalId,
      expiresMs: approved.expiresMs,
    },
  };
}

function exitOrder(journal: BacklogJournal, exit: ExitRequest): PlacedOrder | null {
  const position = journal.registry().positions.get(exit.symbol);
  if (position === undefined) return null;
  return {
    owner: position.positionId,
    plan: null,
    intent: {
      symbol: exit.symbol,
      role: 'exit',
      purpose: 'operator_close',
      side: exitSide(position.side),
      type: 'market',
      timeInForce: 'ioc',
      postOnly: false,
      reduceOnly: true,
      quantity: exit.quantity,
      price: null,
      stopPrice: null,
      positionId: position.positionId,
      signalId: position.signalId,
      expiresMs: null,
    },
  };
}

function reasonOf(outcome: Exclude<Outcome, { kind: 'accepted' }>): string {
  switch (outcome.kind) {
    case 'denied':
      return outcome.code;
    case 'rejected':
      return outcome.reason;
    case 'in_doubt':
      return outcome.evidence;
  }
}

function codedMessageOf(error: unknown): string {
  const message = error instanceof TradectlError ? `${error.code} ${error.message}` : String(error);
  return message.slice(0, 200);
}
