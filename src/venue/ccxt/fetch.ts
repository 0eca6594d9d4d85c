/**
 * The one way out: HTTP for the exchange library, over node:http. One deadline covers headers and body,
 * because the library's own stops at the headers and a stalled body once hung for five minutes.
 *
 * Invariants: a host that is neither listed nor mapped is never contacted; a redirect is never followed;
 * a key never travels unencrypted except to this machine; the journal entry holds no header and no query.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock, Ms } from '../../domain/clock.ts';

/** One request as the journal of requests tells it. `status` is null when no answer came. */
export interface RequestNote {
  readonly method: string;
  /** Without the query: it may hold what is private. */
  readonly path: string;
  readonly status: number | null;
  readonly ms: number;
  readonly bytes: number;
}

/** What one call of ours did on the wire; filled in while it runs. */
export interface CallTrace {
  readonly signal: AbortSignal | null;
  /** True once bytes may have left: from then on, only an answer says that nothing happened. */
  sent: boolean;
  status: number | null;
  body: string | null;
  /** Told the headers of each answer; they are kept nowhere. */
  readonly onHeaders?: ((headers: Headers) => void) | undefined;
}

export interface FetchOptions {
  readonly clock: Clock;
  readonly timeoutMs: Ms;
  /** Hosts that may be contacted under their own name. */
  readonly allowedHosts: readonly string[];
  /** Host to local origin, for a rehearsal: `futures.kraken.com` to `http://127.0.0.1:4711`. */
  readonly hostMap: Readonly<Record<string, string>>;
  readonly onRequest?: (note: RequestNote) => void;
}

interface RequestInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface FetchAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
}

export interface VenueFetch {
  readonly fetch: (url: string, init?: RequestInit) => Promise<FetchAnswer>;
  /** Runs one call; the requests it makes are traced, and end with its signal. */
  readonly traced: <T>(trace: CallTrace, call: () => Promise<T>) => Promise<T>;
  close(): void;
}

/** No list of any venue is near this size. */
const MOST_BYTES = 64 * 1024 * 1024;

export function newTrace(
  signal: AbortSignal | null,
  onHeaders?: (headers: Headers) => void,
): CallTrace {
  return { signal, sent: false, status: null, body: null, onHeaders };
}

export function createFetch(options: FetchOptions): VenueFetch {
  const traces = new AsyncLocalStorage<CallTrace>();
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 16 }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: 16 }),
  };
  const fetch = async (url: string, init: RequestInit = {}): Promise<FetchAnswer> => {
    const target = route(new URL(url), options);
    const trace = traces.getStore() ?? newTrace(null);
    const started = options.clock.monotonic();
    const note = { status: null as number | null, bytes: 0 };
    try {
      const answer = await exchange({ target, init, trace, agents, timeoutMs: options.timeoutMs });
      trace.status = note.status = answer.status;
      note.bytes = answer.bytes;
      trace.body = answer.body;
      trace.onHeaders?.(answer.headers);
      return fetchAnswer(answer);
    } finally {
      const ms = Math.round(options.clock.monotonic() - started);
      options.onRequest?.({ method: init.method ?? 'GET', path: target.pathname, ms, ...note });
    }
  };
  return {
    fetch,
    traced: (trace, call) => traces.run(trace, call),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** Where a request really goes; throws TypeError, which the library reads as "no network". */
function route(url: URL, { allowedHosts, hostMap }: FetchOptions): URL {
  const local = hostMap[url.host];
  if (local !== undefined) {
    const target = new URL(url.pathname + url.search, local);
    if (target.protocol === 'http:' && !isLoopback(target.hostname)) {
      throw new TypeError(`${url.host} is mapped to ${target.host}, unencrypted and not local`);
    }
    return target;
  }
  if (url.protocol !== 'https:' || !allowedHosts.includes(url.host)) {
    throw new TypeError(`${url.host} is not a host of this venue`);
  }
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

interface Exchange {
  readonly target: URL;
  readonly init: RequestInit;
  readonly trace: CallTrace;
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly timeoutMs: Ms;
}

interface WireAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: string;
  readonly bytes: number;
}

async function exchange(job: Exchange): Promise<WireAnswer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), job.timeoutMs);
  const signals = [deadline.signal, job.init.signal, job.trace.signal];
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined && one !== null));
  try {
    if (signal.aborted) throw timeoutError();
    const response = await send(job, signal);
    const bytes = await readBody(response, signal);
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) throw new TypeError(`redirected (${status})`);
    const body = await decode(bytes, response.headers['content-encoding']);
    return {
      status,
      statusText: response.statusMessage ?? '',
      headers: headersOf(response),
      body,
      bytes: bytes.length,
    };
  } catch (error) {
    if (signal.aborted) throw timeoutError();
    throw error instanceof TypeError ? error : new TypeError(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function send(job: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
  const { target, init, trace, agents } = job;
  const secure = target.protocol === 'https:';
  const body = init.body ?? '';
  const headers = {
    ...init.headers,
    'accept-encoding': 'gzip',
    'content-length': String(Buffer.byteLength(body)),
  };
  const shared = { method: init.method ?? 'GET', headers, signal };
  return new Promise((resolve, reject) => {
    const request = secure
      ? httpsRequest(target, { ...shared, agent: agents.https })
      : httpRequest(target, { ...shared, agent: agents.http });
    request.once('socket', (socket) => {
      const leaves = (): void => void (trace.sent = true);
      // A kept connection carries the bytes at once; a new one only when it is established.
      if (request.reusedSocket || !socket.connecting) leaves();
      else socket.once(secure ? 'secureConnect' : 'connect', leaves);
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (signal.aborted) throw timeoutError();
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new TypeError('the answer is too large');
  }
  if (!response.complete) throw new TypeError('the answer ended early');
  return Buffer.concat(chunks);
}

async function decode(bytes: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding === undefined || encoding === 'identity') return bytes.toString('utf8');
  if (encoding !== 'gzip') throw new TypeError(`the answer is encoded as ${encoding}`);
  const unpacked = await promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES });
  return unpacked.toString('utf8');
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}

function fetchAnswer({ status, statusText, headers, body }: WireAnswer): FetchAnswer {
  return { status, statusText, headers, text: () => Promise.resolve(body) };
}

/** The name by which the library knows a deadline. */
function timeoutError(): Error {
  const error = new Error('no answer in time');
  error.name = 'TimeoutError';
  return error;
}

/** `connect ECONNREFUSED`: a system code says more to an operator than a stack. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'request failed';
}
