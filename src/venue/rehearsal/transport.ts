/** How an answer goes out, and the ways in which it may not: the HTTP side of fault rules. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { FaultAction } from './fault-rules.ts';

export interface Wire {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const MOST_BYTES = 1_000_000;
const JSON_TYPE = 'application/json';
const MAINTENANCE =
  '<!doctype html><html><head><title>Maintenance</title></head><body>Scheduled maintenance.</body></html>';

/** The whole body as text; null when the client went away or sent too much. */
export async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MOST_BYTES) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Faults that keep the request from being executed; false when it is to go on. */
export function refuseOnWire(
  { request, response }: Wire,
  fault: FaultAction,
): number | null | false {
  if (fault.kind === 'hang') return null;
  if (fault.kind === 'reset') {
    request.socket.resetAndDestroy();
    return null;
  }
  if (fault.kind === 'maintenance') {
    send(response, { status: 503, type: 'text/html', body: MAINTENANCE });
    return 503;
  }
  if (fault.kind !== 'respond') return false;
  const type = /^\s*[{[]/.test(fault.body) ? JSON_TYPE : 'text/html';
  send(response, { status: fault.status, type, body: fault.body });
  return fault.status;
}

/** Sends the answer of an executed request, or what the fault leaves of it; null: no whole answer. */
export function sendAnswer(
  { request, response }: Wire,
  { status, body }: { status: number; body: Readonly<Record<string, unknown>> },
  fault: FaultAction | null,
): number | null {
  const text = Buffer.from(JSON.stringify(body));
  const kind = fault?.kind;
  if (kind === 'execute-then-drop-the-answer') {
    request.socket.destroy();
    return null;
  }
  if (kind === 'stall-after-headers' || kind === 'truncate') {
    response.writeHead(status, { 'Content-Type': JSON_TYPE, 'Content-Length': text.length });
    response.flushHeaders();
    if (kind === 'truncate') {
      response.write(text.subarray(0, Math.floor(text.length / 2)), () => request.socket.destroy());
    }
    return null;
  }
  const isZipped = kind === 'gzip';
  send(response, { status, type: JSON_TYPE, body: isZipped ? gzipSync(text) : text, isZipped });
  return status;
}

function send(
  response: ServerResponse,
  {
    status,
    type,
    body,
    isZipped = false,
  }: {
    status: number;
    type: string;
    body: string | Buffer;
    isZipped?: boolean;
  },
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...(isZipped ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(body);
}
