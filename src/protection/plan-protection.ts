/**
 * The only author of stop, target and cancel-protection actions (design, idea 2): registry positions,
 * live orders, marks and swings in, a plan out. Pure; planning again after applying is empty.
 *
 * The open orders must have been read after the last action, or the actions since must be in `orders`
 * with a later time: an order accepted after `takenMs` counts as live, one listed does too.
 */
import type { Ms } from '../domain/clock.ts';
import { ms } from '../domain/clock.ts';
import type { Decimal, Price } from '../domain/decimal.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import type { PositionId } from '../domain/ids.ts';
import { factId } from '../domain/ids.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Finding, Plan, ProtectiveAction } from '../domain/plan.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Reading, VenueMark, VenueOrder } from '../domain/venue.ts';
import type { Cover, LiveProtection } from './coverage.ts';
import { coverOf, liveProtection } from './coverage.ts';
import type { EvidenceIndex } from './index-evidence.ts';
import { indexEvidence } from './index-evidence.ts';
import { planLeftovers } from './leftovers.ts';
import { planStop } from './plan-stop.ts';
import type { DroppedTarget } from './plan-targets.ts';
import { planPositionTargets } from './plan-targets.ts';
import type { PositionFacts } from './position-facts.ts';
import { findingOf, isImported } from './position-facts.ts';
import type { ProtectionSettings } from './settings.ts';
import { minimumOrder } from './size-close.ts';
import type { StopLevel } from './trailing.ts';

/** The last confirmed 4H swings of a market; null before there is one. */
export interface SwingPair {
  readonly low: Decimal | null;
  readonly high: Decimal | null;
}

export interface ProtectionInput {
  /** Head of the journal that positions and orders come from. */
  readonly baseSeq: number;
  readonly nowMs: Ms;
  /** Open positions, after the repair of this observation. */
  readonly positions: readonly Position[];
  /** Orders that are not terminal. */
  readonly orders: readonly Order[];
  readonly openOrders: Reading<VenueOrder>;
  readonly takenMs: Ms;
  /** Since when open orders could not be read; null while they can. */
  readonly ordersUnknownSinceMs: Ms | null;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly marks: Reading<VenueMark>;
  readonly swings: ReadonlyMap<Symbol, SwingPair>;
  /** The last stop ever sent for each position, live or not. */
  readonly lastStops: ReadonlyMap<PositionId, StopLevel>;
  /** Since when each position has been seen without full cover. */
  readonly uncoveredSince: ReadonlyMap<PositionId, Ms>;
  readonly settings: ProtectionSettings;
  /** Where the venue would liquidate each position; what is missing is not known. */
  readonly liquidationPrices?: ReadonlyMap<Symbol, Price>;
  /** True when an earlier observation had this key among its `sightings`; default always. */
  readonly seenBefore?: (key: string) => boolean;
  /** True when fills prove that a closed position is flat; default always. */
  readonly closedByFills?: (id: PositionId) => boolean;
  /** Symbols whose position the venue does not list, without proof yet: nothing is cancelled there. */
  readonly absenceUnproven?: ReadonlySet<Symbol>;
}

export interface PositionCover {
  readonly position: Position;
  readonly cover: Cover;
  /** Price of the best stop that covers; null when none does or it is not known. */
  readonly stopPrice: Price | null;
  /** False when the open orders could not be read: the cover is only what we believe. */
  readonly confirmed: boolean;
  /** False when its owner asked for it to be left alone: it does not degrade the bot. */
  readonly isManaged: boolean;
}

export interface ProtectionDecision extends Plan<ProtectiveAction> {
  /** Targets that were merged or skipped, with why; journaled once by whoever applies. */
  readonly drops: readonly DroppedTarget[];
  readonly covers: readonly PositionCover[];
  /** The earliest moment at which the plan changes by time alone; null when it does not. */
  readonly retryAtMs: Ms | null;
  /** Cancels that are due now, acted on or not: what `seenBefore` is asked about next time. */
  readonly sightings: readonly string[];
}

/** Plans the protection of everything open. Stops come before cancels, and both before targets. */
export function planProtection(input: ProtectionInput): ProtectionDecision {
  const index = indexEvidence(input);
  const marks = marksBySymbol(input.marks);
  const parts = input.positions.map((position) => planPosition({ input, index, marks }, position));
  const leftovers = planLeftovers({
    positions: input.positions,
    orders: input.orders,
    index,
    awaitingStop: awaitingStop(parts),
    absenceUnproven: input.absenceUnproven ?? NONE,
    seenBefore: input.seenBefore ?? always,
    closedByFills: input.closedByFills ?? always,
  });
  const actions = [...parts.flatMap((part) => part.actions), ...leftovers.actions].toSorted(
    (a, b) => urgency(a) - urgency(b),
  );
  const retries = parts.flatMap((part) => (part.retryAtMs === null ? [] : [part.retryAtMs]));
  return {
    planId: factId('plan', String(input.baseSeq), ...actions.map(describe)),
    baseSeq: input.baseSeq,
    findings: oneOfCoverEach([
      ...parts.flatMap((part) => part.findings),
      ...actions.map((action) => action.finding),
      ...leftovers.findings,
    ]),
    actions,
    drops: parts.flatMap((part) => part.drops),
    covers: parts.flatMap((part) => (part.cover === null ? [] : [part.cover])),
    retryAtMs: earliest(retries),
    sightings: [...parts.flatMap((part) => part.sightings), ...leftovers.sightings],
  };
}

const NONE: ReadonlySet<Symbol> = new Set();
const always = (): boolean => true;

