/**
 * A server of hand-written answers that checks signatures as Kraken Futures does, and a venue that believes it
 * is talking to the real host. The bodies are raw text: what a test is about is often not JSON.
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wallClock } from '../../../../src/domain/clock.ts';
import type { RequestNote } from '../../../../src/venue/ccxt/fetch.ts';
import type { LiveVenue, VenueOptions } from '../../../../src/venue/ccxt/live-venue.ts';
import { openKrakenVenue } from '../../../../src/venue/ccxt/kraken/open-kraken.ts';

export const API_KEY = 'lab-key';
export const API_SECRET = 'bGFiLXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm';
export const SERVER_TIME = '2026-02-13T12:09:03.738Z';
export const SERVER_MS = Date.parse(SERVER_TIME);

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

/** Raw text, or a hand on the wire itself. */
export type Route = string | ((request: SeenRequest, response: ServerResponse) => string | void);

export interface LocalKraken {
  readonly url: string;
  readonly requests: SeenRequest[];
  readonly notes: RequestNote[];
  /** Answers of paths below the API root: `openpositions`, `sendorder`, `orders`. */
  readonly routes: Map<string, Route>;
  open(options?: Partial<VenueOptions>): Promise<LiveVenue>;
  close(): Promise<void>;
}

/** The signature of a request, by the venue's own rule. */
export function authent(postData: string, path: string, secret = API_SECRET): string {
  const digest = createHash('sha256').update(`${postData}${path}`).digest();
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(digest).digest('base64');
}

export async function startKraken(): Promise<LocalKraken> {
  const requests: SeenRequest[] = [];
  const notes: RequestNote[] = [];
  const routes = new Map<string, Route>([
    ['instruments', success({ instruments: INSTRUMENTS })],
    ['tickers', success({ tickers: [] })],
  ]);
  const server = createServer((request, response) => {
    const seen = seenOf(request);
    requests.push(seen);
    if (isPrivate(seen.path) && !isSigned(seen))
      return end(response, failure('authenticationError'));
    const route = routes.get(endpointOf(seen.path)) ?? failure('notFound');
    const answer = typeof route === 'string' ? route : route(seen, response);
    if (typeof answer === 'string') end(response, answer);
  });
  const url = await listen(server);
  const venues: LiveVenue[] = [];
  const secret = (value: string) => ({ reveal: () => value });
  return {
    url,
    requests,
    notes,
    routes,
    open: async (options = {}) => {
      const venue = await openKrakenVenue({
        credentials: { apiKey: secret(API_KEY), apiSecret: secret(API_SECRET) },
        clock: wallClock(),
        version: '9.9.9',
        hostMap: { 'futures.kraken.com': url },
        onRequest: (note) => notes.push(note),
        ...options,
      });
      venues.push(venue);
      return venue;
    },
    close: async () => {
      for (const venue of venues) venue.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function success(content: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ result: 'success', serverTime: SERVER_TIME, ...content });
}

export function failure(error: string): string {
  return JSON.stringify({ result: 'error', error, serverTime: SERVER_TIME });
}

/** An answer with a status of its own. */
export function status(code: number, body: string): Route {
  return (_request, response) => {
    response.statusCode = code;
    end(response, body);
  };
}

function seenOf(request: IncomingMessage): SeenRequest {
  const url = new URL(request.url ?? '/', 'http://local');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.search.slice(1),
    parameters: Object.fromEntries(url.searchParams),
    headers: request.headers,
  };
}

function isPrivate(path: string): boolean {
  return !/\/(instruments|tickers)$|^\/api\/charts\//.test(path);
}

function isSigned({ path, query, headers }: SeenRequest): boolean {
  const signed = path.replace(/^\/derivatives/, '');
  return headers['apikey'] === API_KEY && headers['authent'] === authent(query, signed);
}

function endpointOf(path: string): string {
  return path.replace(/^\/derivatives\/api\/v\d\/|^\/api\/history\/v\d\/|^\/api\/charts\/v1\//, '');
}

function end(response: ServerResponse, body: string): void {
  response.setHeader('content-type', body.startsWith('<') ? 'text/html' : 'application/json');
  response.end(body);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const MARGIN = [{ numNonContractUnits: 0, initialMargin: 0.02, maintenanceMargin: 0.01 }];
const PERPETUAL = {
  type: 'flexible_futures',
  tickSize: 1,
  contractSize: 1,
  tradeable: true,
  contractValueTradePrecision: 4,
  marginLevels: MARGIN,
};

export const INSTRUMENTS = [
  { ...PERPETUAL, symbol: 'PF_XBTUSD', pair: 'BTC:USD' },
  { ...PERPETUAL, symbol: 'PF_PEPEUSD', tickSize: 1e-10, contractValueTradePrecision: -3 },
  { ...PERPETUAL, symbol: 'PF_DOGEUSD', tickSize: 0.00001, contractValueTradePrecision: 0 },
  { ...PERPETUAL, symbol: 'PF_AAPLxUSD', tickSize: 0.01, contractValueTradePrecision: 2 },
  { ...PERPETUAL, symbol: 'PF_HALTUSD', tradeable: false },
  { ...PERPETUAL, symbol: 'PI_XBTUSD', type: 'futures_inverse', contractValueTradePrecision: 0 },
  { ...PERPETUAL, symbol: 'FF_XBTUSD_261225', lastTradingTime: '2026-12-25T16:00:00.000Z' },
  { symbol: 'in_xbtusd', type: 'spot index', tradeable: false },
];
