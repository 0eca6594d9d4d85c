/**
 * What closed candles alone say of a market: a setup to enter on, or the first gate that fails. It
 * changes only with a candle, so it is judged once per candle and each price is then tested against it.
 */
import type { PositionSide } from '../domain/order.ts';
import type { DecisionNumbers, RejectionReason } from '../domain/signal.ts';
import type { BiasEngine } from './bias.ts';
import { priceFigure, ratioFigure } from './figures.ts';
import type { Leg } from './leg.ts';
import {
  efficiencyRatio,
  largestRecentRange,
  legInAtr,
  regimeOf,
  type Regime,
  type RegimeInputs,
} from './regime.ts';
import type { StrategySettings } from './settings.ts';
import type { StructureEvent, StructureView } from './structure.ts';
import { entryBands, oteOf, tightZones, type EntryBand } from './zones.ts';

export interface Setup {
  readonly side: PositionSide;
  readonly event: StructureEvent;
  /** Bars since the break. */
  readonly eventAge: number;
  readonly leg: Leg;
  readonly atr: number;
  readonly regime: Regime;
  /** Distance of the stop behind the invalidation, in ATRs. */
  readonly stopAtr: number;
  /** Where an entry passes. */
  readonly bands: readonly EntryBand[];
}

export interface Refusal {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** A setup or a refusal, with the numbers known where the judgement ended. */
export type Judgement =
  | { readonly kind: 'setup'; readonly setup: Setup; readonly numbers: DecisionNumbers }
  | { readonly kind: 'refusal'; readonly refusal: Refusal; readonly numbers: DecisionNumbers };

type Numbers = Record<string, string | number | boolean | null>;

/** Runs the gates that need no price, in order; the first that fails is the reason. */
export function judgeCandles(
  structure: StructureView,
  bias: BiasEngine,
  settings: StrategySettings,
): Judgement {
  const numbers: Numbers = {
    bars: structure.bars.count(),
    min_bars: settings.minBars,
    days: bias.days(),
  };
  const refuse = (reason: RejectionReason, detail: string): Judgement => ({
    kind: 'refusal',
    refusal: { reason, detail },
    numbers,
  });

  const data = dataRefusal(structure, bias, settings, numbers);
  if (data !== null) return refuse(data.reason, data.detail);
  const direction = biasRefusal(bias, settings, numbers);
  if (direction !== null) return refuse(direction.reason, direction.detail);

  const dir = bias.bias()?.dir ?? 0;
  noteEvent(structure, settings, numbers);
  const missing = structureRefusal(structure, dir, settings);
  if (missing !== null) return refuse('4H_STRUCTURE_REQUIRED', missing);
  const event = structure.lastEvent();
  const leg = structure.leg();
  const atr = structure.atr();
  if (event === null || leg === null || atr === null)
    return refuse('4H_STRUCTURE_REQUIRED', 'none');

  const zones = tightZones(leg, structure.openGaps(), settings);
  const regime = noteRegime(structure, leg, atr, { zones, settings, numbers });
  const reason = REGIME_REFUSALS[regime];
  if (reason !== undefined) return refuse(reason, regime);
  const tight = regime === 'tight_smc';
  const setup: Setup = {
    side: dir === 1 ? 'long' : 'short',
    event,
    eventAge: ageOf(structure, event),
    leg,
    atr,
    regime,
    stopAtr: tight ? settings.stopAtrTight : settings.stopAtrWide,
    bands: entryBands(leg, tight ? zones : null, settings),
  };
  return { kind: 'setup', setup, numbers };
}

const REGIME_REFUSALS: Partial<Record<Regime, RejectionReason>> = {
  shock: 'REGIME_SHOCK',
  range: 'REGIME_RANGE',
  leg_too_small: 'REGIME_LEG_TOO_SMALL',
  extended: 'REGIME_EXTENDED',
};

function dataRefusal(
  structure: StructureView,
  bias: BiasEngine,
  settings: StrategySettings,
  numbers: Numbers,
): Refusal | null {
  const fault = structure.fault() ?? bias.fault();
  if (fault !== null) {
    numbers['fault'] = fault.problem;
    numbers['fault_timeframe'] = structure.fault() === null ? '1d' : '4h';
    return fault.kind === 'bad_bar'
      ? { reason: 'NO_DATA', detail: 'bad_bar' }
      : { reason: 'HISTORY_REVISED', detail: 'history_revised' };
  }
  const atr = structure.atr();
  if (structure.bars.count() < settings.minBars || atr === null) {
    return {
      reason: 'NO_DATA',
      detail: structure.bars.count() === 0 ? 'no_candles' : 'warming_up',
    };
  }
  if (atr <= 0) return { reason: 'NO_DATA', detail: 'flat' };
  numbers['atr'] = priceFigure(atr);
  const rewarm = structure.rewarmBars();
  if (rewarm === 0) return null;
  numbers['rewarm_bars'] = rewarm;
  return { reason: 'DATA_GAP', detail: 'rewarming' };
}

function biasRefusal(
  engine: BiasEngine,
  settings: StrategySettings,
  numbers: Numbers,
): Refusal | null {
  const bias = engine.bias();
  if (bias === null) {
    numbers['min_days'] = settings.emaPeriod;
    return { reason: 'EMA200_UNAVAILABLE', detail: 'too_few_days' };
  }
  numbers['bias'] = bias.dir;
  numbers['bias_mature'] = bias.mature;
  numbers['day_close'] = priceFigure(bias.close);
  numbers['ema'] = priceFigure(bias.ema);
  numbers['bias_long_above'] = priceFigure(bias.ema + bias.band);
  numbers['bias_short_below'] = priceFigure(bias.ema - bias.band);
  if (bias.dir !== 0) return null;
  return { reason: 'BIAS_NEUTRAL', detail: bias.mature ? 'near_average' : 'immature' };
}

/** Age of the event, and the levels whose break would make a new one. */
function noteEvent(structure: StructureView, settings: StrategySettings, numbers: Numbers): void {
  const event = structure.lastEvent();
  numbers['event_kind'] = event?.kind ?? null;
  numbers['event_dir'] = event?.dir ?? null;
  numbers['event_age'] = event === null ? null : ageOf(structure, event);
  numbers['max_event_age'] = settings.maxEventAge;
  numbers['event_level'] = priceFigure(event?.level ?? null);
  numbers['swing_high'] = priceFigure(structure.referencePrice(1));
  numbers['swing_low'] = priceFigure(structure.referencePrice(-1));
}

/** Only a break of a swing counts as structure; an order block alone does not. */
function structureRefusal(
  structure: StructureView,
  dir: number,
  settings: StrategySettings,
): string | null {
  const event = structure.lastEvent();
  if (event === null) return 'none';
  if (event.dir !== dir) return 'against_bias';
  if (!structure.eventCounts()) return 'before_gap';
  if (ageOf(structure, event) > settings.maxEventAge) return 'too_old';
  return structure.leg() === null ? 'leg_dead' : null;
}

function noteRegime(
  structure: StructureView,
  leg: Leg,
  atr: number,
  context: { zones: readonly EntryBand[]; settings: StrategySettings; numbers: Numbers },
): Regime {
  const { zones, settings, numbers } = context;
  const inputs: RegimeInputs = {
    efficiency: efficiencyRatio(structure.bars),
    chochCount: structure.chochCount(),
    rangeAtr: largestRecentRange(structure.bars) / atr,
    legAtr: legInAtr(leg, atr),
    hasTightZone: zones.length > 0,
  };
  const regime = regimeOf(inputs, settings);
  const ote = oteOf(leg, settings);
  numbers['leg_low'] = priceFigure(Math.min(leg.origin, leg.extreme));
  numbers['leg_high'] = priceFigure(Math.max(leg.origin, leg.extreme));
  numbers['ote_low'] = priceFigure(ote.low);
  numbers['ote_high'] = priceFigure(ote.high);
  numbers['er20'] = ratioFigure(inputs.efficiency);
  numbers['leg_atr'] = ratioFigure(inputs.legAtr);
  numbers['choch_count'] = inputs.chochCount;
  numbers['tr_atr'] = ratioFigure(inputs.rangeAtr);
  numbers['regime'] = regime;
  return regime;
}

function ageOf(structure: StructureView, event: StructureEvent): number {
  return structure.bars.count() - 1 - event.breakIndex;
}
