/** The one way out of a venue, with its counts: only the venue's own hosts, or a local server for them. */
import { ms, SECOND } from '../../domain/clock.ts';
import { seededRandom } from '../../domain/random.ts';
import type { BreakerState } from './circuit-breaker.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import type { ExchangeClass } from './load-exchange.ts';
import { loadExchange } from './load-exchange.ts';
import type { VenueFetch } from './fetch.ts';
import { createFetch } from './fetch.ts';
import type { LiveVenueName, VenueOptions } from './live-venue.ts';
import type { ClientOptions } from './raw-client.ts';
import { revealed } from './raw-client.ts';
import type { RequestCounts } from './request-counts.ts';
import { createRequestCounter } from './request-counts.ts';

export interface Transport extends ClientOptions {
  readonly requests: () => RequestCounts;
  readonly health: () => BreakerState;
  readonly close: () => void;
}

/** Loads the library's file of the venue; sends nothing. */
export async function openTransport(
  name: LiveVenueName,
  hosts: readonly string[],
  options: VenueOptions,
): Promise<Transport> {
  const exchangeClass: ExchangeClass = await loadExchange(name);
  const { clock, version, onRequest, rehearse } = options;
  const hostMap = rehearse === undefined ? (options.hostMap ?? {}) : mapped(hosts, rehearse);
  const counter = createRequestCounter();
  // Bots that started apart rest for other times.
  const breaker = createCircuitBreaker(clock, seededRandom(`${name} ${clock.now()}`));
  const timeoutMs = options.timeoutMs ?? ms(10 * SECOND);
  const fetch: VenueFetch = createFetch({
    clock,
    timeoutMs,
    hostMap,
    allowedHosts: Object.keys(hostMap).length === 0 ? hosts : [],
    onRequest: (note) => {
      counter.add(note);
      onRequest?.(note);
    },
  });
  return {
    exchangeClass,
    fetch,
    breaker,
    clock,
    timeoutMs,
    userAgent: `tradectl/${version}`,
    keys: revealed(options.credentials),
    requests: () => counter.counts(),
    health: () => breaker.state(),
    close: () => fetch.close(),
  };
}

function mapped(hosts: readonly string[], origin: string): Readonly<Record<string, string>> {
  return Object.fromEntries(hosts.map((host) => [host, origin]));
}
