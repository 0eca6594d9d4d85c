/**
 * What an earlier life of this bot knew, read back from the journal: a restart continues the count of a
 * degraded bot's recovery, says a pin or a decision only once, and never takes a limit as new.
 */
import type { RegistryView } from '../core/registry-view.ts';
import { DAY, ms, type Ms } from '../domain/clock.ts';
import type { EventPayloads } from '../domain/event.ts';
import type { PositionId } from '../domain/ids.ts';
import type { Finding } from '../domain/plan.ts';
import { NOTHING_SEEN } from '../domain/sightings.ts';
import type { Position } from '../domain/position.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { KnownTier, Tier } from '../market/market-registry.ts';
import { createDenialMemory } from '../risk/denial-memory.ts';
import { INITIAL_MONITOR, type MonitorState } from '../risk/monitor.ts';
import type { BotMemory } from './bot.ts';
import { findingKey } from './note-findings.ts';
import { decisionKey } from './scan.ts';

export function rememberedMemory(view: RegistryView): BotMemory {
  const cycle = view.lastEventOf('CYCLE_END');
  return {
    monitor: cycle === null ? INITIAL_MONITOR : monitorOf(cycle.payload),
    metrics: null,
    figures: null,
    account: null,
    denials: createDenialMemory(),
    look: { sightings: NOTHING_SEEN, ordersUnknownSinceMs: null },
    fullLookDue: true,
    nextFullLookMs: ms(0),
    restrainedUntilMs: null,
    blocked: new Map(),
    everythingBlocked: false,
    reported: reportedEarlier(view),
    halts: [],
    unwrittenHalts: [],
    ballast: null,
    entriesFilled: view.countEventsByType()['POSITION_OPENED'] ?? 0,
    tiersReviewed:
      cycle === null
        ? null
        : { day: Math.floor(cycle.tsMs / DAY), markets: cycle.payload.priced_markets },
    stopping: false,
  };
}

/** What was said to stand and was not said to be gone: a restart does not say it again. */
function reportedEarlier(view: RegistryView): ReadonlyMap<string, Finding> {
  const blocking = view.standingFindings().map(({ symbol, finding, evidence }): Finding => {
    return { symbol, positionId: null, finding, evidence };
  });
  // Orders of others have no end in the journal: one that was told is known for good.
  const foreign = view.eventsAfter(0, { type: 'FINDING' }).flatMap((event): Finding[] => {
    if (event.type !== 'FINDING' || event.symbol === null) return [];
    return [{ symbol: event.symbol, positionId: null, ...event.payload }];
  });
  return new Map([...foreign, ...blocking].map((found) => [findingKey(found), found]));
}

/** Recovery is counted in cycles, not in lives: a restart must not be the way out of DEGRADED. */
function monitorOf(cycle: Readonly<EventPayloads['CYCLE_END']>): MonitorState {
  return {
    state: cycle.state,
    causes: cycle.causes.map(({ cause, away_cycles }) => ({ cause, awayCycles: away_cycles })),
    entriesWhenBelow: cycle.entries_when_below,
    warnings: [],
  };
}

/** Positions that were last said to lack cover, with since when: a restart neither repeats the alarm nor forgets it. */
export function alarmedEarlier(
  view: RegistryView,
  positions: Iterable<Position>,
): Map<PositionId, Ms> {
  const alarmed = new Map<PositionId, Ms>();
  for (const { positionId, symbol } of positions) {
    const alarm = view.lastEventOf('POSITION_UNPROTECTED', symbol);
    const ended = view.lastEventOf('POSITION_PROTECTED', symbol);
    if (alarm?.positionId !== positionId || alarm.seq < (ended?.seq ?? 0)) continue;
    alarmed.set(positionId, alarm.payload.since_ms);
  }
  return alarmed;
}

export function isTargetDropped(
  view: RegistryView,
  positionId: PositionId,
  level: number,
): boolean {
  return view
    .eventsAfter(0, { type: 'TARGET_DROPPED' })
    .some((event) => event.positionId === positionId && droppedLevel(event) === level);
}

function droppedLevel(event: { type: string; payload: object }): number | null {
  return event.type === 'TARGET_DROPPED' && 'level' in event.payload
    ? Number(event.payload.level)
    : null;
}

/** What the journal last said of each market: a pin is said once, not once per start. */
export function knownTiers(view: RegistryView, symbols: Iterable<Symbol>): KnownTier[] {
  return [...symbols].flatMap((symbol): KnownTier[] => {
    const said = view.lastEventOf('MARKET_TIER', symbol);
    if (said === null) return [];
    const pinned = view.lastEventOf('MARKET_PINNED', symbol) !== null;
    return [{ symbol, tier: said.payload.tier as Tier, pinned }];
  });
}

/** What each market's last journaled decision was, so that a restart does not say it again. */
export function journaledKeys(view: RegistryView, symbols: Iterable<Symbol>): Map<Symbol, string> {
  const keys = new Map<Symbol, string>();
  if (view.countEvents() === 0) return keys;
  for (const symbol of symbols) {
    const signal = view.lastEventOf('SIGNAL', symbol);
    const rejection = view.lastEventOf('REJECTION', symbol);
    if (signal !== null && signal.seq > (rejection?.seq ?? 0)) {
      keys.set(symbol, `signal ${signal.signalId ?? ''}`);
    } else if (rejection !== null) {
      const { reason, detail, numbers } = rejection.payload;
      const { tsMs: decidedMs } = rejection;
      const decision = { kind: 'rejection', symbol, reason, detail, numbers, decidedMs } as const;
      keys.set(symbol, decisionKey(decision));
    }
  }
  return keys;
}
