/**
 * One cycle, as the design's table: observe, reconcile, protect, watch, scan, auction, gate, execute,
 * record. Decisions are pure and made in the rooms; this file only orders them.
 */
import type { Ms } from '../domain/clock.ts';
import { text, textOrNull } from '../domain/decimal.ts';
import type { Decision, Signal } from '../domain/signal.ts';
import type { Snapshot, VenueMark } from '../domain/venue.ts';
import type { NoteEvent } from '../execution/backlog-journal.ts';
import type { NewCandles } from '../market/recording-feed.ts';
import type { Bot } from './bot.ts';
import { cancelEntries } from './cancel-entries.ts';
import { enter, type Entered } from './enter.ts';
import { beginFullLook } from './full-look.ts';
import { metricsOf, type AccountFigures } from './metrics.ts';
import type { ScanResult } from './scan.ts';
import { look, settle, type Settled } from './settle.ts';
import { reviewTiers } from './tiers.ts';
import { watch } from './watch.ts';

export interface CycleReport {
  readonly cycle: number;
  readonly at: Ms;
  readonly figures: AccountFigures | null;
}

export async function cycle(bot: Bot, at: Ms, fresh: NewCandles): Promise<CycleReport> {
  bot.journal.flush();
  beginFullLook(bot);
  const settled = await settle(bot, await look(bot));
  bot.memory.fullLookDue = false;
  const figures = metricsOf(bot, settled.snapshot);
  await watch(bot, settled.snapshot, figures);
  await cancelEntries(bot, 'expired');

  for (const { symbol, candles } of fresh.markets) {
    for (const { timeframe, candle } of candles) bot.scanner.push(symbol, timeframe, candle);
  }
  const marks = marksOf(settled.snapshot);
  const tierEvents = reviewTiers(bot, marks);
  const scanned = bot.scanner.scan(marks, bot.clock.now());
  bot.journal.note([...tierEvents, ...scanned.changed.map(decisionEvent)]);
  const entered = await enter(bot, scanned.signals, settled.snapshot);

  return record(bot, at, { fresh, scanned, settled, entered });
}

function marksOf(snapshot: Snapshot): readonly VenueMark[] {
  return snapshot.marks.read === 'complete' ? snapshot.marks.rows : [];
}

function decisionEvent(decision: Decision): NoteEvent {
  return decision.kind === 'signal' ? signalEvent(decision) : rejectionEvent(decision);
}

function signalEvent(signal: Signal): NoteEvent {
  return {
    type: 'SIGNAL',
    symbol: signal.symbol,
    signalId: signal.signalId,
    correlationId: signal.signalId,
    payload: {
      side: signal.side,
      entry: text(signal.entry),
      stop: text(signal.stop),
      targets: signal.targets.map(({ level, price, share }) => ({
        level,
        price: text(price),
        share: text(share),
      })),
      rr_tp1: text(signal.rrTp1.toDecimalPlaces(4)),
      rr_tp2: text(signal.rrTp2.toDecimalPlaces(4)),
      regime: signal.regime,
      numbers: signal.numbers,
    },
  };
}

function rejectionEvent(decision: Exclude<Decision, Signal>): NoteEvent {
  const { symbol, reason, detail, numbers } = decision;
  return { type: 'REJECTION', symbol, payload: { reason, detail, numbers } };
}

interface CycleParts {
  readonly fresh: NewCandles;
  readonly scanned: ScanResult;
  readonly settled: Settled;
  readonly entered: Entered;
}

function record(bot: Bot, at: Ms, parts: CycleParts): CycleReport {
  const { fresh, scanned, settled, entered } = parts;
  const figures = metricsOf(bot, entered.snapshot ?? settled.snapshot);
  const registry = bot.journal.registry();
  const { monitor } = bot.memory;
  const cycleNumber = registry.cycles + 1;
  bot.journal.appendOrKeep([
    {
      type: 'CYCLE_END',
      payload: {
        cycle: cycleNumber,
        state: registry.state,
        markets: scanned.markets,
        candles: fresh.count,
        signals: scanned.signals.length,
        rejections: scanned.rejections,
        approved: entered.approved,
        denied: entered.denied,
        lost: entered.lost,
        orders: settled.ordersSent + entered.ordersSent,
        fills: settled.fills + entered.fills,
        positions: registry.positions.size,
        priced_markets: bot.memory.tiersReviewed?.markets ?? 0,
        causes: monitor.causes.map(({ cause, awayCycles }) => ({
          cause,
          away_cycles: awayCycles,
        })),
        entries_when_below: monitor.entriesWhenBelow,
        equity: textOrNull(figures?.equity ?? null),
        peak_equity: textOrNull(figures?.peak ?? null),
        net_deposits: textOrNull(figures?.netDeposits ?? null),
        margin_utilization: textOrNull(figures?.marginUtilization.toDecimalPlaces(6) ?? null),
      },
    },
  ]);
  return { cycle: cycleNumber, at, figures };
}
