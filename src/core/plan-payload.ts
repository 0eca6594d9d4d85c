/** A protection plan read back from the journal or from a row. */
import { decimal, price } from '../domain/decimal.ts';
import type { PlanPayload } from '../domain/event.ts';
import type { ProtectionPlan } from '../domain/position.ts';

export function planOfPayload(payload: PlanPayload): ProtectionPlan {
  return {
    stop: price(payload.stop),
    targets: payload.targets.map((target) => ({
      level: target.level,
      price: price(target.price),
      share: decimal(target.share),
    })),
    atr: decimal(payload.atr),
    stopAtr: decimal(payload.stop_atr),
  };
}
