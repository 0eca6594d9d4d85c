/**
 * The control API of a test or an operator, `/__ctl/*`: what was asked, the clock, the status of the next
 * order, fault rules, and what is done by hand. Never signed, so it only listens to this machine.
 */
import { DAY, isoTime, ms, type Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import { MOST_SPEED, type ScaledClock } from '../../domain/scaled-clock.ts';
import { USUAL_KEY, type Book } from './book.ts';
import { BY_HAND } from './by-hand.ts';
import type { Answer } from './call.ts';
import { fieldsOf, textField } from './control-fields.ts';
import type { Exchange } from './exchange.ts';
import { parseFaultRules, writtenRule } from './fault-rules.ts';
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
    return (
      (await act(of, `${method} ${path.slice('/__ctl/'.length)}`, body)) ?? refusal('notFound', 404)
    );
  } catch (error) {
    if (error instanceof TradectlError) return refusal(error.message, 400);
    if (error instanceof SyntaxError) return refusal(`the body is no JSON: ${error.message}`, 400);
    throw error;
  }
}

type Action = (of: ControlOf, body: string) => Answer | Promise<Answer>;

const ACTIONS: Readonly<Record<string, Action>> = {
  'GET requests': ({ seen }) => ({ body: { requests: seen.map(seenRow) } }),
  'GET faults': ({ faults }) => ({ body: { faults: faults.left().map(writtenRule) } }),
  'POST faults': ({ faults }, body) => {
    faults.add(parseFaultRules(JSON.parse(body), 'faults'));
    return { body: { faults: faults.left().map(writtenRule) } };
  },
  'POST next-status': ({ exchange }, body) => {
    exchange.forcedStatuses.push(textField(fieldsOf(body), 'status'));
    return { body: { next: exchange.forcedStatuses } };
  },
  'GET clock': clockRow,
  'POST clock': setClock,
  'POST clear': (of) => {
    of.book.bars.unpinAll();
    of.book.listing.reset();
    of.book.funding.clear();
    of.book.key = USUAL_KEY;
    of.faults.clear();
    of.seen.length = 0;
    of.exchange.forcedStatuses.length = 0;
    return { body: { cleared: true } };
  },
  ...mapActions(BY_HAND),
};

/** What is done to the account and its markets happens at the venue's time of now. */
function mapActions(actions: typeof BY_HAND): Record<string, Action> {
  const entries = Object.entries(actions).map(([wish, action]): [string, Action] => [
    wish,
    async ({ book }, body) => {
      await book.advance();
      return action(book, fieldsOf(body));
    },
  ]);
  return Object.fromEntries(entries);
}

async function act(of: ControlOf, wish: string, body: string): Promise<Answer | null> {
  const action = Object.hasOwn(ACTIONS, wish) ? ACTIONS[wish] : undefined;
  return action === undefined ? null : await action(of, body);
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
  const { speed = of.time.speed, advance_ms: advance = 0 } = fieldsOf(body);
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

function seenRow({ atMs, ...request }: SeenRequest): Readonly<Record<string, unknown>> {
  return { at: isoTime(atMs), ...request };
}

function refusal(error: string, status: number): Answer {
  return { status, body: { error } };
}
