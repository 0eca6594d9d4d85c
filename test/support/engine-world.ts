/**
 * A whole bot on a tiny recording: put together by `assemble`, started by `startUp`, driven by the run
 * loop, with real files. Only two things are the test's: what the strategy says, and a bad line in front
 * of the venue. A life can be thrown away at any request; the next one finds what the first one left.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { homePaths, type HomePaths } from '../../src/core/home.ts';
import { foldAll } from '../../src/core/verify.ts';
import { decimal, price, text } from '../../src/domain/decimal.ts';
import type { EventOf, EventType, StoredEvent } from '../../src/domain/event.ts';
import type { SignalId } from '../../src/domain/ids.ts';
import type {
  Order,
  OrderIntent,
  OrderRole,
  Outcome,
  PositionSide,
} from '../../src/domain/order.ts';
import type { Position } from '../../src/domain/position.ts';
import type { Signal } from '../../src/domain/signal.ts';
import { symbol, type Symbol } from '../../src/domain/symbol.ts';
import type { VenueMark } from '../../src/domain/venue.ts';
import { assemble, type RecordedBot } from '../../src/engine/assemble.ts';
import type { Bot } from '../../src/engine/bot.ts';
import type { CycleReport } from '../../src/engine/cycle.ts';
import { refreshHalts } from '../../src/engine/halts.ts';
import { clearScripted } from '../../src/engine/operations/scripted.ts';
import { dueCommands } from '../../src/engine/operator-script.ts';
import { runLoop } from '../../src/engine/run-loop.ts';
import type { Scanner } from '../../src/engine/scan.ts';
import { startUp } from '../../src/engine/startup.ts';
import { review } from '../../src/engine/watch.ts';
import { faultyVenue, type FaultyVenue } from './faulty-venue.ts';
import { BAR, openOf, START, writeRecording, type TinyRecording } from './tiny-recording.ts';

export const TON = symbol('TON/USD:USD');
export const SOL = symbol('SOL/USD:USD');

/** No luck and no slippage, unless the test asks for it. */
const PLAIN = {
  'paper.slippage': 0,
  'paper.late_stop_ack_rate': 0,
  'paper.split_fill_rate': 0,
  'paper.partial_fill_rate': 0,
};

/** A signal the strategy is made to say at the cycles of these bars. */
export interface Wish {
  readonly at: number | readonly number[];
  readonly symbol?: Symbol;
  readonly side?: PositionSide;
  readonly stop: string;
  /** TP1..TP3. */
  readonly targets: readonly [string, string, string];
  /** Default: the last price. */
  readonly entry?: string;
  readonly id?: string;
  readonly atr?: string;
}

