/**
 * The feeds of Kraken Futures as an alarm clock: something happened, look. The library's own WebSocket
 * code listens; nothing it tells is believed, because it has no order ids of ours, keeps flat positions
 * and forgets what was lost on the way. A bot without it misses nothing, it only looks a little later.
 */
import { ms, SECOND, type Ms } from '../../../domain/clock.ts';
import { isSymbol, type Symbol } from '../../../domain/symbol.ts';
import { createFetch, type VenueFetch } from '../fetch.ts';
import type { VenueOptions, Wake, WakeNews, WakeRequest } from '../live-venue.ts';
import { loadFeeds, type ExchangeClass } from '../load-exchange.ts';
import { KRAKEN_HOST } from './open-kraken.ts';

export interface WakeOptions
  extends WakeRequest, Pick<VenueOptions, 'credentials' | 'version' | 'rehearse'> {}

const FIRST_RETRY = SECOND;
const LONGEST_RETRY = ms(60 * SECOND);
/** Markets may be of interest later. */
const LOOK_FOR_MARKETS = ms(5 * SECOND);
const TIMEOUT = ms(10 * SECOND);
const MOST_REASON = 200;

/** The calls of the library that are used, and what a signed one needs. */
interface Watcher {
  urls: { api: Record<string, unknown> };
  fetchImplementation?: unknown;
  userAgent?: unknown;
  loadHttpProxyAgent(): Promise<unknown>;
  watchMyTrades(): Promise<unknown>;
  watchOrders(): Promise<unknown>;
  watchPositions(): Promise<unknown>;
  watchTickers(symbols: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Loads the library's file and listens until it is closed; a lost connection is made again. */
export async function openKrakenWake(options: WakeOptions): Promise<Wake> {
  const exchangeClass = await loadFeeds('krakenfutures');
  const closing = new AbortController();
  const state = { isConnected: false };
  const tell = (news: WakeNews): void => {
    if (!closing.signal.aborted) options.onNews(news);
  };
  const ended = keepListening({ exchangeClass, options, tell, state, signal: closing.signal });
  return {
    isConnected: () => state.isConnected,
    async close() {
      closing.abort();
      await ended;
    },
  };
}

interface Listening {
  readonly exchangeClass: ExchangeClass;
  readonly options: WakeOptions;
  readonly tell: (news: WakeNews) => void;
  readonly state: { isConnected: boolean };
  readonly signal: AbortSignal;
}

/** Each life has a client of its own: the library forgets to ask again on one that was refused. */
async function keepListening(listening: Listening): Promise<void> {
  const { options, tell, state, signal } = listening;
  let retryMs: Ms = FIRST_RETRY;
  while (!signal.aborted) {
    const reason = await listenOnce(listening);
    if (state.isConnected) retryMs = FIRST_RETRY;
    state.isConnected = false;
    tell({ kind: 'disconnected', reason, retryMs });
    await options.clock.sleep(retryMs, signal);
    retryMs = ms(Math.min(retryMs * 2, LONGEST_RETRY));
  }
}

/** Listens until the first thing goes wrong or it is closed, and says what that was. */
async function listenOnce({
  exchangeClass,
  options,
  tell,
  state,
  signal,
}: Listening): Promise<string> {
  const fetch = openFetch(options);
  const watcher = openWatcher(exchangeClass, options, fetch);
  const life = new AbortController();
  const closed = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve('closed'), { once: true, signal: life.signal });
  });
  const loops = loopsOf(watcher, options);
  const awaited = new Set(loops.filter(({ isFirst }) => isFirst).map(({ kind }) => kind));
  /** Connected is what has told how things stand on every feed that tells it. */
  const heard = (kind: Loop['kind']): void => {
    awaited.delete(kind);
    if (state.isConnected || life.signal.aborted || awaited.size > 0) return;
    state.isConnected = true;
    tell({ kind: 'connected' });
  };
  const listen = async ({ kind, wait }: Loop): Promise<string> => {
    while (!life.signal.aborted) {
      const symbols = await wait(life.signal);
      if (symbols === null) continue;
      // Before that nobody needs to be woken: whoever is told of the connection looks at everything.
      if (state.isConnected) for (const symbol of symbols) tell({ kind, symbol });
      heard(kind);
    }
    return 'closed';
  };
  try {
    if (options.rehearse !== undefined) await watcher.loadHttpProxyAgent();
    return await Promise.race([closed, ...loops.map(listen)]);
  } catch (error) {
    return reasonOf(error);
  } finally {
    life.abort();
    await watcher.close().catch(() => undefined);
    fetch.close();
  }
}

