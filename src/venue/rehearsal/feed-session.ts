/**
 * One connection to the feeds: challenge, subscriptions, numbering, and what fault rules do to messages.
 * It knows nothing of what the messages are about.
 */
import type { WebSocket } from 'ws';
import type { Ms } from '../../domain/clock.ts';
import { signatureOf, type Credentials } from './authenticate.ts';
import type { FaultQueue } from './fault-queue.ts';
import type { Row } from './shapes.ts';

export interface FeedSession {
  readonly socket: WebSocket;
  /** By feed, the markets it was asked for; empty for feeds without markets. */
  readonly subscriptions: ReadonlyMap<string, ReadonlySet<string>>;
  /** When it last said anything, by the machine's clock. */
  heardMs: Ms;
  /** An answer to what it said; faults leave these alone. */
  say(message: Row): void;
  /** A message of a feed, with the next number of that feed. */
  tell(feed: string, message: Row): void;
  subscribe(feed: string, ids: readonly string[]): void;
  /** False when it was not subscribed. */
  unsubscribe(feed: string, ids: readonly string[]): boolean;
  /** A new challenge for the key; null for another key. */
  challenge(apiKey: unknown): string | null;
  isSigned(message: Readonly<Record<string, unknown>>): boolean;
}

export interface SessionOptions {
  readonly faults: FaultQueue;
  readonly credentials: Credentials;
  /** Draws the next challenge. */
  readonly drawChallenge: () => string;
  readonly heardMs: Ms;
}

/** A client that does not read is cut off before its messages fill the memory. */
const MOST_WAITING = 4_000_000;
/** How far a wrong number jumps. */
const SEQ_GAP = 10;

export function createFeedSession(socket: WebSocket, options: SessionOptions): FeedSession {
  const { faults, credentials } = options;
  const subscriptions = new Map<string, Set<string>>();
  const numbers = new Map<string, number>();
  const held = new Map<string, Row>();
  let challenge: string | null = null;
  let isStalled = false;

  const send = (message: Row): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_WAITING) return socket.terminate();
    socket.send(JSON.stringify(message));
  };
  /** A snapshot and its updates count together. */
  const nextNumber = (feed: string, jump: number): number => {
    const of = feed.replace(/_snapshot$/, '');
    const seq = (numbers.get(of) ?? -1) + 1 + jump;
    numbers.set(of, seq);
    return seq;
  };

  return {
    socket,
    subscriptions,
    heardMs: options.heardMs,
    say: send,
    tell(feed, message) {
      if (isStalled || socket.readyState !== socket.OPEN) return;
      const fault = faults.takeFeed(feed)?.kind ?? null;
      if (fault === 'drop-connection') return socket.terminate();
      if (fault === 'stall-feed') {
        isStalled = true;
        return;
      }
      const seq = nextNumber(feed, fault === 'wrong-seq' ? SEQ_GAP : 0);
      const numbered = { feed, ...message, seq };
      if (fault === 'out-of-order') {
        held.set(feed, numbered);
        return;
      }
      send(numbered);
      if (fault === 'duplicate-message') send(numbered);
      const late = held.get(feed);
      if (late === undefined) return;
      held.delete(feed);
      send(late);
    },
    subscribe(feed, ids) {
      const known = subscriptions.get(feed) ?? new Set();
      for (const id of ids) known.add(id);
      subscriptions.set(feed, known);
    },
    unsubscribe(feed, ids) {
      const known = subscriptions.get(feed);
      if (known === undefined) return false;
      for (const id of ids) known.delete(id);
      if (ids.length === 0 || known.size === 0) subscriptions.delete(feed);
      return true;
    },
    challenge(apiKey) {
      challenge = apiKey === credentials.apiKey ? options.drawChallenge() : null;
      return challenge;
    },
    isSigned(message) {
      if (challenge === null || message['api_key'] !== credentials.apiKey) return false;
      const of = { path: '', query: challenge, body: '', nonce: null };
      const isOurs = message['original_challenge'] === challenge;
      return isOurs && message['signed_challenge'] === signatureOf(credentials.apiSecret, of);
    },
  };
}