export interface WorldOptions extends TinyRecording {
  readonly wishes?: readonly Wish[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly from?: number;
}

export interface EngineWorld {
  readonly home: HomePaths;
  readonly feed: string;
  readonly log: string[];
  /** A new process on the same home. */
  start(options?: StartOptions): Promise<Life>;
  /** Only put together: not started, nothing appended. */
  assemble(): RecordedBot;
}

export type CrashPoint = { readonly role: OrderRole; readonly when: 'before' | 'after' };

export interface StartOptions {
  /** Dies at the first request of this role, before it leaves or before its answer is heard. */
  readonly crashAt?: CrashPoint;
}

export interface Life {
  readonly assembled: RecordedBot;
  readonly bot: Bot;
  readonly venue: FaultyVenue;
  /** Cycles up to the one at the open of `bar`, this one included. True when it died on the way. */
  to(bar: number): Promise<boolean>;
  /** The process is gone: nothing was noted, nothing cancelled. */
  die(): void;
  position(of?: Symbol): Position | null;
  live(role: OrderRole): Order[];
  events(): readonly StoredEvent[];
  of<T extends EventType>(type: T): EventOf<T>[];
  /** Called after each cycle. */
  onCycle: (report: CycleReport) => void;
}

export function engineWorld(options: WorldOptions): EngineWorld {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-engine-'));
  const feed = join(dir, 'feed');
  const home = homePaths(join(dir, 'home'));
  const log: string[] = [];
  writeRecording(feed, options);
  const lives: RecordedBot[] = [];
  onTestFinished(() => {
    for (const life of lives) life.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const put = (): RecordedBot => {
    const assembled = assemble({
      paths: home,
      loaded: loadConfig({
        configFile: null,
        home: home.dir,
        cwd: dir,
        env: {},
        overrides: { ...PLAIN, ...options.config },
      }),
      feed,
      from: options.from === undefined ? null : openOf(options.from),
      to: null,
      log: (level, line) => log.push(`${level}: ${line}`),
    });
    lives.push(assembled);
    return assembled;
  };
  return {
    home,
    feed,
    log,
    assemble: put,
    start: (how = {}) => start(put(), options.wishes ?? null, how),
  };
}

async function start(
  assembled: RecordedBot,
  wishes: readonly Wish[] | null,
  { crashAt }: StartOptions,
): Promise<Life> {
  const crash = crashSwitch();
  const venue = badLine(assembled, crash, crashAt);
  const bot =
    wishes === null
      ? assembled.bot
      : { ...assembled.bot, scanner: wishing(assembled.bot.scanner, wishes) };
  const wired = { ...assembled, bot };
  assembled.warmUp();
  await Promise.race([startUp(wired), crash.promise]);
  const life: Life = {
    assembled: wired,
    bot,
    venue,
    onCycle: () => undefined,
    to: async (bar) => {
      const done = Math.max(bot.journal.registry().lastCycleMs ?? 0, openOf(0));
      const cycles = bar - Math.floor((done - START) / BAR);
      const loop = runLoop(bot, loopOptions(wired, cycles, life));
      return (await Promise.race([loop, crash.promise])) === 'crashed';
    },
    die: () => assembled.close(),
    position: (of = TON) => bot.journal.registry().positions.get(of) ?? null,
    live: (role) => [...bot.journal.registry().orders.values()].filter((o) => o.role === role),
    events: () => bot.view.eventsAfter(0),
    of: <T extends EventType>(type: T) => bot.view.eventsAfter(0, { type }) as EventOf<T>[],
  };
  return life;
}

function loopOptions(
  { bot, feed, venue, clock, recording, script }: RecordedBot,
  cycles: number,
  life: Pick<Life, 'onCycle'>,
): Parameters<typeof runLoop>[1] {
  return {
    feed,
    venue,
    clock,
    windowFrom: recording.windowFrom,
    safePoint: {
      visit: async () => {
        if (refreshHalts(bot)) await review(bot);
      },
    },
    speed: 'max',
    cycles,
    signal: new AbortController().signal,
    onCycle: (report) => life.onCycle(report),
    script: async (after, until) => {
      for (const due of dueCommands(script, after, until)) await clearScripted(bot, due);
    },
  };
}

interface CrashSwitch {
  readonly promise: Promise<'crashed'>;
  /** Never comes back: the process is gone. */
  now(): Promise<never>;
}

function crashSwitch(): CrashSwitch {
  let crashed = (): void => undefined;
  const promise = new Promise<'crashed'>((resolve) => {
    crashed = () => resolve('crashed');
  });
  return {
    promise,
    now: () => {
      crashed();
      return new Promise<never>(() => undefined);
    },
  };
}

/** Puts the bad line between the assembled bot and its venue: the gateway calls the same objects. */
function badLine(assembled: RecordedBot, crash: CrashSwitch, at?: CrashPoint): FaultyVenue {
  const { venue, clock } = assembled;
  const behind = { ...venue, trader: { ...venue.trader }, reader: { ...venue.reader } };
  const faulty = faultyVenue(behind, clock);
  const place = async (intent: OrderIntent, signal: AbortSignal): Promise<Outcome> => {
    const dies = at !== undefined && intent.role === at.role;
    if (dies && at.when === 'before') return crash.now();
    const outcome = await faulty.trader.place(intent, signal);
    return dies ? crash.now() : outcome;
  };
  Object.assign(venue.trader, faulty.trader, { place });
  Object.assign(venue.reader, faulty.reader);
  return faulty;
}

/** The real scanner learns and is asked for swings; what it decides is replaced. */
function wishing(behind: Scanner, wishes: readonly Wish[]): Scanner {
  const said = new Set<string>();
  return {
    push: (of, timeframe, candle) => behind.push(of, timeframe, candle),
    strategyOf: (of) => behind.strategyOf(of),
    latest: () => [],
    renew: (instrument) => behind.renew(instrument),
    scan: (marks, now) => {
      const bar = Math.floor((now - START) / BAR);
      const due = wishes.filter(({ at }) =>
        typeof at === 'number' ? at === bar : at.includes(bar),
      );
      const signals = due.flatMap((wish) => signalOf(wish, marks) ?? []);
      const changed = signals.filter(({ signalId }) => !said.has(signalId));
      for (const { signalId } of changed) said.add(signalId);
      return { markets: 1, signals, rejections: {}, changed };
    },
  };
}

function signalOf(wish: Wish, marks: readonly VenueMark[]): Signal | null {
  const of = wish.symbol ?? TON;
  const mark = marks.find((row) => row.symbol === of);
  if (mark === undefined) return null;
  const shares = ['0.4', '0.3', '0.3'];
  const entry = wish.entry === undefined ? mark.last : price(wish.entry);
  const risk = entry.minus(wish.stop).abs();
  const reward = (level: 0 | 1): Signal['rrTp1'] =>
    risk.isZero() ? decimal(0) : decimal(wish.targets[level]).minus(entry).abs().div(risk);
  return {
    kind: 'signal',
    signalId: (wish.id ?? `sig-${text(mark.last)}-${of}`) as SignalId,
    symbol: of,
    side: wish.side ?? 'long',
    entry,
    stop: price(wish.stop),
    targets: wish.targets.map((at, index) => ({
      level: (index + 1) as 1 | 2 | 3,
      price: price(at),
      share: decimal(shares[index] ?? '0'),
    })),
    rrTp1: reward(0),
    rrTp2: reward(1),
    riskFactor: decimal(1),
    eventAge: 0,
    maxEventAge: 10,
    atr: decimal(wish.atr ?? '2'),
    stopAtr: decimal(1),
    regime: 'trend',
    decidedMs: mark.tsMs,
    priceMs: mark.tsMs,
    numbers: {},
  };
}

/** What the journal says against the tables and against what the bot holds in memory. */
export function differences({ assembled, bot }: Life): string[] {
  const verified = foldAll(assembled.home.db);
  const held = bot.journal.registry();
  const found = [...verified.differences];
  const parts = { ...verified.registry, touched: null };
  for (const [name, folded] of Object.entries(parts)) {
    if (name === 'touched') continue;
    const own = held[name as keyof typeof held];
    if (show(own) !== show(folded)) found.push(`${name}: ${show(own)} is not ${show(folded)}`);
  }
  return found;
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Map ? [...inner.entries()] : inner,
  );
}
