/**
 * What closed candles alone say of a market: a setup to enter on, or the first gate that fails. It
 * changes only with a candle, so it is judged once per candle and each price is then tested against it.
 */
import type { PositionSide } from '../domain/order.ts';
import type { RejectionReason } from '../domain/signal.ts';
import type { BiasEngine } from './bias.ts';
import type { Leg } from './leg.ts';
import { gatherFacts, type MarketFacts, type NamedRegime } from './market-facts.ts';
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
import { entryBands, tightZones, type EntryBand } from './zones.ts';

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

interface Judged {
  readonly facts: MarketFacts;
  readonly named: NamedRegime | null;
}

/** A setup or a refusal, with the facts known where the judgement ended. */
export type Judgement =
  | (Judged & { readonly kind: 'setup'; readonly setup: Setup })
  | (Judged & { readonly kind: 'refusal'; readonly refusal: Refusal });

/** Runs the gates that need no price, in order; the first that fails is the reason. */
export function judgeCandles(
  structure: StructureView,
  bias: BiasEngine,
  settings: StrategySettings,
): Judgement {
  const facts = gatherFacts(structure, bias);
  const early =
    dataRefusal(facts, settings) ?? biasRefusal(facts) ?? structureRefusal(facts, settings);
  if (early !== null) return { kind: 'refusal', refusal: early, facts, named: null };
  const { event, leg, atr } = facts;
  if (event === null || leg === null || atr === null) {
    const refusal: Refusal = { reason: '4H_STRUCTURE_REQUIRED', detail: 'none' };
    return { kind: 'refusal', refusal, facts, named: null };
  }

  const zones = tightZones(leg, structure.openGaps(), settings);
  const inputs = regimeInputs(structure, leg, atr, zones.length > 0);
  const regime = regimeOf(inputs, settings);
  const named = { ...inputs, regime };
  const reason = REGIME_REFUSALS[regime];
  if (reason !== undefined) {
    return { kind: 'refusal', refusal: { reason, detail: regime }, facts, named };
  }
  const tight = regime === 'tight_smc';
  const setup: Setup = {
    side: event.dir === 1 ? 'long' : 'short',
    event,
    eventAge: facts.eventAge,
    leg,
    atr,
    regime,
    stopAtr: tight ? settings.stopAtrTight : settings.stopAtrWide,
    bands: entryBands(leg, tight ? zones : null, settings),
  };
  return { kind: 'setup', setup, facts, named };
}

const REGIME_REFUSALS: Partial<Record<Regime, RejectionReason>> = {
  shock: 'REGIME_SHOCK',
  range: 'REGIME_RANGE',
  leg_too_small: 'REGIME_LEG_TOO_SMALL',
  extended: 'REGIME_EXTENDED',
};

function dataRefusal(facts: MarketFacts, settings: StrategySettings): Refusal | null {
  const { fault, atr, bars } = facts;
  if (fault?.kind === 'bad_bar') return { reason: 'NO_DATA', detail: 'bad_bar' };
  if (fault !== null) return { reason: 'HISTORY_REVISED', detail: 'history_revised' };
  if (bars === 0) return { reason: 'NO_DATA', detail: 'no_candles' };
  if (bars < settings.minBars || atr === null) return { reason: 'NO_DATA', detail: 'warming_up' };
  if (atr <= 0) return { reason: 'NO_DATA', detail: 'flat' };
  return facts.rewarmBars > 0 ? { reason: 'DATA_GAP', detail: 'rewarming' } : null;
}

function biasRefusal({ bias }: MarketFacts): Refusal | null {
  if (bias === null) return { reason: 'EMA200_UNAVAILABLE', detail: 'too_few_days' };
  if (bias.dir !== 0) return null;
  return { reason: 'BIAS_NEUTRAL', detail: bias.mature ? 'near_average' : 'immature' };
}

/** Only a break of a swing counts as structure; an order block alone does not. */
function structureRefusal(facts: MarketFacts, settings: StrategySettings): Refusal | null {
  const detail = structureProblem(facts, settings);
  return detail === null ? null : { reason: '4H_STRUCTURE_REQUIRED', detail };
}

function structureProblem(facts: MarketFacts, settings: StrategySettings): string | null {
  if (facts.event === null) return 'none';
  if (facts.event.dir !== facts.bias?.dir) return 'against_bias';
  if (!facts.eventCounts) return 'before_gap';
  if (facts.eventAge > settings.maxEventAge) return 'too_old';
  return facts.leg === null ? 'leg_dead' : null;
}

function regimeInputs(
  structure: StructureView,
  leg: Leg,
  atr: number,
  hasTightZone: boolean,
): RegimeInputs {
  return {
    efficiency: efficiencyRatio(structure.bars),
    chochCount: structure.chochCount(),
    rangeAtr: largestRecentRange(structure.bars) / atr,
    legAtr: legInAtr(leg, atr),
    hasTightZone,
  };
}
