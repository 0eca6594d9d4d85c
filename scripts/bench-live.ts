/**
 * The bot on a rehearsal venue with 319 markets: requests of a cycle, round trips of a start, the way of a
 * cancel past a full queue of market data, and the memory of a long run. For `scripts/bench.ts`. The 243
 * real markets are given again under other names, to be as many as the venue lists.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../src/config/load.ts';
import { homePaths } from '../src/core/home.ts';
import { HOUR, ms, wallClock } from '../src/domain/clock.ts';
import type { ClientOrderId } from '../src/domain/ids.ts';
import { assembleLive, type LiveBot } from '../src/engine/assemble-live.ts';
import { oneCycle } from '../src/engine/live-loop.ts';
import { openRehearsal, type Rehearsal } from '../src/engine/operations/rehearse.ts';
import { startUp } from '../src/engine/startup.ts';

const MARKETS = 319;

export interface LiveFigures {
  readonly steady: number;
  readonly fullLook: number;
  readonly boundary: number;
  readonly boundaryMarkets: number;
  readonly withFive: number;
  readonly firstCycleMs: number;
  readonly startWithTen: { readonly requests: number; readonly ms: number };
  readonly cancelMs: number;
  readonly queued: number;
}

export async function benchLiveInProcess(scratch: string, markets: string): Promise<LiveFigures> {
  const venue = await openVenue(manyMarkets(scratch, markets));
  const started = performance.now();
  const flat = await life(venue, join(scratch, 'flat'));
  await oneCycle(flat);
  const firstCycleMs = performance.now() - started;
  await flat.feed.fetchDue(new AbortController().signal);
  await oneCycle(flat);
  const steady = await requestsOf(flat, () => oneCycle(flat));
  flat.bot.memory.fullLookDue = true;
  const fullLook = await requestsOf(flat, () => oneCycle(flat));
  const boundaryMarkets = watched(flat);
  await control(venue, 'clock', { advance_ms: 4 * HOUR });
  const boundary = await requestsOf(flat, async () => {
    await oneCycle(flat);
    await flat.feed.fetchDue(new AbortController().signal);
  });
  flat.close();
  for (const symbol of FIVE) await click(venue, symbol);
  const five = await life(venue, join(scratch, 'five'));
  await oneCycle(five);
  await oneCycle(five);
  const withFive = await requestsOf(five, () => oneCycle(five));
  const cancel = await cancelBehindCandles(five);
  five.close();
  for (const symbol of FIVE_MORE) await click(venue, symbol);
  const startWithTen = await startWith(venue, join(scratch, 'ten'));
  await venue.close();
  const counts = { steady, fullLook, boundary, boundaryMarkets, withFive };
  return { ...counts, firstCycleMs, startWithTen, ...cancel };
}

/** Memory of the program after a thousand cycles, in a process of its own, with these flags of Node. */
export async function rssOfThousandCycles(
  scratch: string,
  { entry, flags, cycles }: { entry: string; flags: readonly string[]; cycles: number },
): Promise<{ maxMb: number; ms: number; markets: number }> {
  const feed = join(scratch, 'many');
  const server = spawn(process.execPath, [
    ...[entry, 'rehearse', '--port', '0', '--feed', feed, '--speed', '200', '--json'],
  ]);
  const first = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (line: Buffer) => resolve(String(line)));
    server.once('exit', () => reject(new Error('the rehearsal ended')));
  });
  const { url, api_key, api_secret } = JSON.parse(first.split('\n')[0] ?? '') as Named;
  const home = join(scratch, `thousand-${flags.length}`);
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    [
      ...[...flags, entry, 'run', '--venue', 'krakenfutures', '--rehearse', url, '--json'],
      ...['--home', home, '--cycles', String(cycles)],
    ],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        // As the service unit sets it.
        ...(flags.length > 0 ? { MALLOC_ARENA_MAX: '1' } : {}),
        KRAKENFUTURES_API_KEY: api_key,
        KRAKENFUTURES_API_SECRET: api_secret,
        TRADECTL_MARKETS_MAX_MARKETS: String(MARKETS),
        TRADECTL_LIVE_CYCLE_INTERVAL: '10s',
      },
    },
  );
  server.kill('SIGTERM');
  if (run.status !== 0) throw new Error(`run ended ${run.status}: ${run.stderr}`);
  const { rss_max_mb: maxMb, markets } = JSON.parse(run.stdout) as Record<string, number>;
  return { maxMb: maxMb ?? Number.NaN, ms: performance.now() - started, markets: markets ?? 0 };
}

interface Named {
  readonly url: string;
  readonly api_key: string;
  readonly api_secret: string;
}

const FIVE = ['PF_XBTUSD', 'PF_ETHUSD', 'PF_SOLUSD', 'PF_XRPUSD', 'PF_BNBUSD'];
const FIVE_MORE = ['PF_DOGEUSD', 'PF_ADAUSD', 'PF_LINKUSD', 'PF_LTCUSD', 'PF_AVAXUSD'];

