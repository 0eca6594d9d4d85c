/** A plain client of the feeds: what it says, what it was told, and how it waits for a message. */
import { WebSocket } from 'ws';
import { signatureOf, type Credentials } from '../../src/venue/rehearsal/authenticate.ts';
import type { Body } from './rehearsal-world.ts';

export interface FeedClient {
  /** Everything that came, oldest first. */
  readonly heard: readonly Body[];
  say(message: Body | string): void;
  /** The next message that fits and was not waited for before. */
  next(fits: Body): Promise<Body>;
  subscribe(feed: string, ids?: readonly string[]): void;
  /** Asks for a challenge and signs it; the fields of a private subscription. */
  sign(secret?: string): Promise<Body>;
  /** Resolves when the connection ended. */
  readonly closed: Promise<void>;
  close(): void;
}

export async function feedClient(url: string, credentials: Credentials): Promise<FeedClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/v1`);
  const heard: Body[] = [];
  const taken = new Set<Body>();
  let wake: (() => void)[] = [];
  const stir = (): void => {
    for (const each of wake) each();
    wake = [];
  };
  socket.on('message', (data: Buffer) => {
    heard.push(JSON.parse(data.toString('utf8')) as Body);
    stir();
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  closed.then(stir, stir);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve()).on('error', reject);
  });
  const say = (message: Body | string): void =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const next = async (fits: Body): Promise<Body> => {
    for (;;) {
      const found = heard.find((each) => !taken.has(each) && isLike(each, fits));
      if (found !== undefined) {
        taken.add(found);
        return found;
      }
      if (socket.readyState !== WebSocket.OPEN) throw new Error('the connection ended');
      await new Promise<void>((resolve) => wake.push(resolve));
    }
  };
  return {
    ...{ heard, say, next, closed },
    subscribe: (feed, ids) =>
      say({ event: 'subscribe', feed, ...(ids === undefined ? {} : { product_ids: ids }) }),
    async sign(secret = credentials.apiSecret) {
      say({ event: 'challenge', api_key: credentials.apiKey });
      const { message } = await next({ event: 'challenge' });
      const of = { path: '', query: String(message), body: '', nonce: null };
      return {
        api_key: credentials.apiKey,
        original_challenge: message,
        signed_challenge: signatureOf(secret, of),
      };
    },
    close: () => socket.close(),
  };
}

/** What is told of a feed is no answer, and the other way round. */
function isLike(message: Body, fits: Body): boolean {
  if ('event' in message !== 'event' in fits) return false;
  return Object.entries(fits).every(([name, value]) => message[name] === value);
}
