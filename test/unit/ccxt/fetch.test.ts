/** The way out, against servers that stall, truncate, reset and redirect. */
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { ms, wallClock } from '../../../src/domain/clock.ts';
import type { FetchOptions, RequestNote, VenueFetch } from '../../../src/venue/ccxt/fetch.ts';
import { createFetch, newTrace } from '../../../src/venue/ccxt/fetch.ts';

const URL_ON_VENUE = 'https://futures.kraken.com/derivatives/api/v3/openpositions?secret=1';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that writes `answer` to each request and then does `then` with the wire. */
function raw(answer: string, then: (socket: Socket) => void = () => undefined): Promise<string> {
  return serve(
    createServer((socket) => {
      closing.push(() => socket.destroy());
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(answer);
        then(socket);
      });
    }),
  );
}

function fetchTo(target: string, options: Partial<FetchOptions> = {}): VenueFetch {
  const fetch = createFetch({
    clock: wallClock(),
    timeoutMs: ms(2_000),
    allowedHosts: [],
    hostMap: { 'futures.kraken.com': target },
    ...options,
  });
  closing.push(() => fetch.close());
  return fetch;
}

describe('the deadline', () => {
  it.each([
    ['no answer at all', ''],
    ['headers and then a body that stalls', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"res'],
  ])('covers %s', async (_what, answer) => {
    const { fetch } = fetchTo(await raw(answer), { timeoutMs: ms(60) });
    await expect(fetch(URL_ON_VENUE)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('ends with the signal of the call', async () => {
    const stop = new AbortController();
    const url = await raw('', () => stop.abort());
    const { fetch, traced } = fetchTo(url);
    const trace = newTrace(stop.signal);
    await expect(traced(trace, () => fetch(URL_ON_VENUE))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(trace.sent).toBe(true);
  });
});

describe('a broken wire', () => {
  it.each([
    ['cut in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"res'],
    ['cut in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"res'],
    ['cut before the answer', ''],
  ])('is an error, never half an answer: %s', async (_what, answer) => {
    const url = await raw(answer, (socket) => setImmediate(() => socket.destroy()));
    await expect(fetchTo(url).fetch(URL_ON_VENUE)).rejects.toBeInstanceOf(TypeError);
  });

  it('that was reset after the request has sent it', async () => {
    const url = await raw('', (socket) => socket.resetAndDestroy());
    const { fetch, traced } = fetchTo(url);
    const trace = newTrace(null);
    await expect(traced(trace, () => fetch(URL_ON_VENUE))).rejects.toBeInstanceOf(TypeError);
    expect(trace).toMatchObject({ sent: true, status: null });
  });

  it('whose handshake failed has sent nothing, over https', async () => {
    const url = await raw('no TLS at all', (socket) => socket.end());
    const { fetch, traced } = fetchTo(url.replace('http:', 'https:'));
    const trace = newTrace(null);
    await expect(traced(trace, () => fetch(URL_ON_VENUE))).rejects.toBeInstanceOf(TypeError);
    expect(trace.sent).toBe(false);
  });

  it('that never stood has sent nothing', async () => {
    const gone = createServer();
    const url = await serve(gone);
    await new Promise((resolve) => gone.close(resolve));
    const { fetch, traced } = fetchTo(url);
    const trace = newTrace(null);
    await expect(traced(trace, () => fetch(URL_ON_VENUE))).rejects.toThrow('ECONNREFUSED');
    expect(trace.sent).toBe(false);
  });
});

describe('where a request may go', () => {
  const real = 'futures.kraken.com';
  const demo = 'https://demo-futures.kraken.com/x';
  it.each<[string, string, Partial<FetchOptions>, string]>([
    ['a host that is not listed', demo, { hostMap: {} }, 'not a host of this venue'],
    ['a host that is not mapped, in a rehearsal', demo, {}, 'not a host of this venue'],
    ['the listed host without encryption', `http://${real}/x`, { hostMap: {} }, 'not a host'],
    [
      'a map that leaves this machine',
      URL_ON_VENUE,
      { hostMap: { [real]: 'http://192.0.2.1' } },
      'unencrypted and not local',
    ],
  ])('refuses %s with a TypeError, and sends nothing', async (_what, url, options, why) => {
    const { fetch, traced } = fetchTo('http://127.0.0.1:1', { allowedHosts: [real], ...options });
    const trace = newTrace(null);
    const refused = traced(trace, () => fetch(url));
    await expect(refused).rejects.toBeInstanceOf(TypeError);
    await expect(refused).rejects.toThrow(why);
    expect(trace.sent).toBe(false);
  });

  it('never follows a redirect', async () => {
    const url = await raw('HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n');
    await expect(fetchTo(url).fetch(URL_ON_VENUE)).rejects.toThrow('redirected (302)');
  });
});

describe('an answer', () => {
  it('is noted without query and headers', async () => {
    const notes: RequestNote[] = [];
    const url = await raw('HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\n{}');
    const { fetch } = fetchTo(url, { onRequest: (note) => notes.push(note) });
    const answer = await fetch(URL_ON_VENUE, { headers: { Authent: 'canary' } });
    expect(answer.status).toBe(503);
    expect(notes).toEqual([
      {
        method: 'GET',
        path: '/derivatives/api/v3/openpositions',
        status: 503,
        ms: expect.any(Number) as number,
        bytes: 2,
      },
    ]);
  });

  it('may be compressed, and the connection is kept', async () => {
    const sockets = new Set<unknown>();
    const server = createHttpServer((request, response) => {
      sockets.add(request.socket);
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('{"result":"success"}'));
    });
    closing.push(() => server.closeAllConnections());
    const { fetch } = fetchTo(await serve(server));
    for (let time = 0; time < 3; time += 1) {
      expect(await (await fetch(URL_ON_VENUE)).text()).toBe('{"result":"success"}');
    }
    expect(sockets.size).toBe(1);
  });
});
