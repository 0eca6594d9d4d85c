/**
 * What closed candles say of a market now, captured: the gates judge it, and its numbers can be written
 * later without the engines having moved on. Formatting waits until somebody reads, because most
 * decisions are only counted.
 */
import type { DecisionNumbers } from '../domain/signal.ts';
import type { BarFault } from './bar-guard.ts';
import type { Bias, BiasEngine } from './bias.ts';
import { priceFigure, ratioFigure } from './figures.ts';
import type { Leg } from './leg.ts';
import type { Regime, RegimeInputs } from './regime.ts';
import type { StrategySettings } from './settings.ts';
import type { StructureEvent, StructureView } from './structure.ts';
import { oteOf } from './zones.ts';

export interface MarketFacts {
  readonly bars: number;
  readonly days: number;
  readonly fault: BarFault | null;
  readonly atr: number | null;
  readonly rewarmBars: number;
  readonly bias: Bias | null;
  readonly event: StructureEvent | null;
  /** False when a gap in the data lies between the event and now, or too near before it. */
  readonly eventCounts: boolean;
  /** Bars since the break. */
  readonly eventAge: number;
  readonly leg: Leg | null;
  /** Levels whose break would be the next event. */
  readonly swingHigh: number | null;
  readonly swingLow: number | null;
}

export function gatherFacts(structure: StructureView, bias: BiasEngine): MarketFacts {
  const event = structure.lastEvent();
  const bars = structure.bars.count();
  return {
    bars,
    days: bias.days(),
    fault: structure.fault() ?? bias.fault(),
    atr: structure.atr(),
    rewarmBars: structure.rewarmBars(),
    bias: bias.bias(),
    event,
    eventCounts: structure.eventCounts(),
    eventAge: event === null ? 0 : bars - 1 - event.breakIndex,
    leg: structure.leg(),
    swingHigh: structure.referencePrice(1),
    swingLow: structure.referencePrice(-1),
  };
}

/** The regime with the inputs that named it; null where no gate got that far. */
export interface NamedRegime extends RegimeInputs {
  readonly regime: Regime;
}

/** The numbers of a decision that depend on candles: the same keys always, null for the unknown. */
export function factNumbers(
  facts: MarketFacts,
  named: NamedRegime | null,
  settings: StrategySettings,
): DecisionNumbers {
  const { bias, event, leg } = facts;
  const ote = leg === null ? null : oteOf(leg, settings);
  return {
    bars: facts.bars,
    min_bars: settings.minBars,
    days: facts.days,
    min_days: settings.emaPeriod,
    fault: facts.fault?.problem ?? null,
    rewarm_bars: facts.rewarmBars,
    atr: priceFigure(facts.atr),
    bias: bias?.dir ?? null,
    bias_mature: bias?.mature ?? null,
    day_close: priceFigure(bias?.close ?? null),
    ema: priceFigure(bias?.ema ?? null),
    bias_long_above: bias === null ? null : priceFigure(bias.ema + bias.band),
    bias_short_below: bias === null ? null : priceFigure(bias.ema - bias.band),
    event_kind: event?.kind ?? null,
    event_dir: event?.dir ?? null,
    event_level: priceFigure(event?.level ?? null),
    event_age: event === null ? null : facts.eventAge,
    max_event_age: settings.maxEventAge,
    swing_high: priceFigure(facts.swingHigh),
    swing_low: priceFigure(facts.swingLow),
    leg_low: leg === null ? null : priceFigure(Math.min(leg.origin, leg.extreme)),
    leg_high: leg === null ? null : priceFigure(Math.max(leg.origin, leg.extreme)),
    ote_low: priceFigure(ote?.low ?? null),
    ote_high: priceFigure(ote?.high ?? null),
    regime: named?.regime ?? null,
    er20: named === null ? null : ratioFigure(named.efficiency),
    leg_atr: named === null ? null : ratioFigure(named.legAtr),
    choch_count: named?.chochCount ?? null,
    tr_atr: named === null ? null : ratioFigure(named.rangeAtr),
  };
}
