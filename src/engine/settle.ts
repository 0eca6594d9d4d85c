/**
 * Observe, reconcile, protect: repeated until there is nothing left to do. The cycle runs it first, and
 * again after every entry, so that a fill meets its stop within seconds.
 *
 * Invariants: fills are folded before anything is compared; a stop goes live before anything else is
 * sent; what is not understood blocks its symbol and is reported once until it changes.
 */
import { previewAt } from '../core/preview.ts';
import { DAY, HOUR, ms, SECOND, type Ms } from '../domain/clock.ts';
import type { PositionId } from '../domain/ids.ts';
import type { Symbol } from '../domain/symbol.ts';
import type { Snapshot } from '../domain/venue.ts';
import { applyRepair } from '../execution/apply-repair.ts';
import type { AppliedAction } from '../execution/apply-protection.ts';
import { resolveInDoubt, type Judgement } from '../execution/resolve-in-doubt.ts';
import type { Sightings } from '../domain/sightings.ts';
import type { ProtectionDecision } from '../protection/plan-protection.ts';
import { isImported } from '../protection/position-facts.ts';
import { planRepair } from '../reconcile/plan-repair.ts';
import type { Bot } from './bot.ts';
import { inFlight } from './in-flight.ts';
import { makePlan, TIMING, type Planned } from './make-plan.ts';
import { noteFindings } from './note-findings.ts';
import { observe } from './observe.ts';
import { planContext } from './plan-context.ts';
import { hasUnlistedStop, review } from './watch.ts';

export interface Settled {
  readonly snapshot: Snapshot;
  readonly fills: number;
  readonly ordersSent: number;
}

/** Looks per settling at orders in doubt; two that prove absence, and two for slow readings. */
const MAX_PASSES = 4;
/** One-second rounds beyond those that reach the protection deadline: for the exit behind it. */
const ROUNDS_AFTER_DEADLINE = 14;
/**
 * Fills are asked for from this long before the last known one; each is recorded once by its trade id.
 * Venues tell late, and a fill inside a recorded four-hour bar is told when the bar closes.
 */
const FILLS_BACK_MS = ms(5 * HOUR);
/** While registry and venue disagree a missing fill is the likeliest cause: it is looked for further back. */
const FILLS_BACK_BLOCKED_MS = ms(3 * DAY);

/** `only`: a command that names its markets touches no other. */
export async function settle(
  bot: Bot,
  observed?: Snapshot,
  only?: ReadonlySet<Symbol>,
): Promise<Settled> {
  let fills = 0;
  let ordersSent = 0;
  for (let round = 1; ; round += 1) {
    const snapshot = round === 1 && observed !== undefined ? observed : await look(bot);
    const planned = within(makePlan(planContext(bot), snapshot, bot.memory.look), only);
    const repaired = repair(bot, planned);
    fills += repaired.fills;
    const applied = await bot.protector.apply(planned.protection);
    if (bot.protector.exposed() > 0) await degradeAtOnce(bot, 'unprotected');
    if (hasUnlistedStop(bot)) await degradeAtOnce(bot, 'cover_unconfirmed');
    ordersSent += applied.filter(({ action }) => action.action !== 'cancel-order').length;
    const waiting = isWaiting(planned.protection);
    // Looking for lost answers takes time; a position without its stop has none.
    const resolved = await resolve(bot, waiting ? 1 : MAX_PASSES);
    const quiet = applied.every(isRefused) && !repaired.changed && !resolved;
    if ((quiet && !waiting) || round >= maxRounds(bot)) return { snapshot, fills, ordersSent };
    // A stop that was refused is tried again each second until the deadline; then the position goes.
    if (waiting && applied.every(({ outcome }) => outcome.kind !== 'accepted')) {
      await bot.clock.sleep(SECOND);
    }
  }
}

function within(planned: Planned, only: ReadonlySet<Symbol> | undefined): Planned {
  if (only === undefined) return planned;
  const isAsked = ({ symbol }: { readonly symbol: Symbol | null }): boolean =>
    symbol !== null && only.has(symbol);
  const { repair, protection } = planned;
  return {
    ...planned,
    repair: { ...repair, actions: repair.actions.filter(isAsked) },
    protection: {
      ...protection,
      actions: protection.actions.filter(isAsked),
      covers: protection.covers.filter(({ position }) => isAsked(position)),
      drops: [],
    },
  };
}

/** A position without its stop does not wait for the end of the cycle to be said: `status` told NORMAL above it. */
async function degradeAtOnce(bot: Bot, found: string): Promise<void> {
  const { monitor } = bot.memory;
  if (monitor.causes.some(({ cause }) => cause === found)) return;
  const causes = [...monitor.causes, { cause: found, awayCycles: 0 }];
  bot.memory.monitor = { ...monitor, causes };
  await review(bot);
}

