/**
 * The writing half of Kraken Futures: one request per call, never repeated. The outcome is decided from the
 * venue's own status word; the library calls a refusal it does not know a success, and a placed order
 * without events a rejection.
 *
 * Invariants: denied means that no byte left; what left and was not answered is in doubt; orders are
 * named by our own id, so a cancel never hits another one's order.
 */
import type { Clock, Ms } from '../../../domain/clock.ts';
import { ms } from '../../../domain/clock.ts';
import { text } from '../../../domain/decimal.ts';
import type { VenueOrderId } from '../../../domain/ids.ts';
import type { Outcome } from '../../../domain/order.ts';
import type { VenueTrader } from '../../port.ts';
import { failedOutcome } from '../errors.ts';
import type { InstrumentRegistry } from '../instrument-registry.ts';
import type { TriggerSignal } from '../live-venue.ts';
import type { CallParameters } from '../raw-client.ts';
import type { CallName, KrakenClient } from './kraken-client.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import { orderRequest } from './order-request.ts';
import type { StatusAnswer } from './order-status.ts';
import { amendVerdict, cancelVerdict, placeVerdict } from './order-status.ts';
import { timeOf, wordOf } from '../row-fields.ts';

export interface TraderOptions {
  readonly client: KrakenClient;
  readonly registry: InstrumentRegistry;
  readonly clock: Clock;
  /** How long an entry may take to act at the venue. */
  readonly processWithin: Ms;
  readonly triggerSignal: TriggerSignal;
}

export function createKrakenTrader(options: TraderOptions): VenueTrader {
  const { client, registry, clock } = options;
  return {
    place: async (intent, signal) => {
      const names = await registry.names();
      if (names.read === 'unknown') return { kind: 'denied', code: 'INSTRUMENTS_UNKNOWN' };
      const request = orderRequest(intent, {
        instrument: names.bySymbol.get(intent.symbol) ?? null,
        processBefore: ms(clock.now() + options.processWithin),
        triggerSignal: options.triggerSignal,
      });
      if (request.kind === 'denied') return request;
      return send({ client, signal, ...PLACE, parameters: request.parameters });
    },
    amend: (clientOrderId, change, signal) => {
      const { quantity, price, stopPrice } = change;
      const parameters = {
        cliOrdId: clientOrderId,
        // Absolute: our quantity is the whole order's, not what is left of it.
        ...(quantity === undefined ? {} : { size: text(quantity), qtyMode: 'ABSOLUTE' }),
        ...(price === undefined ? {} : { limitPrice: text(price) }),
        ...(stopPrice === undefined ? {} : { stopPrice: text(stopPrice) }),
      };
      return send({ client, signal, ...AMEND, parameters });
    },
    cancel: (clientOrderId, signal) =>
      send({ client, signal, ...CANCEL, parameters: { cliOrdId: clientOrderId } }),
  };
}

interface Operation {
  readonly name: CallName;
  /** Where the answer keeps its status. */
  readonly key: string;
  readonly idKey: string;
  readonly verdict: (answer: StatusAnswer) => ReturnType<typeof placeVerdict>;
}

const PLACE: Operation = {
  name: 'privatePostSendorder',
  key: 'sendStatus',
  idKey: 'order_id',
  verdict: placeVerdict,
};
const AMEND: Operation = {
  name: 'privatePostEditorder',
  key: 'editStatus',
  idKey: 'orderId',
  verdict: amendVerdict,
};
const CANCEL: Operation = {
  name: 'privatePostCancelorder',
  key: 'cancelStatus',
  idKey: 'order_id',
  verdict: cancelVerdict,
};

interface Sending extends Operation {
  readonly client: KrakenClient;
  readonly parameters: CallParameters;
  readonly signal: AbortSignal;
}

async function send(sending: Sending): Promise<Outcome> {
  const { client, name, parameters, signal } = sending;
  const answer = await client.call(name, parameters, signal);
  return answer.answered
    ? outcomeOf(answer.body, sending)
    : failedOutcome(answer.sent, answer.failure);
}

function outcomeOf(body: JsonRow, { key, idKey, verdict }: Operation): Outcome {
  if (body['result'] !== 'success') {
    return { kind: 'in_doubt', evidence: 'the answer does not say success' };
  }
  const status = isRow(body[key]) ? body[key] : {};
  const orderId = wordOf(status, idKey);
  const found = verdict({ status: wordOf(status, 'status'), orderId });
  if (found.kind !== 'accepted') return found;
  const venueOrderId = orderId as VenueOrderId | null;
  return { kind: 'accepted', venueOrderId, serverMs: timeOf(body, 'serverTime') };
}
