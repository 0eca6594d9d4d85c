/**
 * How long the venue takes, and how it splits an execution: drawn from a hash of the seed and the
 * client order id, never from a running generator, so a killed and resumed bot meets the same venue.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import {
  ceilToStep,
  Decimal,
  floorToStep,
  minDecimal,
  type Quantity,
} from '../../domain/decimal.ts';
import type { ClientOrderId } from '../../domain/ids.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderIntent } from '../../domain/order.ts';
import { sha256 } from '../../domain/random.ts';
import type { PaperSettings } from './settings.ts';

export interface Delays {
  /** Until the venue acts. */
  readonly beforeMs: Ms;
  /** From then until the answer is here. */
  readonly afterMs: Ms;
}

export function delaysOf(
  settings: PaperSettings,
  id: ClientOrderId,
  kind: 'place' | 'cancel' | 'amend',
  role?: OrderIntent['role'],
): Delays {
  const span = settings.latencyMaxMs - settings.latencyMinMs;
  const total = settings.latencyMinMs + Math.round(span * draw(settings, id, kind));
  const beforeMs = ms(Math.floor(total / 2));
  const afterMs = ms(total - beforeMs);
  if (role !== 'stop' || kind !== 'place') return { beforeMs, afterMs };
  if (draw(settings, id, 'late') >= settings.lateStopAckRate) return { beforeMs, afterMs };
  const lateSpan = settings.lateStopAckMaxMs - settings.lateStopAckMinMs;
  const late = settings.lateStopAckMinMs + Math.round(lateSpan * draw(settings, id, 'late by'));
  return { beforeMs, afterMs: ms(afterMs + late) };
}

/** How much of an IOC trades now: all of it, or now and then only a part, whole lots, at least one. */
export function takenQuantity(
  settings: PaperSettings,
  intent: Pick<OrderIntent, 'clientOrderId' | 'timeInForce' | 'reduceOnly' | 'quantity'>,
  instrument: Instrument,
): Quantity {
  const { clientOrderId: id, quantity } = intent;
  if (intent.timeInForce !== 'ioc' || intent.reduceOnly) return quantity;
  if (draw(settings, id, 'partial') >= settings.partialFillRate) return quantity;
  const share = new Decimal(0.3).plus(new Decimal(0.6).mul(draw(settings, id, 'part').toFixed(6)));
  const least = minDecimal(quantity, ceilToStep(instrument.minQuantity, instrument.lotStep));
  const part = floorToStep(quantity.mul(share), instrument.lotStep);
  return part.lt(least) ? least : part;
}

/** The pieces in which an entry executes: one, or now and then two. */
export function pieces(
  settings: PaperSettings,
  id: ClientOrderId,
  quantity: Quantity,
  instrument: Instrument,
): readonly Quantity[] {
  if (draw(settings, id, 'split') >= settings.splitFillRate) return [quantity];
  const half = floorToStep(quantity.div(2), instrument.lotStep);
  if (half.isZero() || half.eq(quantity)) return [quantity];
  return [half, quantity.minus(half) as Quantity];
}

/** Uniform in [0, 1), the same for the same seed, order and question. */
function draw(settings: PaperSettings, id: ClientOrderId, question: string): number {
  const digest = sha256(`${settings.seed}|${id}|${question}`);
  return Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48;
}