interface Loop {
  readonly kind: 'fill' | 'order' | 'position' | 'price';
  /** Its first answer is how things stand, and always comes. */
  readonly isFirst: boolean;
  /** The markets that something happened in; null when there was nothing to wait for. */
  readonly wait: (signal: AbortSignal) => Promise<readonly (Symbol | null)[] | null>;
}

function loopsOf(watcher: Watcher, { credentials, clock, symbols }: WakeOptions): Loop[] {
  const prices: Loop = {
    kind: 'price',
    isFirst: credentials === null,
    wait: async (signal) => {
      const wanted = symbols();
      if (wanted.length > 0) return marketsOf(await watcher.watchTickers(wanted));
      await clock.sleep(LOOK_FOR_MARKETS, signal);
      return null;
    },
  };
  if (credentials === null) return [prices];
  const held = new Map<Symbol, string>();
  return [
    {
      ...{ kind: 'fill', isFirst: true },
      wait: async () => marketsOf(await watcher.watchMyTrades()),
    },
    // Of no open order the library tells nothing at all.
    {
      ...{ kind: 'order', isFirst: false },
      wait: async () => marketsOf(await watcher.watchOrders()),
    },
    {
      ...{ kind: 'position', isFirst: true },
      wait: async () => changedPositions(await watcher.watchPositions(), held),
    },
    prices,
  ];
}

/** Each change of a mark tells all positions again: only those of another size or side are news. */
function changedPositions(answer: unknown, held: Map<Symbol, string>): readonly (Symbol | null)[] {
  const rows = Array.isArray(answer) ? (answer as readonly WatchedPosition[]) : [];
  const now = new Map<Symbol, string>();
  for (const { symbol, side, contracts } of rows) {
    if (typeof symbol === 'string' && isSymbol(symbol)) now.set(symbol, `${side} ${contracts}`);
  }
  const touched = new Set([...held.keys(), ...now.keys()]);
  const changed = [...touched].filter((symbol) => held.get(symbol) !== now.get(symbol));
  held.clear();
  for (const [symbol, text] of now) held.set(symbol, text);
  return changed;
}

interface WatchedPosition {
  readonly symbol?: unknown;
  readonly side?: string;
  readonly contracts?: number;
}

/** Of a list of rows, or of rows by market; an empty one may be of any market. */
function marketsOf(answer: unknown): readonly (Symbol | null)[] {
  const rows: unknown[] =
    typeof answer === 'object' && answer !== null ? Object.values(answer) : [];
  const found = new Set(rows.map((row) => (row as { symbol?: unknown } | null)?.symbol));
  const symbols = [...found].map((each) =>
    typeof each === 'string' && isSymbol(each) ? each : null,
  );
  return symbols.length === 0 ? [null] : symbols;
}

function openFetch({ clock, rehearse }: WakeOptions): VenueFetch {
  const hostMap = rehearse === undefined ? {} : { [KRAKEN_HOST]: rehearse };
  const allowedHosts = rehearse === undefined ? [KRAKEN_HOST] : [];
  return createFetch({ clock, timeoutMs: TIMEOUT, allowedHosts, hostMap });
}

function openWatcher(
  exchangeClass: ExchangeClass,
  { credentials, version, rehearse }: WakeOptions,
  { fetch }: VenueFetch,
): Watcher {
  const watcher = new exchangeClass({
    ...(credentials === null ? {} : { apiKey: credentials.apiKey.reveal() }),
    ...(credentials === null ? {} : { secret: credentials.apiSecret.reveal() }),
    timeout: TIMEOUT,
    // With its limiter on, a message to a connection that just ended is a rejection that nobody can
    // catch: the process would end. There are four messages per connection.
    enableRateLimit: false,
    userAgent: `tradectl/${version}`,
  }) as Watcher;
  // Given as properties: the constructor's settings are merged deeply, functions would be copied.
  watcher.fetchImplementation = fetch;
  if (rehearse !== undefined) watcher.urls.api['ws'] = `${rehearse.replace(/^http/, 'ws')}/ws/v1`;
  return watcher;
}

/** Texts of a venue are cut: they end in a log line. */
function reasonOf(error: unknown): string {
  const written = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return written.replace(/\s+/g, ' ').slice(0, MOST_REASON);
}
