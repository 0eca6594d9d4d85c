/**
 * One position's part of the plan. Some get no order at all: of a market that its owner keeps to himself,
 * imported without a stop on purpose, or too small for the venue to trade. They are still reported.
 */
import type { Ms } from '../domain/clock.ts';
import type { Decimal, Price } from '../domain/decimal.ts';
import { text } from '../domain/decimal.ts';
import type { Finding, ProtectiveAction } from '../domain/plan.ts';
import { isInFlight } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { VenueMark } from '../domain/venue.ts';
import { compareValues } from '../domain/compare-values.ts';
import type { Cover, LiveOrder, LiveProtection } from './coverage.ts';
import { coverOf, liveProtection } from './coverage.ts';
import type { EvidenceIndex } from './index-evidence.ts';
import { NO_STOP, planStop } from './plan-stop.ts';
import type { DroppedTarget } from './plan-targets.ts';
import { NO_TARGETS, planPositionTargets } from './plan-targets.ts';
import type { PositionFacts } from './position-facts.ts';
import { findingOf, isImported } from './position-facts.ts';
import type { ProtectionInput } from './protection-input.ts';
import type { ProtectionSettings } from './settings.ts';
import { minimumOrder } from './size-close.ts';

export interface PositionCover {
  readonly position: Position;
  readonly cover: Cover;
  /** Price of the best stop that covers; null when none does or it is not known. */
  readonly stopPrice: Price | null;
  /** False when the open orders could not be read or do not list it: the cover is what we believe. */
  readonly confirmed: boolean;
  /** False when its owner asked for it to be left alone: it does not degrade the bot. */
  readonly isManaged: boolean;
}

export interface Observed {
  readonly input: ProtectionInput;
  readonly index: EvidenceIndex;
  readonly marks: ReadonlyMap<Symbol, VenueMark>;
}

/** What the plan says of one position. */
export interface PositionPart {
  readonly actions: readonly ProtectiveAction[];
  readonly drops: readonly DroppedTarget[];
  readonly findings: readonly Finding[];
  readonly sightings: readonly string[];
  readonly cover: PositionCover | null;
  readonly retryAtMs: Ms | null;
}

const QUIET: PositionPart = {
  actions: [],
  drops: [],
  findings: [],
  sightings: [],
  cover: null,
  retryAtMs: null,
};

/** Written out: copying it from the one above costs more than all else here. */
function quietPart(cover: PositionCover, findings: readonly Finding[]): PositionPart {
  return { actions: [], drops: [], findings, sightings: [], cover, retryAtMs: null };
}

/** Its stop, then its targets; or why nothing is sent for it, in words. */
export function planPosition(observed: Observed, position: Position): PositionPart {
  const { input, index } = observed;
  const handsOff = handsOffWords(position, input.settings);
  const instrument = input.instruments.get(position.symbol);
  if (instrument === undefined) {
    const words = handsOff ?? 'the venue does not list this instrument: no order can be sized';
    return { ...QUIET, findings: [unprotected(position, words)] };
  }
  const live = liveProtection(position, index);
  const cover = coverOf(position.quantity, live, instrument.lotStep);
  const positionCover: PositionCover = {
    position,
    cover,
    stopPrice: coveringPrice(cover, live),
    confirmed: index.ordersRead && cover.state !== 'unconfirmed',
    isManaged: !isUnmanaged(position, input.settings),
  };
  const foreign = foreignFindings(position, live);
  const seen = quietPart(positionCover, foreign);
  if (handsOff !== null) {
    const isCovered = cover.state !== 'under';
    return isCovered ? seen : { ...seen, findings: [unprotected(position, handsOff), ...foreign] };
  }
  // Without a price: venues exempt reduce-only orders from the minimum notional, and all here are.
  const minimum = minimumOrder(instrument, undefined);
  if (compareValues(position.quantity, minimum) < 0) {
    const evidence = `${text(position.quantity)} is below the venue's minimum ${text(minimum)}`;
    // A stop for more than the dust protects it; it cannot be made small enough.
    const finding = cover.state === 'over' ? 'overprotected' : 'unprotected';
    return { ...seen, findings: [findingOf(position, { finding, evidence }), ...foreign] };
  }
  return planManaged(seen, factsOf(observed, { position, instrument, live, cover }));
}

