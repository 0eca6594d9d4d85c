/**
 * Stop and targets of an entry at a known price. The stop goes behind what proves the setup wrong, the
 * targets to the leg's extreme and two extensions of it. Everything is rounded to the tick against us
 * (stop away from the entry, targets towards it), and reward over risk is computed after rounding.
 */
import { decimal, roundPriceToTick, text, type Decimal, type Price } from '../domain/decimal.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { TargetPlan } from '../domain/position.ts';
import type { DecisionNumbers } from '../domain/signal.ts';
import { decimalOf, ratioFigure } from './figures.ts';
import { priceAtRetracement } from './leg.ts';
import type { StrategySettings } from './settings.ts';
import type { Setup } from './setup.ts';
import type { EntryBand } from './zones.ts';

export interface EntryPlan {
  readonly stop: Price;
  readonly targets: readonly TargetPlan[];
  readonly rrTp1: Decimal;
  readonly rrTp2: Decimal;
}

export interface PlanRefusal {
  readonly reason: 'STOP_INVALID' | 'RR_TOO_LOW';
  readonly detail: string;
}

/** A plan or a refusal, with the numbers known where the planning ended. */
export type PlanResult =
  | { readonly kind: 'plan'; readonly plan: EntryPlan; readonly numbers: DecisionNumbers }
  | { readonly kind: 'refusal'; readonly refusal: PlanRefusal; readonly numbers: DecisionNumbers };

export interface EntryPlace {
  readonly entry: Price;
  readonly band: EntryBand;
  /** Ask less bid over mid; null where there is no book. */
  readonly spread: Decimal | null;
}

/** Plans the exits of an entry, or says which rule they break. */
export function planEntry(
  setup: Setup,
  place: EntryPlace,
  instrument: Instrument,
  settings: StrategySettings,
): PlanResult {
  const stop = stopOf(setup, place, instrument);
  const risk = decimal(place.entry.minus(stop)).mul(setup.leg.dir);
  const riskAtr = risk.toNumber() / setup.atr;
  const stopNumbers = {
    stop: text(stop),
    stop_atr: setup.stopAtr,
    risk_atr: ratioFigure(riskAtr),
    min_risk_atr: settings.minRiskAtr,
    max_risk_atr: settings.maxRiskAtr,
  };
  const wrong = stopProblem(stop, risk, riskAtr, settings);
  if (wrong !== null) return refused('STOP_INVALID', wrong, stopNumbers);

  const structural = structuralPrices(setup, instrument, settings);
  const usable = ordered(structural, place.entry, setup.leg.dir);
  const prices = usable ? structural : riskMultiples(place.entry, risk, setup.leg.dir, instrument);
  const [first, second, third] = prices;
  const targetNumbers = {
    ...stopNumbers,
    tp1: text(first),
    tp2: text(second),
    tp3: text(third),
    targets_from: usable ? 'structure' : 'risk_multiples',
  };
  if (!ordered(prices, place.entry, setup.leg.dir)) {
    return refused('RR_TOO_LOW', 'no_targets', targetNumbers);
  }
  const rrTp1 = rewardOverRisk(first, place.entry, risk);
  const rrTp2 = rewardOverRisk(second, place.entry, risk);
  const numbers = {
    ...targetNumbers,
    rr_tp1: ratioFigure(rrTp1.toNumber()),
    rr_tp2: ratioFigure(rrTp2.toNumber()),
    min_rr_tp1: settings.minRawRrTp1.toNumber(),
    min_rr_tp2: settings.minRawRrTp2.toNumber(),
  };
  if (rrTp1.lt(settings.minRawRrTp1)) return refused('RR_TOO_LOW', 'tp1', numbers);
  if (rrTp2.lt(settings.minRawRrTp2)) return refused('RR_TOO_LOW', 'tp2', numbers);
  const plan = { stop, targets: withShares(prices, settings), rrTp1, rrTp2 };
  return { kind: 'plan', plan, numbers };
}

type Prices = readonly [Price, Price, Price];

function refused(
  reason: PlanRefusal['reason'],
  detail: string,
  numbers: DecisionNumbers,
): PlanResult {
  return { kind: 'refusal', refusal: { reason, detail }, numbers };
}

/** Behind the invalidation by the largest of the ATR buffer, two ticks, and one and a half spreads. */
function stopOf(setup: Setup, place: EntryPlace, instrument: Instrument): Price {
  const { dir } = setup.leg;
  const spread = (place.spread?.toNumber() ?? 0) * place.entry.toNumber();
  const ticks = 2 * instrument.tickSize.toNumber();
  const buffer = Math.max(setup.stopAtr * setup.atr, ticks, 1.5 * spread);
  const exact = decimalOf(place.band.invalidation - dir * buffer);
  return roundPriceToTick(exact, instrument.tickSize, dir === 1 ? 'down' : 'up');
}

/** A stop cannot lie between bid and ask: it is 1.5 spreads behind a price the entry has not passed. */
function stopProblem(
  stop: Price,
  risk: Decimal,
  riskAtr: number,
  settings: StrategySettings,
): string | null {
  if (stop.lte(0)) return 'not_above_zero';
  if (risk.lte(0)) return 'not_behind_entry';
  if (riskAtr < settings.minRiskAtr) return 'risk_too_small';
  if (riskAtr > settings.maxRiskAtr) return 'risk_too_large';
  return null;
}

/** The extreme of the leg and its two extensions. */
function structuralPrices(
  setup: Setup,
  instrument: Instrument,
  settings: StrategySettings,
): Prices {
  const { leg } = setup;
  const at = (extension: number): Price =>
    towardsEntry(decimalOf(priceAtRetracement(leg, -extension)), leg.dir, instrument);
  return [at(0), at(settings.secondTargetExtension), at(settings.thirdTargetExtension)];
}

/** Where structure gives no three targets in order: one, two and three times the risk. */
function riskMultiples(entry: Price, risk: Decimal, dir: 1 | -1, instrument: Instrument): Prices {
  const at = (multiple: number): Price =>
    towardsEntry(entry.plus(risk.mul(multiple * dir)), dir, instrument);
  return [at(1), at(2), at(3)];
}

function towardsEntry(value: Decimal, dir: 1 | -1, instrument: Instrument): Price {
  return roundPriceToTick(value, instrument.tickSize, dir === 1 ? 'down' : 'up');
}

/** Above zero, beyond the entry, each strictly beyond the one before. */
function ordered(prices: Prices, entry: Price, dir: 1 | -1): boolean {
  let before: Decimal = entry;
  for (const price of prices) {
    if (price.lte(0) || price.minus(before).mul(dir).lte(0)) return false;
    before = price;
  }
  return true;
}

function rewardOverRisk(target: Price, entry: Price, risk: Decimal): Decimal {
  return target.minus(entry).abs().div(risk);
}

/** The third share is the rest, so that the shares always sum to one. */
function withShares(prices: Prices, settings: StrategySettings): TargetPlan[] {
  const [first, second, third] = prices;
  const rest = decimal(1).minus(settings.firstTargetShare).minus(settings.secondTargetShare);
  return [
    { level: 1, price: first, share: settings.firstTargetShare },
    { level: 2, price: second, share: settings.secondTargetShare },
    { level: 3, price: third, share: rest },
  ];
}