/** Fills, and what became of orders, without judging anything else: after an exit that a plan sent. */
export async function followFills(bot: Bot): Promise<void> {
  const { sightings } = bot.memory.look;
  applyRepair(judge(bot, await look(bot), sightings), bot.journal);
}

/** One observation, as the cycle and every command make it. */
export async function look(bot: Bot): Promise<Snapshot> {
  const { memory } = bot;
  const { orders } = bot.journal.registry();
  const snapshot = await observe(bot.venue.reader, bot.clock, {
    fillsSince: fillsSince(bot),
    orders,
    idle: isIdle(bot) ? { account: memory.fullLookDue ? memory.account : null } : null,
  });
  if (snapshot.account.read === 'complete') memory.account = snapshot.account;
  return snapshot;
}

/** Nothing of ours is open and nothing is in question: fills and balance stand still. */
function isIdle({ isSparing, memory, journal }: Bot): boolean {
  const { positions, orders, attention } = journal.registry();
  const isOpen = positions.size + orders.size + attention.size > 0;
  return isSparing && !isOpen && memory.blocked.size === 0 && !memory.everythingBlocked;
}

/** Asked again at once it would be refused again, 72 times in one cycle; the next cycle asks. */
function isRefused({ action, outcome }: AppliedAction): boolean {
  // An order that cannot be cancelled has filled or gone: that is worth another look.
  if (action.action === 'cancel-order') return false;
  if (outcome.kind === 'denied') return outcome.code !== 'REPLACED_TARGET_STILL_LIVE';
  return outcome.kind === 'rejected';
}

/**
 * Time alone changes what is to be done: a refused stop is due again, or open orders that cannot be read
 * become a second stop at the deadline. What no order can protect is not waited for, and what is never
 * exited is past its deadline tried once a cycle.
 */
function isWaiting(decision: ProtectionDecision): boolean {
  const uncovered = decision.covers.some(
    ({ cover, position }) => cover.state === 'under' && !isImported(position),
  );
  return decision.retryAtMs !== null || (uncovered && decision.actions.length > 0);
}

/** Bounded, whatever the venue answers: the next cycle goes on. */
function maxRounds({ config }: Bot): number {
  return Math.ceil(config.limits.protectionDeadlineMs / SECOND) + ROUNDS_AFTER_DEADLINE;
}

function fillsSince({ memory, journal, clock, isSparing }: Bot): Ms {
  const isFar = memory.blocked.size > 0 || memory.fullLookDue;
  const back = isFar ? FILLS_BACK_BLOCKED_MS : FILLS_BACK_MS;
  const { lastFillMs } = journal.registry();
  // A venue tells its trades week by week: who asks since 1970 asks for thousands of pages.
  const known = lastFillMs === 0 && isSparing ? clock.now() : lastFillMs;
  return ms(Math.max(0, known - back));
}

/** Puts the registry right, and says what stands between it and the venue. */
function repair(bot: Bot, planned: Planned): { fills: number; changed: boolean } {
  const held = openPositions(bot);
  const done = applyRepair(planned.repair, bot.journal);
  for (const { action, symbol } of planned.repair.actions) {
    if (action !== 'import-position') continue;
    bot.log('warn', `${symbol}: imported: open at the venue and not opened here; it gets a stop`);
  }
  for (const id of openPositions(bot)) if (!held.has(id)) bot.memory.entriesFilled += 1;
  bot.memory.look = planned.memory;
  noteFindings(bot, planned);
  return { fills: done.fills, changed: planned.repair.actions.length > 0 };
}

/** Looks for what became of orders in doubt; true when one was found. */
export async function resolve(bot: Bot, maxPasses: number): Promise<boolean> {
  const before = inFlight(bot).length;
  if (before === 0) return false;
  const { unresolved } = await resolveInDoubt({
    reader: bot.venue.reader,
    clock: bot.clock,
    journal: bot.journal,
    judge: (evidence, seen) => judge(bot, evidence, seen),
    apartMs: TIMING.apartMs,
    maxPasses,
  });
  return unresolved.length < before;
}

function judge(bot: Bot, snapshot: Snapshot, sightings: Sightings): Judgement {
  const registry = bot.journal.registry();
  return planRepair({
    baseSeq: registry.seq,
    account: bot.config.account,
    registry,
    past: bot.book,
    snapshot,
    sightings,
    instruments: bot.instruments,
    aliases: bot.aliases,
    preview: previewAt(bot.clock.now()),
    timing: TIMING,
    isVouched: () => false,
    scope: 'orders',
  });
}

function openPositions(bot: Bot): Set<PositionId> {
  return new Set([...bot.journal.registry().positions.values()].map((each) => each.positionId));
}