function planManaged(seen: PositionPart, facts: PositionFacts): PositionPart {
  const stop = planStop(facts);
  const exiting = stop.actions.some((action) => action.action === 'exit-position');
  const targets = exiting ? NO_TARGETS : planPositionTargets(facts);
  if (stop === NO_STOP && targets === NO_TARGETS) return seen;
  return {
    ...seen,
    actions: [...stop.actions, ...targets.actions],
    drops: targets.drops,
    findings: [...seen.findings, ...stop.findings],
    sightings: stop.sightings,
    retryAtMs: stop.retryAtMs,
  };
}

const always = (): boolean => true;

function factsOf(
  { input, index, marks }: Observed,
  known: Pick<PositionFacts, 'position' | 'instrument' | 'live' | 'cover'>,
): PositionFacts {
  const { position, instrument, live, cover } = known;
  const { positionId, symbol } = position;
  return {
    position,
    instrument,
    live,
    cover,
    ordersRead: index.ordersRead,
    positionsRead: input.positionsRead ?? true,
    ordersUnknownSinceMs: input.ordersUnknownSinceMs,
    uncoveredSinceMs: input.uncoveredSince.get(positionId) ?? null,
    unconfirmedSinceMs: input.unconfirmedSince?.get(positionId) ?? null,
    isStopInDoubt: index
      .ofPosition(positionId)
      .some(({ role, state }) => role === 'stop' && isInFlight(state)),
    lastStop: input.lastStops.get(positionId) ?? null,
    mark: marks.get(symbol)?.mark ?? null,
    liquidationPrice: input.liquidationPrices?.get(symbol) ?? null,
    swing: swingOf(input, position),
    nowMs: input.nowMs,
    settings: input.settings,
    seenBefore: input.seenBefore ?? always,
  };
}

/** Why no order is sent for a position, in words; null when it is protected like any other. */
function handsOffWords(position: Position, settings: ProtectionSettings): string | null {
  if (isUnmanaged(position, settings)) return 'listed in unmanaged_symbols: left to its owner';
  const { noStopReason } = position;
  return noStopReason == null ? null : `imported without a stop: ${noStopReason}`;
}

function isUnmanaged(position: Position, settings: ProtectionSettings): boolean {
  return isImported(position) && settings.unmanagedSymbols.has(position.symbol);
}

function unprotected(position: Position, evidence: string): Finding {
  return findingOf(position, { finding: 'unprotected', evidence });
}

/** The first one known: the venue may not tell the trigger of each. */
function coveringPrice({ state, by }: Cover, live: LiveProtection): Price | null {
  if (state === 'under' || state === 'unconfirmed') return null;
  const own = by === 'foreign' ? null : firstPrice(live.stops);
  return own ?? (by === 'own' ? null : firstPrice(live.foreignStops));
}

function firstPrice(stops: readonly LiveOrder[]): Price | null {
  return stops.find(({ stopPrice }) => stopPrice !== null)?.stopPrice ?? null;
}

function foreignFindings(position: Position, { foreignStops }: LiveProtection): Finding[] {
  return foreignStops.map((stop) =>
    findingOf(position, {
      finding: 'order.foreign',
      evidence: `stop ${stop.venueOrderId ?? '?'} is not ours: counts as cover, left alone`,
    }),
  );
}

function swingOf({ swings }: ProtectionInput, { symbol, side }: Position): Decimal | null {
  const pair = swings.get(symbol);
  if (pair === undefined) return null;
  return side === 'long' ? pair.low : pair.high;
}
