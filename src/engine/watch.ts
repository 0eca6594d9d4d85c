/**
 * The invariant monitor at work: what was measured, against the limits, into NORMAL, DEGRADED or HALTED.
 * A broken limit becomes a halt file first and an event second. A halt cancels entry orders by id;
 * stops, targets and exits are not within its reach.
 */
import { ensureBallast } from '../core/ballast.ts';
import { haltOf } from '../core/halt-files.ts';
import { SECOND } from '../domain/clock.ts';
import { maxDecimal, ZERO, type Decimal } from '../domain/decimal.ts';
import { notional } from '../domain/instrument.ts';
import type { Snapshot } from '../domain/venue.ts';
import type { Halt } from '../domain/trading-state.ts';
import { breachesOf, watch as judge, type Metrics } from '../risk/monitor.ts';
import type { Bot } from './bot.ts';
import { cancelEntries } from './cancel-entries.ts';
import { raiseHalt } from './halts.ts';
import type { AccountFigures } from './metrics.ts';
import { inFlight } from './in-flight.ts';

/** What the last observation says, for the limits and for the operator who clears a halt. */
export function measure(bot: Bot, snapshot: Snapshot, figures: AccountFigures | null): Metrics {
  bot.memory.figures = figures ?? bot.memory.figures;
  bot.memory.metrics = metricsFor(bot, snapshot, figures);
  return bot.memory.metrics;
}

/** One look per cycle, and only one: recovery is counted in them. */
export async function watch(
  bot: Bot,
  snapshot: Snapshot,
  figures: AccountFigures | null,
): Promise<void> {
  const metrics = measure(bot, snapshot, figures);
  const { monitor, breaches } = judge(
    bot.memory.monitor,
    metrics,
    bot.config.limits,
    bot.memory.halts.length > 0,
  );
  bot.memory.monitor = monitor;
  const standing = new Set(bot.memory.halts.map((halt) => halt.kind));
  for (const breach of breaches.filter(({ kind }) => !standing.has(kind))) {
    const now = bot.clock.now();
    const findings = [...monitor.warnings];
    raiseHalt(bot, haltOf({ ...breach, findings, setMs: now, setBy: 'monitor' }));
  }
  await review(bot);
}

/** Brings the journaled state in line with halts and causes; cancels entries where it must. */
export async function review(bot: Bot): Promise<void> {
  const { halts, monitor } = bot.memory;
  const causes =
    halts.length > 0
      ? halts.map((halt) => `${halt.kind}: ${halt.reason}`)
      : monitor.causes.map(({ cause }) => cause);
  const to = halts.length > 0 ? 'HALTED' : causes.length > 0 ? 'DEGRADED' : 'NORMAL';
  const from = bot.journal.registry().state;
  if (from !== to) {
    bot.journal.appendOrKeep([{ type: 'STATE_CHANGED', payload: { from, to, causes } }]);
    bot.log(to === 'NORMAL' ? 'info' : 'warn', `${from} -> ${to}${describe(causes)}`);
  }
  if (to !== 'NORMAL') await cancelEntries(bot, to === 'HALTED' ? 'halted' : 'degraded');
}

/** A halt was raised, or its clearing seen, outside a cycle: the journaled state is behind. */
export function isReviewDue({ memory, journal }: Bot): boolean {
  return memory.halts.length > 0 !== (journal.registry().state === 'HALTED');
}

/** Why the cause of a halt is still there, for the operator who wants to clear it. */
export function causeHolds(bot: Bot, halt: Halt): string | null {
  const { metrics, monitor } = bot.memory;
  switch (halt.kind) {
    case 'operator':
    case 'kill':
      return null;
    // Its cause is the distance to the peak, and clearing it resets the peak.
    case 'equity_drawdown':
      return null;
    case 'margin_utilization':
    case 'concurrent_positions': {
      if (metrics === null) return 'the account has not been read since the start';
      const found = breachesOf(monitor, metrics, bot.config.limits);
      return found.find(({ kind }) => kind === halt.kind)?.reason ?? null;
    }
    case 'journal_tail_lost':
      return 'committed events are gone: compare positions and orders with the venue first';
    case 'journal_broken':
      return 'the journal does not agree with its high-water mark';
    case 'halt_file_unreadable':
      return 'nobody can say what the file meant';
    case 'disk_full': {
      const waiting = bot.journal.keptEvents().length;
      if (waiting > 0) return `${waiting} events cannot be written yet`;
      const ballast = ensureBallast(bot.paths);
      return ballast.state === 'missing' ? `no room for the ballast: ${ballast.why}` : null;
    }
  }
}

function metricsFor(bot: Bot, snapshot: Snapshot, figures: AccountFigures | null): Metrics {
  const registry = bot.journal.registry();
  return {
    account: figures,
    positions: registry.positions.size,
    entries: bot.memory.entriesFilled,
    largestPosition: largestPosition(bot, snapshot, figures),
    external: externalCauses(bot, snapshot),
  };
}

function externalCauses(bot: Bot, snapshot: Snapshot): string[] {
  const causes: string[] = [];
  if (bot.memory.everythingBlocked) causes.push('positions_unknown');
  if (hasUnknownMarket(snapshot)) causes.push('unknown_market');
  if (snapshot.openOrders.read === 'unknown') causes.push('orders_unknown');
  if (snapshot.marks.read === 'unknown') causes.push('marks_unknown');
  if (bot.journal.keptEvents().length > 0) causes.push('journal_unwritable');
  if (bot.protector.exposed() > 0) causes.push('unprotected');
  if (hasUnlistedStop(bot)) causes.push('cover_unconfirmed');
  if (inFlight(bot).length > 0) causes.push('order_in_doubt');
  if (bot.journal.registry().attention.size > 0) causes.push('unacknowledged');
  if (isSkewed(bot, snapshot)) causes.push('clock_skew');
  if ((bot.memory.restrainedUntilMs ?? 0) > bot.clock.now()) causes.push('unclean_starts');
  return causes;
}

/** Stops that were accepted and are not listed: nobody can say what they cover. */
export function hasUnlistedStop({ memory }: Bot): boolean {
  return [...memory.reported.values()].some(({ finding }) => finding === 'order.unlisted');
}

/** A position that nobody can protect, because no list tells what its market is. */
function hasUnknownMarket({ positions }: Snapshot): boolean {
  return (
    positions.read === 'complete' && (positions.malformed ?? []).some((row) => row.symbol === null)
  );
}

/** An entry that names a deadline by a clock that is wrong is refused by the venue, or taken too late. */
const MOST_SKEW = 5 * SECOND;

function isSkewed({ clock }: Bot, { takenMs, positions }: Snapshot): boolean {
  const serverMs = positions.read === 'complete' ? positions.serverMs : null;
  if (serverMs === null) return false;
  return serverMs < takenMs - MOST_SKEW || serverMs > clock.now() + MOST_SKEW;
}

function largestPosition(
  bot: Bot,
  { marks }: Snapshot,
  figures: AccountFigures | null,
): Decimal | null {
  if (marks.read === 'unknown' || figures === null || figures.equity.lte(0)) return null;
  let largest = ZERO;
  for (const position of bot.journal.registry().positions.values()) {
    const instrument = bot.instruments.get(position.symbol);
    const mark = marks.rows.find((row) => row.symbol === position.symbol);
    if (instrument === undefined || mark === undefined) return null;
    const share = notional(position.quantity, mark.mark, instrument).div(figures.equity);
    largest = maxDecimal(largest, share);
  }
  return largest;
}

function describe(causes: readonly string[]): string {
  return causes.length === 0 ? '' : ` because ${causes.join('; ')}`;
}
