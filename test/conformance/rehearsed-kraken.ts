/** The rehearsal server over the bundled recording, and clients that believe it is the real host. */
import { ms, wallClock } from '../../src/domain/clock.ts';
import type { Rehearsal } from '../../src/engine/operations/rehearse.ts';
import { openRehearsal } from '../../src/engine/operations/rehearse.ts';
import { createFetch } from '../../src/venue/ccxt/fetch.ts';
import { loadExchange } from '../../src/venue/ccxt/load-exchange.ts';
import type { LiveVenue, VenueOptions } from '../../src/venue/ccxt/live-venue.ts';
import { KRAKEN_HOST, openKrakenVenue } from '../../src/venue/ccxt/kraken/open-kraken.ts';

/** The library's own calls, as a person would type them. */
export type Library = Readonly<Record<string, (...values: unknown[]) => Promise<unknown>>>;

export interface RehearsedKraken {
  readonly rehearsal: Rehearsal;
  readonly defects: unknown[];
  library(secret?: string): Promise<Library>;
  venue(options?: Partial<VenueOptions>): Promise<LiveVenue>;
  /** `control('POST', 'faults', [...])`. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** The clients, then the server. */
  close(): Promise<void>;
}

const clock = wallClock();

/** Starts a server; whoever starts it closes it, or its folder stays. */
export async function rehearseKraken(seed: string): Promise<RehearsedKraken> {
  const defects: unknown[] = [];
  const onDefect = (error: unknown): void => void defects.push(error);
  const start = { feed: null, faultsFile: null, port: 0, clock, seed, onDefect };
  const rehearsal = await openRehearsal(start);
  const hostMap = { [KRAKEN_HOST]: rehearsal.url };
  const closing: (() => void)[] = [];
  return {
    rehearsal,
    defects,
    library: async (secret = rehearsal.apiSecret) => {
      const fetch = createFetch({ clock, timeoutMs: ms(5_000), allowedHosts: [], hostMap });
      closing.push(() => fetch.close());
      const exchangeClass = await loadExchange('krakenfutures');
      const exchange = new exchangeClass({
        apiKey: rehearsal.apiKey,
        secret,
        enableRateLimit: false,
        timeout: 5_000,
      });
      Object.assign(exchange, { fetchImplementation: fetch.fetch });
      return exchange as unknown as Library;
    },
    venue: async (options = {}) => {
      const venue = await openKrakenVenue({
        credentials: { apiKey: secret(rehearsal.apiKey), apiSecret: secret(rehearsal.apiSecret) },
        clock,
        version: '0',
        hostMap,
        ...options,
      });
      closing.push(() => venue.close());
      return venue;
    },
    control: async (method, path, body) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${rehearsal.url}/__ctl/${path}`, { method, ...init });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    },
    close: async () => {
      for (const close of closing) close();
      await rehearsal.close();
    },
  };
}

export function secret(value: string): { reveal(): string } {
  return { reveal: () => value };
}
