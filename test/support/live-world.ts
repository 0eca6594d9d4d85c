/**
 * A whole bot on a rehearsal venue: the normal live path with the real library, real signatures and real
 * HTTP on loopback, in the time of the venue. Only what the strategy says is the test's. Markets stand
 * still unless the test moves them by hand.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { homePaths, type HomePaths } from '../../src/core/home.ts';
import { foldAll } from '../../src/core/verify.ts';
import { wallClock } from '../../src/domain/clock.ts';
import { decimal, price, text, type Price } from '../../src/domain/decimal.ts';
import type { EventOf, EventType } from '../../src/domain/event.ts';
import type { SignalId } from '../../src/domain/ids.ts';
import { isInFlight, type Order, type PositionSide } from '../../src/domain/order.ts';
import type { Position } from '../../src/domain/position.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { VenueMark } from '../../src/domain/venue.ts';
import { assembleLive, type LiveBot } from '../../src/engine/assemble-live.ts';
import type { Bot } from '../../src/engine/bot.ts';
import type { CycleReport } from '../../src/engine/cycle.ts';
import { oneCycle } from '../../src/engine/live-loop.ts';
import type { Scanner } from '../../src/engine/scan.ts';
import { startUp } from '../../src/engine/startup.ts';
import { startRehearsal } from '../../src/venue/rehearsal/rehearsal-server.ts';
import type { Tape } from '../../src/venue/rehearsal/tape.ts';
import { BTC, tapeOf } from './rehearsal-world.ts';

/** Ten seconds of the venue pass in a fifth of one: waiting is short, a loaded machine still keeps up. */
const SPEED = 50;

