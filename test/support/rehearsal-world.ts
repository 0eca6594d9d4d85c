/**
 * A rehearsal venue on a small tape and a virtual clock, and a client that signs what it sends itself.
 * Every market stands still at a round price unless a test says otherwise.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timeframeMs, type Candle } from '../../src/domain/candle.ts';
import { DAY, ms, virtualClock, type Ms, type VirtualClock } from '../../src/domain/clock.ts';
import { decimal, price, quantity } from '../../src/domain/decimal.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { symbol, type Symbol } from '../../src/domain/symbol.ts';
import { signatureOf, type Credentials } from '../../src/venue/rehearsal/authenticate.ts';
import type { FaultRule } from '../../src/venue/rehearsal/fault-rules.ts';
import { startRehearsal } from '../../src/venue/rehearsal/rehearsal-server.ts';
import type { Tape } from '../../src/venue/rehearsal/tape.ts';

export const BTC = symbol('BTC/USD:USD');
export const PEPE = symbol('PEPE/USD:USD');
export const TON = symbol('TON/USD:USD');

/** The recording: ten days of January 2025. The clock starts in 2026, at noon and ten seconds. */
export const RECORDED_FROM = ms(Date.parse('2025-01-01T00:00:00Z'));
export const START = ms(Date.parse('2026-03-05T12:00:10Z'));

const PRICES: Readonly<Record<string, number>> = { [BTC]: 60_000, [PEPE]: 0.00001, [TON]: 5 };
const V3 = '/derivatives/api/v3/';

export function instrument(of: Symbol, venueId: string, steps: [string, string]): Instrument {
  const [lot, tick] = steps;
  return {
    symbol: of,
    venueId,
    contractSize: decimal('1'),
    lotStep: quantity(lot),
    tickSize: price(tick),
    minQuantity: quantity(lot),
    minNotional: null,
    maxLeverage: 50,
  };
}

export const INSTRUMENTS: readonly Instrument[] = [
  instrument(BTC, 'PF_XBTUSD', ['0.0001', '1']),
  instrument(PEPE, 'PF_PEPEUSD', ['1000', '0.000000001']),
  instrument(TON, 'PF_TONUSD', ['250', '0.001']),
];

/** `barOf` gives the candles; by default a market stands still all along. */
export function tapeOf(barOf: (symbol: Symbol, openMs: Ms) => Candle | null = stillBar): Tape {
  return {
    markets: INSTRUMENTS.map((each) => ({
      symbol: each.symbol,
      instrument: each,
      timeframes: ['1d', '4h'],
    })),
    windowFrom: RECORDED_FROM,
    windowTo: ms(RECORDED_FROM + 10 * DAY),
    read(of, timeframe, from, to) {
      const step = timeframeMs(timeframe);
      const found: Candle[] = [];
      for (let at = Math.ceil(from / step) * step; at < to; at += step) {
        const isRecorded = at >= RECORDED_FROM && at < RECORDED_FROM + 10 * DAY;
        const bar = isRecorded ? barOf(of, ms(at)) : null;
        if (bar !== null) found.push(bar);
      }
      return found;
    },
  };
}

export function stillBar(of: Symbol, openMs: Ms): Candle {
  const at = PRICES[of] ?? 1;
  return { openMs, open: at, high: at, low: at, close: at, volume: 240 };
}

export type Body = Readonly<Record<string, unknown>>;

/** A sendStatus, or a refusal of the whole request. */
export interface OrderAnswer extends Body {
  readonly status: string;
  readonly order_id: string;
  readonly error?: string;
  readonly orderEvents: readonly Body[];
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly text: string;
  /** False when the connection ended before the body did. */
  readonly isWhole: boolean;
  /** Null where it is no JSON. */
  readonly json: Body | null;
}

export interface Sent {
  readonly request: ClientRequest;
  /** Headers came. */
  readonly response: Promise<IncomingMessage>;
  /** The whole answer; rejects when the connection is lost before its headers. */
  readonly answer: Promise<RawAnswer>;
}

