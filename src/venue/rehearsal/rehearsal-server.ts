/**
 * A local Kraken Futures: speaks its REST protocol on 127.0.0.1, with the simulated venue's matching
 * behind it and faults on request. It exists so that everything a live bot does can be rehearsed, the
 * lost answers too, without a key, a network or money. Requests are executed one after another.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Clock } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import { scaledClock, type ScaledClock } from '../../domain/scaled-clock.ts';
import { createBook, type Book } from './book.ts';
import type { Credentials } from './authenticate.ts';
import { control, type SeenRequest } from './control.ts';
import { drawCredentials } from './draw-credentials.ts';
import { createExchange, type RawRequest } from './exchange.ts';
import { createFaultQueue } from './fault-queue.ts';
import type { FaultRule } from './fault-rules.ts';
import { createFeedServer, serveUpgrades } from './feed-server.ts';
import type { Tape } from './tape.ts';
import { bodyOf, refuseOnWire, sendAnswer, type Wire } from './transport.ts';

export interface RehearsalOptions {
  readonly tape: Tape;
  /** The machine's: faults delay by it. The venue's own time runs along, `speed` times as fast. */
  readonly clock: Clock;
  /** 1 when absent; 0 stands still until the control API moves it. */
  readonly speed?: number;
  /** Where the simulated account is kept while the server lives. */
  readonly file: string;
  /** Draws the key, the secret and all ids. */
  readonly seed: string;
  readonly faults?: readonly FaultRule[];
  /** Defects of this server, which are also answered with 500. */
  readonly onDefect?: (error: unknown) => void;
  /** False: feeds tell news after requests only, not each second. */
  readonly pulses?: boolean;
}

export interface RehearsalServer {
  readonly url: string;
  readonly credentials: Credentials;
  /** Ends every connection, the hanging ones too. */
  close(): Promise<void>;
}

/** Clients keep connections for a minute; ours stay a little longer, so that they close first. */
const KEEP_ALIVE_MS = 75_000;
const MOST_SEEN = 10_000;
/** Characters of a query or a body that the list of requests keeps: a day of them must fit. */
const MOST_KEPT = 2_000;

/** Listens on loopback; port 0 takes a free one. Throws USAGE for a port that is taken. */
export async function startRehearsal(
  options: RehearsalOptions & { readonly port: number },
): Promise<RehearsalServer> {
  const credentials = drawCredentials(options.seed);
  const now = options.clock.now();
  const time = scaledClock(options.clock, { wallMs: now, timeMs: now, speed: options.speed ?? 1 });
  const book = createBook({ ...options, clock: time });
  const closing = new AbortController();
  const inTurn = createTurns();
  const server = serverOf(options, { book, time, credentials, inTurn, signal: closing.signal });
  const stop = async (): Promise<void> => {
    closing.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    // What is being executed ends before its book is closed.
    await inTurn(async () => book.close());
  };
  try {
    const port = await listen(server, options.port);
    return { url: `http://127.0.0.1:${port}`, credentials, close: stop };
  } catch (error) {
    book.close();
    throw error;
  }
}

interface Inside {
  readonly book: Book;
  readonly time: ScaledClock;
  readonly credentials: Credentials;
  readonly inTurn: Turns;
  readonly signal: AbortSignal;
}

function serverOf(
  options: RehearsalOptions,
  { book, time, credentials, inTurn, signal }: Inside,
): Server {
  const { clock, onDefect = () => undefined, pulses = true } = options;
  const exchange = createExchange(book, credentials);
  const faults = createFaultQueue(options.faults ?? [], options);
  const seen: SeenRequest[] = [];
  const feeds = createFeedServer({
    ...{ book, credentials, faults, clock, inTurn, onDefect, pulses },
  });
  signal.addEventListener('abort', () => feeds.close(), { once: true });

  const serve = async (wire: Wire): Promise<void> => {
    const body = await bodyOf(wire.request);
    if (body === null) return void wire.response.destroy();
    const request = rawRequest(wire.request, body);
    const { method, path, query } = request;
    if (path.startsWith('/__ctl/')) {
      if (!isLocal(wire.request)) return void wire.response.destroy();
      const answer = await inTurn(async () => {
        const given = await control({ book, time, exchange, faults, seen }, request);
        await feeds.publish();
        return given;
      });
      sendAnswer(wire, { status: answer.status ?? 200, body: answer.body }, null);
      return;
    }
    const fault = faults.take(method, path);
    const note: SeenRequest = {
      ...{ atMs: time.now(), method, path },
      ...{ query: query.slice(0, MOST_KEPT), body: body.slice(0, MOST_KEPT) },
      ...{ status: null, fault: fault?.kind ?? null },
    };
    if (seen.push(note) > MOST_SEEN) seen.shift();
    const refused = fault === null ? false : refuseOnWire(wire, fault);
    if (refused !== false) {
      note.status = refused;
      return;
    }
    if (fault?.kind === 'delay' && fault.before) await clock.sleep(fault.delayMs, signal);
    if (signal.aborted) return;
    const answer = await inTurn(async () => {
      if (signal.aborted) return null;
      const given = await exchange.answer(request, fault);
      await feeds.publish();
      return given;
    });
    if (answer === null) return;
    if (fault?.kind === 'delay' && !fault.before) await clock.sleep(fault.delayMs, signal);
    note.status = sendAnswer(wire, answer, fault);
  };

  const server = createServer((request, response) => {
    serve({ request, response }).catch((error: unknown) => {
      onDefect(error);
      const body = { result: 'error', error: 'internalServerError' };
      if (!response.headersSent) sendAnswer({ request, response }, { status: 500, body }, null);
    });
  });
  serveUpgrades(server, { feeds, faults });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs what it is given one after another, whatever became of the one before. */
function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

function rawRequest(request: IncomingMessage, body: string): RawRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const header = (name: string): string | null => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    method: request.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark + 1),
    body,
    apiKey: header('apikey'),
    authent: header('authent'),
    nonce: header('nonce'),
  };
}

/** A web page that resolved its own name to 127.0.0.1 must not steer the venue. */
function isLocal({ headers, socket }: IncomingMessage): boolean {
  const isLoopback = /^(::ffff:)?127\./.test(socket.remoteAddress ?? '');
  return isLoopback && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
      const why = error.code === 'EADDRINUSE' ? 'is taken' : 'is not allowed';
      reject(
        new TradectlError('USAGE', `port ${port} ${why}`, { hint: 'use --port 0 for a free one' }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
