/**
 * What registry and venue disagree on, said once: an event when a market is blocked, another when it is free
 * again, and nothing in between. What a repair or an order's own events tell is not told twice.
 */
import { symbolOf, type Finding } from '../domain/plan.ts';
import type { NewEvent } from '../domain/event.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Bot } from './bot.ts';
import type { Planned } from './make-plan.ts';

export function noteFindings(bot: Bot, { snapshot, repair, findings }: Planned): void {
  const { memory } = bot;
  memory.blocked = repair.blocked;
  memory.everythingBlocked = repair.isEverythingBlocked;
  const standing = new Map<string, Finding>();
  for (const finding of repair.blocked.values()) standing.set(findingKey(finding), finding);
  for (const finding of findings.filter(isReported)) standing.set(findingKey(finding), finding);
  // A failed reading ends nothing: what stood before it stands still (rule 1).
  if ([snapshot.positions, snapshot.openOrders].some(({ read }) => read === 'unknown')) {
    for (const [key, finding] of memory.reported) standing.set(key, standing.get(key) ?? finding);
  }
  const events = [...gone(memory.reported, standing), ...added(memory.reported, standing)];
  if (events.length > 0) bot.journal.appendOrKeep(events);
  for (const finding of standing.values()) {
    if (!memory.reported.has(findingKey(finding))) {
      bot.log('warn', `${finding.symbol}: ${finding.finding}: ${finding.evidence}`);
    }
  }
  memory.reported = standing;
}

/** An order in doubt has events of its own; what has a repair is told by it. */
const OWN_EVENTS = new Set(['order.in-doubt']);
const REPORTED = new Set(['order.foreign', 'malformed.venue', 'duplicate']);

function isReported({ finding }: Finding): boolean {
  return REPORTED.has(finding);
}

/** What a finding is known by. Why something is not known varies with every look and is no news. */
export function findingKey({ symbol, finding, evidence }: Finding): string {
  const isDoubt = finding === 'unknown' || finding === 'orphan?';
  return isDoubt ? `${symbol} ${finding}` : `${symbol} ${finding} ${evidence}`;
}

function added(
  before: ReadonlyMap<string, Finding>,
  standing: ReadonlyMap<string, Finding>,
): NewEvent[] {
  return [...standing].flatMap(([key, found]): NewEvent[] => {
    if (before.has(key) || OWN_EVENTS.has(found.finding)) return [];
    const { positionId, finding, evidence } = found;
    const symbol = symbolOf(found);
    const isBlocking = symbol !== null && finding !== 'order.foreign';
    const told = symbol === null ? `${found.symbol}: ${evidence}` : evidence;
    const payload = { finding, evidence: told };
    return [{ type: isBlocking ? 'POSITION_BLOCKED' : 'FINDING', symbol, positionId, payload }];
  });
}

function gone(
  before: ReadonlyMap<string, Finding>,
  standing: ReadonlyMap<string, Finding>,
): NewEvent[] {
  const still = new Set([...standing.values()].map(kindOf));
  return [...before.values()].flatMap((found): NewEvent[] => {
    const symbol: Symbol | null = symbolOf(found);
    if (symbol === null || still.has(kindOf(found))) return [];
    if (OWN_EVENTS.has(found.finding) || found.finding === 'order.foreign') return [];
    const { positionId, finding } = found;
    return [{ type: 'POSITION_UNBLOCKED', symbol, positionId, payload: { finding } }];
  });
}

function kindOf({ symbol, finding }: Finding): string {
  return `${symbol} ${finding}`;
}
