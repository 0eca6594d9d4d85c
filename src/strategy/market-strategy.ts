/**
 * The strategy of one market: closed 4H and 1D candles in, one decision per price out. What depends on
 * candles alone is judged once per candle; a price costs O(1). Money leaves as decimals rounded to the
 * tick, so nothing after this file sees a double.
 */
import { timeframeMs, type Candle, type Timeframe } from '../domain/candle.ts';
import type { Ms } from '../domain/clock.ts';
import { roundPriceToTick, text, type Decimal, type Price } from '../domain/decimal.ts';
import { factId, type SignalId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { PositionSide } from '../domain/order.ts';
import type { Decision, DecisionNumbers, Rejection, Signal } from '../domain/signal.ts';
import type { BarVerdict } from './bar-guard.ts';
import { createBias } from './bias.ts';
import { planEntry, type EntryPlan } from './entry-plan.ts';
import { decimalOf, priceFigure, ratioFigure } from './figures.ts';
import { RETRACE_SLACK, retracement } from './leg.ts';
import { factNumbers } from './market-facts.ts';
import type { StrategySettings } from './settings.ts';
import { judgeCandles, type Judgement, type Refusal, type Setup } from './setup.ts';
import { createStructure } from './structure.ts';
import { bandAt, nearestBand, type EntryBand } from './zones.ts';

export interface DecisionInput {
  /** The last traded price: what the entry gate tests, and the entry's limit. */
  readonly lastPrice: Price;
  readonly priceMs: Ms;
  readonly nowMs: Ms;
  /** Passed through to the signal. */
  readonly riskFactor: Decimal;
  /** Ask less bid over mid; null or absent where there is no book. */
  readonly spread?: Decimal | null;
}

/** A swing that a trailing stop may follow. */
export interface TrailSwing {
  readonly price: number;
  readonly confirmedMs: Ms;
}

export interface MarketStrategy {
  /** Takes the next closed candle; a refused one makes every decision a rejection until rebuilt. */
  pushFourHour(candle: Candle): BarVerdict;
  pushDay(candle: Candle): BarVerdict;
  decide(input: DecisionInput): Decision;
  /** The last confirmed 4H swing low for a long, high for a short. */
  lastConfirmedSwing(side: PositionSide): TrailSwing | null;
  /** 4H ATR, null before it is defined. */
  atr(): number | null;
}

export function createMarketStrategy(
  instrument: Instrument,
  settings: StrategySettings,
): MarketStrategy {
  const structure = createStructure(settings);
  const bias = createBias(settings);
  let judged: Judgement | null = null;
  return {
    pushFourHour(candle) {
      judged = null;
      return structure.push(candle);
    },
    pushDay(candle) {
      judged = null;
      return bias.push(candle);
    },
    decide(input) {
      judged ??= judgeCandles(structure, bias, settings);
      const late =
        lateSeries(structure.lastCandle(), '4h', input.nowMs, settings) ??
        lateSeries(bias.lastCandle(), '1d', input.nowMs, settings);
      return decide(late, { input, instrument, settings, judged });
    },
    lastConfirmedSwing(side) {
      const swing = structure.lastSwing(side === 'long' ? -1 : 1);
      if (swing === null) return null;
      return { price: swing.price, confirmedMs: swing.confirmedMs as Ms };
    },
    atr: () => structure.atr(),
  };
}

/** One question put to one market. */
interface Question {
  readonly input: DecisionInput;
  readonly instrument: Instrument;
  readonly settings: StrategySettings;
  /** What is known before the price is looked at. */
  readonly judged: Judgement;
}

function decide(late: Refusal | null, question: Question): Decision {
  const { judged } = question;
  const refusal = judged.kind === 'refusal' ? judged.refusal : null;
  const broken = refusal?.reason === 'NO_DATA' || refusal?.reason === 'HISTORY_REVISED';
  if (late !== null && !broken) return reject(question, late);
  return judged.kind === 'refusal'
    ? reject(question, judged.refusal)
    : decideAtPrice(judged.setup, question);
}

/** The gates that a price must pass; the price tested is the limit that would be sent. */
function decideAtPrice(setup: Setup, question: Question): Decision {
  const { input, instrument, settings } = question;
  const rounding = setup.side === 'long' ? 'down' : 'up';
  const entry = roundPriceToTick(input.lastPrice, instrument.tickSize, rounding);
  if (entry.lte(0)) return reject(question, { reason: 'NO_DATA', detail: 'price_below_tick' });
  const at = entry.toNumber();
  const r = retracement(setup.leg, at);
  const band = bandAt(setup.bands, setup.leg, at);
  const place = { entry, r, zone: band ?? nearestBand(setup.bands, at) };
  const where = (): DecisionNumbers => placeNumbers(setup, place);
  if (r > 1 + RETRACE_SLACK) {
    return reject(question, { reason: 'LEG_INVALIDATED', detail: 'beyond_origin' }, where);
  }
  if (band === null) return reject(question, outsideZone(setup, place), where);
  const result = planEntry(
    setup,
    { entry, band, spread: input.spread ?? null },
    instrument,
    settings,
  );
  const numbers = (): DecisionNumbers => ({ ...where(), ...result.numbers });
  if (result.kind === 'refusal') return reject(question, result.refusal, numbers);
  return signalOf(setup, entry, result.plan, { question, numbers: numbersOf(question, numbers) });
}

/** The figures known so far and those of the price, formatted. */
function numbersOf(question: Question, more: () => DecisionNumbers): DecisionNumbers {
  const { judged, settings, input } = question;
  return {
    ...factNumbers(judged.facts, judged.named, settings),
    price: text(input.lastPrice),
    ...more(),
  };
}

/** A rejection formats its detail and numbers when they are read: most are only counted. */
function reject(
  question: Question,
  why: Refusal,
  more: () => DecisionNumbers = () => ({}),
): Rejection {
  let numbers: DecisionNumbers | null = null;
  return {
    kind: 'rejection',
    symbol: question.instrument.symbol,
    reason: why.reason,
    get detail() {
      return why.detail;
    },
    decidedMs: question.input.nowMs,
    get numbers() {
      return (numbers ??= numbersOf(question, more));
    },
  };
}

/** Where the entry lies in the leg, and the band it is in or would have to be in. */
interface Place {
  readonly entry: Price;
  readonly r: number;
  readonly zone: EntryBand | null;
}

function placeNumbers(setup: Setup, { entry, r, zone }: Place): DecisionNumbers {
  return {
    side: setup.side,
    entry: text(entry),
    r: ratioFigure(r),
    zone_low: priceFigure(zone?.low ?? null),
    zone_high: priceFigure(zone?.high ?? null),
    zone_source: zone?.source ?? null,
  };
}

function outsideZone(setup: Setup, { r, zone }: Place): Refusal {
  const { leg } = setup;
  return {
    reason: 'ENTRY_NOT_IN_OTE',
    get detail() {
      return (
        `entry not in OTE/Key Fib: r ${ratioFigure(r)}, ` +
        `zone ${priceFigure(zone?.low ?? null)} to ${priceFigure(zone?.high ?? null)}, ` +
        `leg ${priceFigure(leg.origin)} to ${priceFigure(leg.extreme)}`
      );
    },
  };
}

function signalOf(
  setup: Setup,
  entry: Price,
  plan: EntryPlan,
  context: { readonly question: Question; readonly numbers: DecisionNumbers },
): Signal {
  const { input, instrument, settings } = context.question;
  return {
    kind: 'signal',
    signalId: signalIdOf(setup, instrument),
    symbol: instrument.symbol,
    side: setup.side,
    entry,
    ...plan,
    riskFactor: input.riskFactor,
    eventAge: setup.eventAge,
    maxEventAge: settings.maxEventAge,
    atr: decimalOf(setup.atr),
    stopAtr: decimalOf(setup.stopAtr),
    regime: setup.regime,
    decidedMs: input.nowMs,
    priceMs: input.priceMs,
    numbers: context.numbers,
  };
}

/** One structure event is one signal, whatever the price or the hour at which it is taken. */
function signalIdOf(setup: Setup, instrument: Instrument): SignalId {
  const { breakMs, level } = setup.event;
  const facts = [instrument.symbol, setup.side, String(breakMs), text(decimalOf(level))];
  return factId('sig', ...facts) as SignalId;
}

/** A series that stopped: more bars should have closed by now than a gap may miss. */
function lateSeries(
  last: Candle | null,
  timeframe: Timeframe,
  nowMs: Ms,
  settings: StrategySettings,
): Refusal | null {
  if (last === null) return null;
  const interval = timeframeMs(timeframe);
  const missing = Math.floor((nowMs - last.openMs) / interval) - 1;
  return missing > settings.maxGapBars
    ? { reason: 'DATA_GAP', detail: timeframe === '4h' ? 'four_hour_late' : 'day_late' }
    : null;
}
