/** A protection plan as it stands in the journal and in a row. */
import { decimal, price, text } from './decimal.ts';
import type { PlanPayload } from './event.ts';
import type { ProtectionPlan } from './position.ts';

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

export function payloadOfPlan(plan: ProtectionPlan): PlanPayload {
  return {
    stop: text(plan.stop),
    targets: plan.targets.map((target) => ({
      level: target.level,
      price: text(target.price),
      share: text(target.share),
    })),
    atr: text(plan.atr),
    stop_atr: text(plan.stopAtr),
  };
}
