/**
 * `/ws/v1`: the feeds of the venue over WebSocket. News go out after each request that was executed, and
 * once a second of the machine's time while somebody listens, because prices move by themselves.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData } from 'ws';
import { MINUTE, ms, SECOND, type Clock } from '../../domain/clock.ts';
import type { Credentials } from './authenticate.ts';
import type { Book } from './book.ts';
import type { FaultQueue } from './fault-queue.ts';
import { createFeedNews } from './feed-news.ts';
import { hear } from './feed-requests.ts';
import { createFeedSession, type FeedSession } from './feed-session.ts';
import { uuidOf } from './uuid-of.ts';

export interface FeedServer {
  /** Tells what changed; in turn with everything else that looks at the book. */
  publish(): Promise<void>;
  close(): void;
}

export interface FeedOptions {
  readonly book: Book;
  readonly credentials: Credentials;
  readonly faults: FaultQueue;
  readonly clock: Clock;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onDefect: (error: unknown) => void;
  /** False where a test decides when news go out. */
  readonly pulses: boolean;
}

const FEED_PATH = '/ws/v1';

/** Of the venue's documentation. */
const MOST_CONNECTIONS = 100;
const MOST_SILENCE = MINUTE;
const PULSE = ms(SECOND);
const MOST_BYTES = 100_000;

export function createFeedServer(options: FeedOptions): FeedServer & {
  /** Takes a request to upgrade over. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
} {
  const { book, credentials, faults, clock, inTurn, onDefect } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES });
  const sessions = new Set<FeedSession>();
  const news = createFeedNews(book);
  let challenges = 0;

  const accept = (socket: FeedSession['socket']): void => {
    const drawChallenge = (): string => uuidOf(`challenge|${book.seed}|${(challenges += 1)}`);
    const heardMs = clock.now();
    const session = createFeedSession(socket, { faults, credentials, drawChallenge, heardMs });
    sessions.add(session);
    socket.on('close', () => sessions.delete(session)).on('error', () => socket.terminate());
    socket.on('ping', () => (session.heardMs = clock.now()));
    socket.on('message', (data: RawData) => {
      session.heardMs = clock.now();
      const text = textOf(data);
      const snapshot = (feed: string, ids: readonly string[]): Promise<void> =>
        news.snapshot(session, feed, ids);
      const heard = inTurn(async () => {
        await book.advance();
        await publish();
        await hear(session, text, { book, snapshot });
      });
      heard.catch(onDefect);
    });
    session.say({ event: 'info', version: 1 });
  };
  const publish = (): Promise<void> => news.publish(sessions);
  const pulse = async (): Promise<void> => {
    const silentSince = clock.now() - MOST_SILENCE;
    for (const session of sessions) if (session.heardMs < silentSince) session.socket.terminate();
    await book.advance();
    await publish();
    for (const session of sessions) {
      if (session.subscriptions.has('heartbeat')) session.tell('heartbeat', { time: book.now() });
    }
  };
  const timer = options.pulses
    ? setInterval(() => {
        if (sessions.size > 0) inTurn(pulse).catch(onDefect);
      }, PULSE).unref()
    : null;

  return {
    upgrade(request, socket, head) {
      if (sessions.size >= MOST_CONNECTIONS) {
        socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    async publish() {
      // Nobody listens: what happens until somebody does is in their snapshot.
      if (sessions.size > 0) await publish();
    },
    close() {
      if (timer !== null) clearInterval(timer);
      for (const { socket } of sessions) socket.terminate();
      server.close();
    },
  };
}

/** A server without feeds answers an upgrade by closing; ours closes all paths but one. */
export function serveUpgrades(
  server: Server,
  { feeds, faults }: { feeds: ReturnType<typeof createFeedServer>; faults: FaultQueue },
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?')[0] !== FEED_PATH) return void socket.destroy();
    const fault = faults.take('GET', FEED_PATH);
    if (fault === null) return feeds.upgrade(request, socket, head);
    if (fault.kind === 'hang') return;
    const status = fault.kind === 'respond' ? fault.status : 503;
    if (fault.kind === 'respond' || fault.kind === 'maintenance') {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    socket.destroy();
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as ArrayBuffer).toString('utf8');
}
