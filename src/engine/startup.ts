/**
 * The start, in the order of the takeover: journal against its high-water mark, how the previous run ended,
 * halt files, resting entries cancelled, one look at the venue, fills and protection. Nothing about
 * a row or a halt makes the process exit: a halted bot is a running bot.
 */
import { haltOf } from '../core/halt-files.ts';
import { previousDeath, startRun } from '../core/runs.ts';
import { readHead } from '../core/head.ts';
import { textOrNull } from '../domain/decimal.ts';
import type { NewEvent } from '../domain/event.ts';
import { MINUTE, ms } from '../domain/clock.ts';
import { isSymbol } from '../domain/symbol.ts';
import { missingText } from '../domain/lost-events.ts';
import type { Assembled } from './build-bot.ts';
import { cancelEntries } from './cancel-entries.ts';
import { meetFullDisk } from './disk-guard.ts';
import { mendStore } from './full-look.ts';
import { raiseHalt, refreshHalts } from './halts.ts';
import { metricsOf } from './metrics.ts';
import { look, settle } from './settle.ts';
import { measure, review } from './watch.ts';

const UNCLEAN_STARTS = 3;
const RESTRAINT_MS = 10 * MINUTE;

/** Returns the number of this life in `runs`. */
export async function startUp(assembled: Assembled): Promise<number> {
  const { bot, home } = assembled;
  const headBefore = readHead(home.db).seq;
  const death = previousDeath(home.db);
  const life = startRun(home.db, assembled.runId, home.process, bot.wall.now());
  assembled.inbox.failAbandoned();
  assembled.catchUp(bot.clock.now());
  const snapshot = await look(bot);
  const figures = metricsOf(bot, snapshot);
  const events: NewEvent[] = [];
  if (death !== null) {
    events.push({
      type: 'PREVIOUS_RUN_DIED',
      payload: {
        last_seq: headBefore,
        last_event_ms: bot.view.eventAt(headBefore)?.recordedMs ?? null,
      },
    });
    bot.log('warn', `the previous run (pid ${death.pid}) died without an end; taking over`);
  }
  events.push({
    type: 'RUN_STARTED',
    payload: {
      venue: bot.venue.name,
      mode: bot.config.mode,
      feed_digest: assembled.feedDigest,
      config_digest: assembled.loaded.digest,
      head_seq: headBefore,
      resumed: headBefore > 0,
      equity: textOrNull(figures?.equity ?? null),
    },
  });
  if (headBefore === 0) events.push(...setAsideEvents(assembled));
  bot.journal.appendOrKeep(events);
  restrainAfterDeaths(assembled);
  await takeOver(assembled, headBefore);
  return life;
}

/** What any holder of the lock does first, a bot or a single command. Returns the entries cancelled. */
export async function takeOver(
  assembled: Assembled,
  headBefore = readHead(assembled.home.db).seq,
): Promise<number> {
  const { bot } = assembled;
  assembled.catchUp(bot.clock.now());
  mendStore(bot, assembled.journal.problems);
  checkTail(assembled, headBefore);
  refreshHalts(bot);
  if (assembled.home.ballastReleased) meetFullDisk(bot);
  const cancelled = await cancelEntries(bot, 'takeover');
  const { snapshot } = await settle(bot);
  bot.memory.fullLookDue = false;
  bot.memory.nextFullLookMs = ms(bot.wall.monotonic() + bot.config.reconcile.fullIntervalMs);
  measure(bot, snapshot, metricsOf(bot, snapshot));
  await review(bot);
  return cancelled;
}

/** A head behind the mark means that committed events are gone: nothing is risked until someone looked. */
function checkTail({ bot, home }: Assembled, headSeq: number): void {
  const { verdict } = home;
  if (verdict.verdict === 'ok') return;
  const now = bot.clock.now();
  if (verdict.verdict === 'broken') {
    const reason = `the journal does not fit its high-water mark: ${verdict.why}`;
    raiseHalt(
      bot,
      haltOf({ kind: 'journal_broken', reason, findings: [], setMs: now, setBy: 'core' }),
    );
    return;
  }
  const { lostFrom, lostTo } = verdict;
  bot.journal.appendOrKeep([
    {
      type: 'JOURNAL_TAIL_LOST',
      payload: {
        head_seq: headSeq,
        high_water_seq: lostTo,
        lost_from: lostFrom,
        lost_to: lostTo,
      },
    },
  ]);
  const reason = missingText(lostFrom, lostTo);
  const findings = [`the journal ends at ${headSeq}, the high-water mark says ${lostTo}`];
  raiseHalt(
    bot,
    haltOf({ kind: 'journal_tail_lost', reason, findings, setMs: now, setBy: 'core' }),
  );
}

function setAsideEvents({ setAside }: Assembled): NewEvent[] {
  return setAside.map(({ symbol: market, reason, file }) => ({
    type: 'MARKET_SET_ASIDE',
    symbol: isSymbol(market) ? market : null,
    payload: { market, reason, file: file === null ? null : baseName(file) },
  }));
}

/** File names without their folder: equal recordings in two places give equal events. */
function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

/**
 * A bot that keeps dying opens nothing until ten minutes after: it observes and protects. Counted on the
 * trading clock: on a recording that runs through hours in a second, only a start that got nowhere is near.
 */
function restrainAfterDeaths({ bot }: Assembled): void {
  const since = ms(bot.clock.now() - RESTRAINT_MS);
  const deaths = bot.view.lastEvents(UNCLEAN_STARTS, { type: 'PREVIOUS_RUN_DIED' });
  const recent = deaths.filter(({ recordedMs }) => recordedMs >= since);
  if (recent.length < UNCLEAN_STARTS) return;
  bot.memory.restrainedUntilMs = ms(bot.clock.now() + RESTRAINT_MS);
  bot.log(
    'warn',
    `${recent.length} unclean starts in ten minutes: DEGRADED, only observing and protecting`,
  );
}
