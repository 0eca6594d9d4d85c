/**
 * A local HTTP server for one venue of the conformance tests: what was asked is remembered without headers,
 * and the fault rules are those of the Kraken rehearsal. What it answers is the venue's business.
 */
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DAY, wallClock } from '../../src/domain/clock.ts';
import type { FaultQueue } from '../../src/venue/rehearsal/fault-queue.ts';
import { createFaultQueue } from '../../src/venue/rehearsal/fault-queue.ts';
import { parseFaultRules } from '../../src/venue/rehearsal/fault-rules.ts';
import { bodyOf, refuseOnWire, sendAnswer } from '../../src/venue/rehearsal/transport.ts';

export interface VenueRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  /** Of the query, then of a form body. */
  readonly params: URLSearchParams;
}

export interface VenueAnswer {
  readonly status?: number;
  readonly body: unknown;
}

export interface VenueServer {
  readonly url: string;
  /** `POST /fapi/v1/order`, in the order they came. */
  readonly asked: string[];
  readonly defects: unknown[];
  /** `fault('hang', 'order')`, `fault({ status: 400, body: { code: -2010 } }, 'order')`. */
  fault(action: unknown, path: string, method?: string): void;
  clear(): void;
  close(): Promise<void>;
}

export type Answerer = (request: VenueRequest) => VenueAnswer;

export interface ServerShape {
  readonly answer: Answerer;
  /** Answers that are well-formed and wrong, by the fault's word. */
  readonly distort: (word: string, path: string, body: unknown) => unknown;
}

export async function startVenueServer({ answer, distort }: ServerShape): Promise<VenueServer> {
  const asked: string[] = [];
  const defects: unknown[] = [];
  const faults: FaultQueue = createFaultQueue([], { clock: wallClock(), seed: 'faults' });
  const server = createServer((request, response) => {
    void (async () => {
      const seen = await requestOf(request);
      if (seen.path === '/__ctl/clock')
        return sendAnswer({ request, response }, machineClock(), null);
      asked.push(`${seen.method} ${seen.path}`);
      const fault = faults.take(seen.method, seen.path);
      const wire = { request, response };
      if (fault !== null && refuseOnWire(wire, fault) !== false) return;
      const { status = 200, body } = answer(seen);
      const told = fault === null ? body : distort(fault.kind, seen.path, body);
      sendAnswer(wire, { status, body: told as Readonly<Record<string, unknown>> }, fault);
    })().catch((error: unknown) => {
      defects.push(error);
      response.destroy();
    });
  });
  const url = await listen(server);
  return {
    ...{ url, asked, defects },
    fault: (action, path, method) => {
      const match = method === undefined ? { path } : { path, method };
      faults.add(parseFaultRules([{ match, times: 1, action }], 'test'));
    },
    clear: () => {
      faults.clear();
      asked.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A bot on it lives in the machine's time. */
function machineClock(): { status: number; body: Readonly<Record<string, unknown>> } {
  const now = wallClock().now();
  return { status: 200, body: { time_ms: now, wall_ms: now, speed: 1, ends_ms: now + DAY } };
}

async function requestOf(request: IncomingMessage): Promise<VenueRequest> {
  const body = (await bodyOf(request)) ?? '';
  const [path = '', query = ''] = (request.url ?? '/').split('?');
  const { method = 'GET', headers } = request;
  const params = new URLSearchParams(query === '' && !body.startsWith('{') ? body : query);
  return { method, path, query, body, headers, params };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
