/**
 * The control API of a test or an operator, `/__ctl/*`: what was asked, prices, the status of the next
 * order, what the key may do, fault rules. Never signed, so it only listens to this machine. A price acts
 * at once on what waits in its market, but only once in a minute: bars are minutes, so a second one acts
 * when the next begins.
 */
import { DAY, isoTime, ms, type Ms } from '../../domain/clock.ts';
import { price, type Price } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import { MOST_SPEED, type ScaledClock } from '../../domain/scaled-clock.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Book } from './book.ts';
import type { Answer } from './call.ts';
import type { Exchange } from './exchange.ts';
import { parseFaultRules } from './fault-rules.ts';
import type { FaultQueue } from './fault-queue.ts';

/** A request that came in. Headers are not kept: they hold the key and its signature. */
export interface SeenRequest {
  readonly atMs: Ms;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  /** Null until it is answered, and for ever when it is not. */
  status: number | null;
  /** The fault rule it met. */
  readonly fault: string | null;
}

/** One jump judges every minute in between: a year would be asked by mistake. */
const MOST_ADVANCE = 31 * DAY;

export interface ControlOf {
  readonly book: Book;
  readonly time: ScaledClock;
  readonly exchange: Exchange;
  readonly faults: FaultQueue;
  readonly seen: SeenRequest[];
}

/** Never throws for what was asked wrongly: the answer says it, with 400. */
export async function control(
  of: ControlOf,
  { method, path, body }: { method: string; path: string; body: string },
): Promise<Answer> {
  try {
    return (await act(of, `${method} ${path}`, body)) ?? refusal('notFound', 404);
  } catch (error) {
    if (error instanceof TradectlError) return refusal(error.message, 400);
    if (error instanceof SyntaxError) return refusal(`the body is no JSON: ${error.message}`, 400);
    throw error;
  }
}

async function act(of: ControlOf, wish: string, body: string): Promise<Answer | null> {
  const { book, exchange, faults, seen } = of;
  if (wish === 'GET /__ctl/requests') return { body: { requests: seen.map(seenRow) } };
  if (wish === 'GET /__ctl/faults') return { body: { faults: faults.left() } };
  if (wish === 'POST /__ctl/faults') {
    faults.add(parseFaultRules(JSON.parse(body), 'faults'));
    return { body: { faults: faults.left() } };
  }
  if (wish === 'POST /__ctl/next-status') {
    exchange.forcedStatuses.push(textField(body, 'status'));
    return { body: { next: exchange.forcedStatuses } };
  }
  if (wish === 'GET /__ctl/clock') return clockRow(of);
  if (wish === 'POST /__ctl/clock') return setClock(of, body);
  if (wish === 'POST /__ctl/price') return setPrice(book, body);
  if (wish === 'POST /__ctl/key') return setKey(book, body);
  if (wish !== 'POST /__ctl/clear') return null;
  book.bars.unpinAll();
  faults.clear();
  seen.length = 0;
  exchange.forcedStatuses.length = 0;
  return { body: { cleared: true } };
}

/** `{"symbol":"PF_XBTUSD","price":"60000"}`; a price of null lets the recording go on. */
async function setPrice(book: Book, body: string): Promise<Answer> {
  const id = textField(body, 'symbol');
  const symbol = book.listing.markets.get(id) ?? (id as Symbol);
  const { price: written } = JSON.parse(body) as { price?: unknown };
  if (written === undefined) throw new TradectlError('VALUE_INVALID', 'price is missing');
  const wanted = written === null ? null : priceOf(written);
  await book.advance();
  await book.setPrice(symbol, wanted);
  return { body: { symbol, price: wanted?.toFixed() ?? null } };
}

/** The venue's time, and what another process of this machine needs to run along. */
function clockRow({ book, time }: ControlOf): Answer {
  const { timeMs, wallMs, speed } = time.anchor();
  const endsMs = book.tape.windowTo + book.shift;
  return {
    body: {
      time: isoTime(timeMs),
      speed,
      time_ms: timeMs,
      wall_ms: wallMs,
      ends: isoTime(ms(endsMs)),
      ends_ms: endsMs,
    },
  };
}

/** `{"speed":60}`, `{"advance_ms":14400000}` or both: the jump first, then the pace from there. */
async function setClock(of: ControlOf, body: string): Promise<Answer> {
  const written = JSON.parse(body) as Record<string, unknown> | null;
  const { speed = of.time.speed, advance_ms: advance = 0 } = written ?? {};
  if (typeof speed !== 'number' || !(speed >= 0 && speed <= MOST_SPEED)) {
    throw new TradectlError('VALUE_INVALID', `speed must be a number, 0 to ${MOST_SPEED}`);
  }
  if (typeof advance !== 'number' || !(advance >= 0 && advance <= MOST_ADVANCE)) {
    throw new TradectlError('VALUE_INVALID', `advance_ms must be a number, 0 to ${MOST_ADVANCE}`);
  }
  const { timeMs, wallMs } = of.time.anchor();
  of.time.follow({ wallMs, timeMs: ms(timeMs + advance), speed });
  await of.book.advance();
  return clockRow(of);
}

/** `{"transfer":"FULL_ACCESS"}`, `{"allowedCidrBlocks":[]}`: what is named changes. */
function setKey(book: Book, body: string): Answer {
  const wanted = JSON.parse(body) as Readonly<Record<string, unknown>> | null;
  const blocks = wanted?.['allowedCidrBlocks'];
  if (blocks !== undefined && !Array.isArray(blocks)) {
    throw new TradectlError('VALUE_INVALID', 'allowedCidrBlocks must be a list');
  }
  book.key = {
    general: wanted?.['general'] === undefined ? book.key.general : textField(body, 'general'),
    transfer: wanted?.['transfer'] === undefined ? book.key.transfer : textField(body, 'transfer'),
    allowedCidrBlocks: blocks?.map(String) ?? book.key.allowedCidrBlocks,
  };
  return { body: { key: book.key } };
}

function priceOf(written: unknown): Price {
  if (typeof written === 'string' || typeof written === 'number') return price(written);
  throw new TradectlError('VALUE_INVALID', 'price must be a number, text or null');
}

function textField(body: string, name: string): string {
  const value = (JSON.parse(body) as Record<string, unknown> | null)?.[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new TradectlError('VALUE_INVALID', `${name} must be text`);
}

function seenRow({ atMs, ...request }: SeenRequest): Readonly<Record<string, unknown>> {
  return { at: isoTime(atMs), ...request };
}

function refusal(error: string, status: number): Answer {
  return { status, body: { error } };
}