interface Observed {
  readonly input: ProtectionInput;
  readonly index: EvidenceIndex;
  readonly marks: ReadonlyMap<Symbol, VenueMark>;
}

interface PositionPart {
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

function planPosition(observed: Observed, position: Position): PositionPart {
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
    confirmed: index.ordersRead,
    isManaged: !isUnmanaged(position, input.settings),
  };
  const foreign = foreignFindings(position, live);
  const seen: PositionPart = { ...QUIET, cover: positionCover, findings: foreign };
  if (handsOff !== null) {
    const isCovered = cover.state !== 'under';
    return isCovered ? seen : { ...seen, findings: [unprotected(position, handsOff), ...foreign] };
  }
  const minimum = minimumOrder(instrument, undefined);
  if (position.quantity.lt(minimum)) {
    const words = `${text(position.quantity)} is below the venue's minimum ${text(minimum)}`;
    return { ...seen, findings: [unprotected(position, words), ...foreign] };
  }
  return planManaged(seen, factsOf(observed, { position, instrument, live, cover }));
}

function planManaged(seen: PositionPart, facts: PositionFacts): PositionPart {
  const stop = planStop(facts);
  const exiting = stop.actions.some((action) => action.action === 'exit-position');
  const targets = exiting ? { actions: [], drops: [] } : planPositionTargets(facts);
  return {
    ...seen,
    actions: [...stop.actions, ...targets.actions],
    drops: targets.drops,
    findings: [...seen.findings, ...stop.findings],
    sightings: stop.sightings,
    retryAtMs: stop.retryAtMs,
  };
}

function factsOf(
  { input, index, marks }: Observed,
  known: Pick<PositionFacts, 'position' | 'instrument' | 'live' | 'cover'>,
): PositionFacts {
  const { positionId, symbol } = known.position;
  return {
    ...known,
    ordersRead: index.ordersRead,
    ordersUnknownSinceMs: input.ordersUnknownSinceMs,
    uncoveredSinceMs: input.uncoveredSince.get(positionId) ?? null,
    lastStop: input.lastStops.get(positionId) ?? null,
    mark: marks.get(symbol)?.mark ?? null,
    liquidationPrice: input.liquidationPrices?.get(symbol) ?? null,
    swing: swingOf(input, known.position),
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

function coveringPrice({ state }: Cover, { stops, foreignStops }: LiveProtection): Price | null {
  return state === 'under' ? null : ((stops[0] ?? foreignStops[0])?.stopPrice ?? null);
}

function foreignFindings(position: Position, { foreignStops }: LiveProtection): Finding[] {
  return foreignStops.map((stop) =>
    findingOf(position, {
      finding: 'order.foreign',
      evidence: `stop ${stop.venueOrderId ?? '?'} is not ours: counts as cover, left alone`,
    }),
  );
}

/** Symbols on which a stop is wanted, missing, and not placed by this plan. */
function awaitingStop(parts: readonly PositionPart[]): ReadonlySet<Symbol> {
  const waiting = new Set<Symbol>();
  for (const { cover, actions } of parts) {
    if (cover?.cover.state !== 'under' || !cover.isManaged) continue;
    if (cover.position.noStopReason != null) continue;
    if (!actions.some((action) => isStop(action))) waiting.add(cover.position.symbol);
  }
  return waiting;
}

function isStop({ action }: ProtectiveAction): boolean {
  return action === 'place-stop' || action === 'resize-stop' || action === 'move-stop';
}

/** One word on the cover of a position is enough; lacking cover outweighs having too much of it. */
function oneOfCoverEach(findings: readonly Finding[]): Finding[] {
  const lacking = new Set<string>();
  for (const each of findings) if (each.finding === 'unprotected') lacking.add(keyOf(each));
  const said = new Set<string>();
  return findings.filter((each) => {
    if (each.finding !== 'unprotected' && each.finding !== 'overprotected') return true;
    const key = keyOf(each);
    if (said.has(key) || (lacking.has(key) && each.finding === 'overprotected')) return false;
    said.add(key);
    return true;
  });
}

function keyOf({ positionId, symbol }: Finding): string {
  return positionId ?? symbol;
}

function earliest(moments: readonly Ms[]): Ms | null {
  return moments.length === 0 ? null : ms(moments.reduce((a, b) => Math.min(a, b), Infinity));
}

function swingOf({ swings }: ProtectionInput, { symbol, side }: Position): Decimal | null {
  const pair = swings.get(symbol);
  if (pair === undefined) return null;
  return side === 'long' ? pair.low : pair.high;
}

function marksBySymbol(marks: Reading<VenueMark>): ReadonlyMap<Symbol, VenueMark> {
  if (marks.read === 'unknown') return new Map();
  return new Map(marks.rows.map((row) => [row.symbol, row]));
}

const URGENCY: Record<ProtectiveAction['action'], number> = {
  'exit-position': 0,
  'place-stop': 1,
  'resize-stop': 2,
  'move-stop': 3,
  'cancel-order': 4,
  'place-target': 5,
};

function urgency(action: ProtectiveAction): number {
  return URGENCY[action.action];
}

/** One action as text: what it would do, without why. */
function describe(action: ProtectiveAction): string {
  if (action.action === 'cancel-order') return `cancel-order ${action.clientOrderId}`;
  const { intent } = action;
  const prices = `${textOrNull(intent.price)} ${textOrNull(intent.stopPrice)}`;
  const owner = `${action.positionId} ${intent.purpose}`;
  return `${action.action} ${owner} ${text(intent.quantity)} ${prices} ${action.replaces.join(',')}`;
}
