/**
 * Market structure of one market and timeframe: swings, breaks (BOS, CHoCH), sweeps, the impulse leg
 * and open gaps, one closed bar at a time. Nothing it said is ever changed by a later bar, and the state
 * after bar k depends on bars 0..k only. It keeps about twenty numbers and a short ring of bars; logs
 * belong to the observer.
 */
import { createBarGuard, type BarFault, type BarVerdict } from './bar-guard.ts';
import { createBarRing, type Bars } from './bar-ring.ts';
import { createAtr, type Atr } from './indicators.ts';
import { continueLeg, follow, legAtBreak, trackLeg, type Leg, type LegTracker } from './leg.ts';
import { timeframeMs, type Candle, type Timeframe } from '../domain/candle.ts';
import { RANGE_BARS } from './regime.ts';
import type { StrategySettings } from './settings.ts';
import { isPivot, type Direction, type Swing } from './swings.ts';
import { createGapList, type FairValueGap, type GapList } from './zones.ts';

/** A close beyond a swing: the trend goes on (BOS) or turns (CHOCH). Known at the close of its bar. */
export interface StructureEvent {
  readonly kind: 'BOS' | 'CHOCH';
  readonly dir: Direction;
  /** True for the first break of a history, when there was no trend to go on or turn. */
  readonly initial: boolean;
  readonly breakIndex: number;
  /** Open time of the break bar. */
  readonly breakMs: number;
  readonly close: number;
  readonly level: number;
  readonly pivotIndex: number;
  readonly pivotConfirmIndex: number;
  readonly trendBefore: Direction | 0;
  /** The leg as it was at the break. */
  readonly leg: Leg;
  readonly atr: number | null;
  /** False while the structure warms up again after a gap in the data. */
  readonly actionable: boolean;
}

/** A wick beyond a level with the close inside: liquidity taken, no break. */
export interface Sweep {
  readonly dir: Direction;
  readonly barIndex: number;
  readonly pivotIndex: number;
  readonly level: number;
}

/** Told of each new fact, in the order in which the bar made them known. */
export interface StructureObserver {
  swing?(swing: Swing): void;
  event?(event: StructureEvent): void;
  sweep?(sweep: Sweep): void;
  gap?(gap: FairValueGap): void;
}

/** What holds after the newest bar. */
export interface StructureView {
  readonly bars: Bars;
  trend(): Direction | 0;
  /** Price of the reference high (1) or low (-1), broken or not. */
  referencePrice(type: Direction): number | null;
  lastEvent(): StructureEvent | null;
  /** False when there is none, or when a gap in the data lies too near before it, or after it. */
  eventCounts(): boolean;
  /** CHoCH among the last five events. */
  chochCount(): number;
  /** The leg of the last event while it lives. */
  leg(): Leg | null;
  /** Last confirmed swing high (1) or low (-1), a reference or not. */
  lastSwing(type: Direction): Swing | null;
  openGaps(): readonly FairValueGap[];
  atr(): number | null;
  /** Bars still to come before new events count again after a gap; 0 in normal times. */
  rewarmBars(): number;
  fault(): BarFault | null;
  lastCandle(): Candle | null;
}

export interface StructureEngine extends StructureView {
  /** Takes the next closed bar. After a fault every bar is refused: rebuild from the store. */
  push(candle: Candle): BarVerdict;
}

export interface StructureOptions {
  readonly timeframe?: Timeframe;
  readonly observer?: StructureObserver;
}

/** A swing that a close may break, and the leg that would come of it. */
interface Reference {
  readonly swing: Swing;
  readonly tracker: LegTracker;
  broken: boolean;
}

interface State {
  readonly settings: StrategySettings;
  readonly intervalMs: number;
  readonly observer: StructureObserver;
  readonly bars: Bars;
  readonly atr: Atr;
  readonly gaps: GapList;
  gapIndex: number | null;
  trend: Direction | 0;
  high: Reference | null;
  low: Reference | null;
  /** Type of the swing that last became a reference. */
  lastAccepted: Direction | null;
  lastHigh: Swing | null;
  lastLow: Swing | null;
  event: StructureEvent | null;
  /** Newest last, at most five. */
  readonly recentKinds: StructureEvent['kind'][];
  leg: Leg | null;
}

const RECENT_EVENTS = 5;

export function createStructure(
  settings: StrategySettings,
  options: StructureOptions = {},
): StructureEngine {
  const intervalMs = timeframeMs(options.timeframe ?? '4h');
  const guard = createBarGuard(intervalMs, settings.maxGapBars);
  const bars = createBarRing(Math.max(2 * settings.swingLength + 1, RANGE_BARS + 2));
  const state: State = {
    settings,
    intervalMs,
    observer: options.observer ?? {},
    bars,
    atr: createAtr(settings.atrPeriod),
    gaps: createGapList(),
    gapIndex: null,
    trend: 0,
    high: null,
    low: null,
    lastAccepted: null,
    lastHigh: null,
    lastLow: null,
    event: null,
    recentKinds: [],
    leg: null,
  };
  return {
    push(candle) {
      const verdict = guard.check(candle);
      if (verdict !== 'accepted') return verdict;
      bars.push(candle);
      state.gapIndex = guard.gapIndex();
      takeBar(state, bars.count() - 1);
      return verdict;
    },
    bars,
    trend: () => state.trend,
    referencePrice: (type) => (type === 1 ? state.high : state.low)?.swing.price ?? null,
    lastEvent: () => state.event,
    eventCounts: () => state.event !== null && rewarmBars(state, state.event.breakIndex) === 0,
    chochCount: () => state.recentKinds.filter((kind) => kind === 'CHOCH').length,
    leg: () => state.leg,
    lastSwing: (type) => (type === 1 ? state.lastHigh : state.lastLow),
    openGaps: () => state.gaps.open(),
    atr: () => state.atr.value(),
    rewarmBars: () => rewarmBars(state, bars.count() - 1),
    fault: () => guard.fault(),
    lastCandle: () => guard.last(),
  };
}