export interface LiveWorldOptions {
  readonly tape?: Tape;
  readonly speed?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

export type Body = Readonly<Record<string, unknown>>;

/** What the venue holds, past every fault. */
export interface VenueState {
  readonly openPositions: readonly Body[];
  readonly openOrders: readonly Body[];
  readonly fills: readonly Body[];
}

export interface LiveWorld {
  readonly url: string;
  readonly home: HomePaths;
  readonly log: string[];
  /** A new process on the same home. */
  start(overrides?: Readonly<Record<string, unknown>>): Promise<LiveLife>;
  control(what: string, body?: unknown): Promise<Body>;
  faults(...rules: unknown[]): Promise<void>;
  state(): Promise<VenueState>;
  /** Orders that reached the venue, by client order id. */
  sentOrders(): Promise<string[]>;
}

export interface LiveLife {
  readonly assembled: LiveBot;
  readonly bot: Bot;
  /** The strategy says this at the next cycle. */
  wish(wish?: Partial<LiveWish>): void;
  cycle(): Promise<CycleReport>;
  /** Cycles until nothing is in doubt, or so many. */
  cyclesUntilSettled(most?: number): Promise<number>;
  die(): void;
  position(of?: Symbol): Position | null;
  orders(): Order[];
  events<T extends EventType>(type: T): EventOf<T>[];
}

export interface LiveWish {
  readonly symbol: Symbol;
  readonly side: PositionSide;
  /** Distance of the stop as a share of the price. */
  readonly risk: number;
  readonly id: string;
}

export async function liveWorld(options: LiveWorldOptions = {}): Promise<LiveWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'tradectl-live-'));
  const defects: unknown[] = [];
  const server = await startRehearsal({
    tape: options.tape ?? tapeOf(),
    clock: wallClock(),
    speed: options.speed ?? SPEED,
    file: join(folder, 'venue.db'),
    seed: 'live world',
    onDefect: (error) => defects.push(error),
    port: 0,
  });
  const home = homePaths(join(folder, 'home'));
  const log: string[] = [];
  const lives: LiveBot[] = [];
  onTestFinished(async () => {
    for (const life of lives) life.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    expect(defects).toEqual([]);
  });
  const control = async (what: string, body?: unknown): Promise<Body> => {
    const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}/__ctl/${what}`, how);
    const told = (await answer.json()) as Body;
    if (!answer.ok) throw new Error(`${what}: ${JSON.stringify(told)}`);
    return told;
  };
  const start = async (overrides: Readonly<Record<string, unknown>> = {}): Promise<LiveLife> => {
    const assembled = await assembleLive({
      paths: home,
      loaded: loadConfig({
        configFile: null,
        home: home.dir,
        cwd: folder,
        env: {
          KRAKENFUTURES_API_KEY: server.credentials.apiKey,
          KRAKENFUTURES_API_SECRET: server.credentials.apiSecret,
        },
        overrides: {
          venue: 'krakenfutures',
          mode: 'live',
          // Requests are as slow as the machine, and the venue's time is not: a deadline in proportion.
          'limits.protection_deadline': '300s',
          'live.request_timeout': '250ms',
          'entry.max_slippage': 0.01,
          ...options.config,
          ...overrides,
        },
      }),
      rehearse: server.url,
      log: (level, line) => log.push(`${level}: ${line}`),
    });
    lives.push(assembled);
    return startLife(assembled);
  };
  return {
    url: server.url,
    home,
    log,
    start,
    control,
    faults: async (...rules) => void (await control('faults', rules)),
    state: async () => (await control('state')) as unknown as VenueState,
    sentOrders: async () => {
      const { requests } = (await control('requests')) as { requests: Body[] };
      return requests
        .filter(({ path }) => String(path).endsWith('/sendorder'))
        .map(({ query, body }) => {
          const parameters = new URLSearchParams(String(query) || String(body));
          return parameters.get('cliOrdId') ?? '';
        });
    },
  };
}

/** Starts what was put together; the strategy says what the test wishes. */
export async function startLife(assembled: LiveBot): Promise<LiveLife> {
  const wishes: LiveWish[] = [];
  const bot: Bot = { ...assembled.bot, scanner: wishing(assembled.bot.scanner, wishes) };
  const wired: LiveBot = { ...assembled, bot };
  wired.warmUp();
  await startUp(wired);
  let said = 0;
  const life: LiveLife = {
    assembled: wired,
    bot,
    wish: (wish = {}) => {
      said += 1;
      wishes.push({ symbol: BTC, side: 'long', risk: 0.04, id: `sig-${said}`, ...wish });
    },
    cycle: () => oneCycle(wired),
    async cyclesUntilSettled(most = 12) {
      for (let count = 1; count <= most; count += 1) {
        await oneCycle(wired);
        if (life.orders().every(({ state }) => !isInFlight(state))) return count;
      }
      return most + 1;
    },
    die: () => assembled.close(),
    position: (of = BTC) => bot.journal.registry().positions.get(of) ?? null,
    orders: () => [...bot.journal.registry().orders.values()],
    events: <T extends EventType>(type: T) => bot.view.eventsAfter(0, { type }) as EventOf<T>[],
  };
  return life;
}

/** The real scanner learns; what it decides is replaced by what the test wants, once each. */
function wishing(behind: Scanner, wishes: LiveWish[]): Scanner {
  return {
    ...behind,
    latest: () => [],
    scan: (marks) => {
      const signals = wishes.splice(0).flatMap((wish) => signalOf(wish, marks) ?? []);
      return { markets: 1, signals, rejections: {}, changed: signals };
    },
  };
}

function signalOf(wish: LiveWish, marks: readonly VenueMark[]): Signal | null {
  const mark = marks.find((row) => row.symbol === wish.symbol);
  if (mark === undefined) return null;
  const entry = mark.last;
  const sign = wish.side === 'long' ? 1 : -1;
  const away = (share: number): Price =>
    price(entry.mul(1 + sign * share).toSignificantDigits(entry.precision() + 1));
  return {
    kind: 'signal',
    signalId: wish.id as SignalId,
    symbol: wish.symbol,
    side: wish.side,
    entry,
    stop: away(-wish.risk),
    targets: ([1, 2, 3] as const).map((level) => ({
      level,
      price: away(2 * level * wish.risk),
      share: decimal(level === 1 ? '0.4' : '0.3'),
    })),
    rrTp1: decimal(2),
    rrTp2: decimal(4),
    riskFactor: decimal(1),
    eventAge: 0,
    maxEventAge: 10,
    atr: decimal(entry.mul('0.02')),
    stopAtr: decimal(1),
    regime: 'trend',
    decidedMs: mark.tsMs,
    priceMs: mark.tsMs,
    numbers: {},
  };
}

/**
 * What must hold whatever went wrong: registry and venue agree, nothing is in doubt, every position has a
 * live stop for all of it at the venue, no intent was sent twice, and the journal explains its tables.
 */
export async function expectSound(world: LiveWorld, life: LiveLife): Promise<void> {
  const { openPositions, openOrders } = await world.state();
  const held = [...life.bot.journal.registry().positions.values()];
  const registry = held.map(({ symbol, side, quantity }) => `${symbol} ${side} ${text(quantity)}`);
  const symbolOf = (row: Body): string =>
    life.bot.aliases.get(String(row['symbol']).toUpperCase()) ?? String(row['symbol']);
  const venue = openPositions.map(
    (row) => `${symbolOf(row)} ${String(row['side'])} ${text(decimal(String(row['size'])))}`,
  );
  expect(venue.sort()).toEqual(registry.sort());
  expect(life.orders().filter(({ state }) => isInFlight(state))).toEqual([]);
  for (const { symbol, side, quantity } of held) {
    const covered = openOrders
      .filter((row) => symbolOf(row) === symbol && row['reduceOnly'] === true)
      .filter((row) => row['side'] === (side === 'long' ? 'sell' : 'buy'))
      .filter((row) => String(row['orderType']) === 'stop')
      .reduce((sum, row) => sum.plus(String(row['unfilledSize'])), decimal(0));
    expect(
      covered.gte(quantity),
      `${symbol} is covered: ${text(covered)} of ${text(quantity)}`,
    ).toBe(true);
  }
  const sent = await world.sentOrders();
  expect(sent.filter((id, index) => sent.indexOf(id) !== index)).toEqual([]);
  expect(foldAll(life.assembled.home.db).differences).toEqual([]);
}