/** As many markets as the venue has: the real ones, and some of them a second time. */
function manyMarkets(scratch: string, markets: string): string {
  const feed = join(scratch, 'many');
  const [header = '', ...rows] = readFileSync(join(markets, 'instruments.csv'), 'utf8')
    .trim()
    .split('\n');
  const again = rows.slice(0, MARKETS - rows.length).map((row, index) => {
    const [symbol = '', , ...rest] = row.split(',');
    const name = `AGAIN${index}`;
    for (const timeframe of ['4h', '1d']) {
      const file = (base: string): string => `${base}_USD_USD-${timeframe}.csv`;
      const base = symbol.slice(0, symbol.indexOf('/'));
      mkdirSync(join(feed, timeframe), { recursive: true });
      symlinkSync(join(markets, timeframe, file(base)), join(feed, timeframe, file(name)));
    }
    return [`${name}/USD:USD`, `PF_${name}USD`, ...rest].join(',');
  });
  for (const row of rows) {
    const base = row.slice(0, row.indexOf('/'));
    for (const timeframe of ['4h', '1d']) {
      const file = `${base}_USD_USD-${timeframe}.csv`;
      copyFileSync(join(markets, timeframe, file), join(feed, timeframe, file));
    }
  }
  writeFileSync(join(feed, 'instruments.csv'), `${[header, ...rows, ...again].join('\n')}\n`);
  return feed;
}

function openVenue(feed: string): Promise<Rehearsal> {
  return openRehearsal({
    feed,
    faultsFile: null,
    port: 0,
    speed: 1,
    clock: wallClock(),
    seed: 'bench',
    onDefect: (error) => {
      throw error;
    },
  });
}

async function life(venue: Rehearsal, home: string): Promise<LiveBot> {
  const assembled = await put(venue, home);
  assembled.warmUp();
  await startUp(assembled);
  // Entries of its own would change what is counted.
  assembled.bot.memory.stopping = true;
  return assembled;
}

function put(venue: Rehearsal, home: string): Promise<LiveBot> {
  return assembleLive({
    paths: homePaths(home),
    loaded: loadConfig({
      configFile: null,
      home,
      cwd: home,
      env: { KRAKENFUTURES_API_KEY: venue.apiKey, KRAKENFUTURES_API_SECRET: venue.apiSecret },
      overrides: {
        venue: 'krakenfutures',
        mode: 'live',
        'markets.max_markets': MARKETS,
        'limits.protection_deadline': '60s',
      },
    }),
    rehearse: venue.url,
    log: () => undefined,
  });
}

async function requestsOf({ live }: LiveBot, work: () => Promise<unknown>): Promise<number> {
  const before = live.requests().total;
  await work();
  return live.requests().total - before;
}

function watched({ bot }: LiveBot): number {
  return [...bot.instruments.keys()].filter((each) => bot.tiers.verdictOf(each).tradeable).length;
}

/** Candles of every market are asked for at once; the cancel is asked for last. */
async function cancelBehindCandles({
  live,
  bot,
}: LiveBot): Promise<{ cancelMs: number; queued: number }> {
  const to = bot.clock.now();
  const symbols = [...bot.instruments.keys()];
  const asked = symbols.map((symbol) =>
    live.candles({ symbol, timeframe: '4h', since: ms(to - 8 * HOUR), to }),
  );
  const started = performance.now();
  await live.trader.cancel('tc-none' as ClientOrderId, new AbortController().signal);
  const cancelMs = performance.now() - started;
  await Promise.all(asked);
  return { cancelMs, queued: symbols.length };
}

async function startWith(
  venue: Rehearsal,
  home: string,
): Promise<{ requests: number; ms: number }> {
  const assembled = await put(venue, home);
  const before = assembled.live.requests().total;
  const started = performance.now();
  assembled.warmUp();
  await startUp(assembled);
  const passed = performance.now() - started;
  const positions = [...assembled.bot.journal.registry().positions.values()];
  const bare = positions.filter((each) => each.protectedMs === null).length;
  if (positions.length !== 10 || bare > 0)
    throw new Error(`${bare} of ${positions.length} are bare`);
  const requests = assembled.live.requests().total - before;
  assembled.close();
  return { requests, ms: passed };
}

async function click(venue: Rehearsal, symbol: string): Promise<void> {
  for (const size of ['0.001', '0.01', '1', '10', '100']) {
    const told = await control(venue, 'order', { orderType: 'mkt', symbol, side: 'buy', size });
    if (JSON.stringify(told).includes('"placed"')) return;
  }
  throw new Error(`${symbol} could not be bought`);
}

async function control(venue: Rehearsal, what: string, body: unknown): Promise<unknown> {
  const how = { method: 'POST', body: JSON.stringify(body) };
  return (await fetch(`${venue.url}/__ctl/${what}`, how)).json();
}