/** The order is part of the definition: ATR, swings, break, gaps, leg. */
function takeBar(state: State, index: number): void {
  const { bars, settings } = state;
  state.atr.push(bars.high(index), bars.low(index), bars.close(index));
  if (state.high !== null && !state.high.broken) follow(state.high.tracker, bars, index);
  if (state.low !== null && !state.low.broken) follow(state.low.tracker, bars, index);
  confirmSwings(state, index);
  // An unbroken low never lies above an unbroken high, so one bar can break only one of them.
  const broken = breaks(state, state.high, index)
    ? state.high
    : breaks(state, state.low, index)
      ? state.low
      : null;
  if (broken !== null) {
    recordBreak(state, broken, index);
  } else {
    noteSweep(state, state.high, index);
    noteSweep(state, state.low, index);
  }
  const gap = state.gaps.push(bars, settings.minFvgAtr * (state.atr.value() ?? 0));
  if (gap !== null) state.observer.gap?.(gap);
  if (broken === null && state.leg !== null) {
    state.leg = continueLeg(state.leg, bars, index, settings.maxLegAge);
  }
}

function confirmSwings(state: State, index: number): void {
  const { bars, settings } = state;
  const pivot = index - settings.swingLength;
  const high = isPivot(bars, pivot, settings.swingLength, 1);
  const low = isPivot(bars, pivot, settings.swingLength, -1);
  // An outside bar can be both: the type that alternates with the last reference comes first.
  const lowFirst = state.lastAccepted === 1;
  if (low && lowFirst) confirm(state, pivot, index, -1);
  if (high) confirm(state, pivot, index, 1);
  if (low && !lowFirst) confirm(state, pivot, index, -1);
}

function confirm(state: State, pivot: number, index: number, type: Direction): void {
  const { bars } = state;
  const price = type === 1 ? bars.high(pivot) : bars.low(pivot);
  const used = becomesReference(state, type, price);
  const swing: Swing = {
    type,
    price,
    pivotIndex: pivot,
    confirmIndex: index,
    pivotMs: bars.openMs(pivot),
    confirmedMs: bars.openMs(index) + state.intervalMs,
    usedAsReference: used,
  };
  if (type === 1) state.lastHigh = swing;
  else state.lastLow = swing;
  if (used) {
    const reference = { swing, tracker: trackLeg(bars, pivot, type), broken: false };
    if (type === 1) state.high = reference;
    else state.low = reference;
    state.lastAccepted = type;
  }
  state.observer.swing?.(swing);
}

/** A second swing of the same type must be more extreme while the first one stands unbroken. */
function becomesReference(state: State, type: Direction, price: number): boolean {
  const standing = type === 1 ? state.high : state.low;
  if (standing === null || state.lastAccepted !== type || standing.broken) return true;
  return type * price > type * standing.swing.price;
}

/** True when the bar closed beyond the level, by the minimum where one is set. */
function breaks(state: State, reference: Reference | null, index: number): reference is Reference {
  if (reference === null || reference.broken) return false;
  const { type: dir, price: level } = reference.swing;
  const beyond = dir * (state.bars.close(index) - level);
  return beyond > 0 && beyond >= state.settings.minBreakAtr * (state.atr.value() ?? 0);
}

/** A bar that broke a level is a break and nothing else; sweeps are told only of bars that did not. */
function noteSweep(state: State, reference: Reference | null, index: number): void {
  if (reference === null || reference.broken) return;
  const { bars } = state;
  const { type: dir, price: level, pivotIndex } = reference.swing;
  const reach = dir === 1 ? bars.high(index) : bars.low(index);
  if (dir * reach > dir * level && dir * bars.close(index) <= dir * level) {
    state.observer.sweep?.({ dir, barIndex: index, pivotIndex, level });
  }
}

function recordBreak(state: State, reference: Reference, index: number): void {
  const { bars, trend } = state;
  const { swing, tracker } = reference;
  const dir = swing.type;
  const leg = legAtBreak(tracker, index);
  const event: StructureEvent = {
    kind: trend === -dir ? 'CHOCH' : 'BOS',
    dir,
    initial: trend === 0,
    breakIndex: index,
    breakMs: bars.openMs(index),
    close: bars.close(index),
    level: swing.price,
    pivotIndex: swing.pivotIndex,
    pivotConfirmIndex: swing.confirmIndex,
    trendBefore: trend,
    leg,
    atr: state.atr.value(),
    actionable: rewarmBars(state, index) === 0,
  };
  reference.broken = true;
  state.trend = dir;
  state.leg = leg;
  state.event = event;
  state.recentKinds.push(event.kind);
  if (state.recentKinds.length > RECENT_EVENTS) state.recentKinds.shift();
  state.observer.event?.(event);
}

/** A gap in the data asks for 2L + 1 new bars before an event counts. */
function rewarmBars(state: State, index: number): number {
  if (state.gapIndex === null) return 0;
  return Math.max(0, state.gapIndex + 2 * state.settings.swingLength + 1 - index);
}