export interface SendOptions {
  readonly body?: string;
  readonly nonce?: string;
  readonly credentials?: Credentials | null;
}

export interface RehearsalWorld {
  readonly url: string;
  readonly clock: VirtualClock;
  readonly credentials: Credentials;
  send(method: string, path: string, query?: string, options?: SendOptions): Sent;
  /** Signed GET below v3; resolves with the parsed body. */
  get(endpoint: string, query?: string): Promise<Body>;
  /** Signed POST below v3, parameters in the query. */
  post(endpoint: string, query?: string, body?: string): Promise<Body>;
  /** A sendorder; its sendStatus, or the whole body when it has none. */
  order(parameters: Readonly<Record<string, string>>): Promise<OrderAnswer>;
  control(method: string, what: string, body?: unknown): Promise<Body>;
  faults(...rules: unknown[]): Promise<void>;
  /** Moves the clock; the next request judges what happened. */
  pass(duration: number): void;
  close(): Promise<void>;
}

export async function rehearsalWorld(
  options: { tape?: Tape; faults?: readonly FaultRule[]; seed?: string; speed?: number } = {},
): Promise<RehearsalWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'tradectl-test-rehearsal-'));
  const clock = virtualClock(START);
  const defects: unknown[] = [];
  const server = await startRehearsal({
    tape: options.tape ?? tapeOf(),
    clock,
    file: join(folder, 'paper.db'),
    seed: options.seed ?? 'test',
    speed: options.speed ?? 1,
    faults: options.faults ?? [],
    pulses: false,
    onDefect: (error) => defects.push(error),
    port: 0,
  });
  const { credentials, url } = server;
  const send = (method: string, path: string, query = '', more: SendOptions = {}): Sent =>
    sendRaw(url, { method, path, query, credentials, ...more });
  const json = async (sent: Sent): Promise<Body> => (await sent.answer).json ?? {};
  const control = (method: string, what: string, body?: unknown): Promise<Body> =>
    json(
      send(method, `/__ctl/${what}`, '', { body: body === undefined ? '' : JSON.stringify(body) }),
    );
  return {
    ...{ url, clock, credentials, send, control },
    get: (endpoint, query) => json(send('GET', V3 + endpoint, query)),
    post: (endpoint, query, body) => json(send('POST', V3 + endpoint, query, { body: body ?? '' })),
    async order(parameters) {
      const query = new URLSearchParams(parameters).toString();
      const body = await json(send('POST', `${V3}sendorder`, query));
      return (body['sendStatus'] ?? body) as OrderAnswer;
    },
    async faults(...rules) {
      await control('POST', 'faults', rules);
    },
    pass: (duration) => clock.advanceTo(ms(clock.now() + duration)),
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
      if (defects.length > 0) throw defects[0];
    },
  };
}

interface RawRequest extends SendOptions {
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

function sendRaw(base: string, raw: RawRequest): Sent {
  const { method, path, query, body = '', nonce = null, credentials = null } = raw;
  const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' };
  if (credentials !== null) {
    headers['APIKey'] = credentials.apiKey;
    headers['Authent'] = signatureOf(credentials.apiSecret, { path, query, body, nonce });
  }
  if (nonce !== null) headers['Nonce'] = nonce;
  const target = `${base}${path}${query === '' ? '' : `?${query}`}`;
  const request = httpRequest(target, { method, headers, agent: false });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
  });
  const answer = response.then(readAnswer);
  // A test that looks at one of them only must not fail for the other.
  response.catch(() => undefined);
  answer.catch(() => undefined);
  request.end(body);
  return { request, response, answer };
}

function readAnswer(response: IncomingMessage): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const done = (): void => {
      const { statusCode: status = 0, headers, complete: isWhole } = response;
      const bytes = Buffer.concat(pieces);
      const text = bytes.toString('utf8');
      resolve({ status, headers, bytes, text, isWhole, json: parsed(text) });
    };
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('error', () => undefined).on('close', done);
  });
}

function parsed(text: string): Body | null {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return null;
  }
}
