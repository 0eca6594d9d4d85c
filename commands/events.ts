/** `tradectl events tail`: a line per event, `seq time TYPE symbol key=value`; `-f` goes on. */
import { openOwnJournal } from '../src/forensics/own-journal.ts';
import { sinceSeq, type Since } from '../src/forensics/since-seq.ts';
import {
  readEventsAfter,
  readNewestEvents,
  replacedUnder,
  type EventDocument,
  type EventFilter,
} from '../src/engine/operations/read-events.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { EVENT_TYPES } from '../src/domain/event-sentence.ts';
import { goneText } from '../src/domain/lost-events.ts';
import { lostTail } from '../src/forensics/lost-tail.ts';
import { isoTime, ms } from '../src/domain/clock.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { placedCommand } from './output/placed-command.ts';
import { safeText } from './output/safe-text.ts';
import { stopOnSignals } from './stop-on-signals.ts';

export interface EventsFlags {
  readonly follow?: boolean;
  readonly since?: Since;
  readonly type?: string;
  readonly symbol?: string;
  /** Null shows the newest twenty, or all of what `since` asks for. */
  readonly limit?: number;
}

const POLL = ms(500);
const NEWEST = 20;
/** Rows in memory at once: a journal may be larger than the host. */
const PAGE = 500;

export async function tail(context: Context, flags: EventsFlags): Promise<number> {
  const filter: EventFilter = {
    type: flags.type === undefined ? null : typeOf(flags.type),
    symbol: flags.symbol ?? null,
  };
  tellLostTail(context);
  let seq = flags.since === undefined ? 0 : placeOf(context, flags.since);
  let last: EventDocument | null = null;
  const print = (events: readonly EventDocument[]): void => {
    context.out(
      events.map((event) => (context.json ? jsonLine(event) : eventLine(event))).join(''),
    );
    last = events.at(-1) ?? last;
    seq = last?.seq ?? seq;
  };
  const printNew = (): void => {
    const replaced = last === null ? null : replacedUnder(context.home, last);
    if (replaced !== null) {
      context.err(
        `warn: another journal was put in place; its new events follow event ${replaced}\n`,
      );
      [seq, last] = [replaced, null];
    }
    for (;;) {
      const events = readEventsAfter(context.home, filter, { afterSeq: seq, limit: PAGE });
      if (events.length > 0) print(events);
      if (events.length < PAGE) return;
    }
  };
  if (flags.since === undefined) {
    print(readNewestEvents(context.home, filter, flags.limit ?? NEWEST));
  } else if (flags.limit !== undefined) {
    print(readEventsAfter(context.home, filter, { afterSeq: seq, limit: flags.limit }));
  } else printNew();
  if (flags.follow === true) await follow(context, printNew);
  return 0;
}

/** A word that is no type finds nothing, and that would read as if it had never happened. */
function typeOf(written: string): string {
  const type = written.toUpperCase();
  const known: readonly string[] = EVENT_TYPES;
  if (known.includes(type)) return type;
  const near = known.filter((each) => each.includes(type) || type.includes(each));
  const guess = near.length === 0 ? '' : `did you mean ${near.slice(0, 3).join(', ')}? `;
  throw new TradectlError('USAGE', `no event has the type ${JSON.stringify(written)}`, {
    hint: `${guess}tradectl events stats lists those of this journal`,
  });
}

function tellLostTail(context: Context): void {
  const lost = lostTail(context.home);
  if (lost === null) return;
  const look = placedCommand('tradectl events gap', context, null) ?? '';
  context.err(`warn: ${goneText(lost.from, lost.to)}: ${look}\n`);
}

function placeOf(context: Context, since: Since): number {
  if ('seq' in since) return since.seq;
  const journal = openOwnJournal(context.home);
  try {
    return sinceSeq(journal, since);
  } finally {
    journal.close();
  }
}

/** Until Ctrl-C; that is how a tail ends, so the exit code is 0. */
async function follow(context: Context, printNew: () => void): Promise<void> {
  const stop = stopOnSignals({ withReader: true });
  try {
    while (!stop.signal.aborted) {
      await context.clock.sleep(POLL, stop.signal);
      if (!stop.signal.aborted) printNew();
    }
  } finally {
    stop.release();
  }
}

export function eventLine(event: EventDocument): string {
  const facts = Object.entries(event.payload)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${valueText(value)}`);
  const order = event.client_order_id === null ? [] : [`order=${event.client_order_id}`];
  const parts = [event.seq, isoTime(ms(event.ts_ms)), event.type, event.symbol ?? '-'];
  return `${safeText([...parts, ...order, ...facts].join(' '))}\n`;
}

/** Bare when it is one word, JSON otherwise, so that a line can be split at spaces. */
function valueText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
