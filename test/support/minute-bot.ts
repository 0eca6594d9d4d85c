/**
 * A whole bot in a cycle per minute, as in real time but without waiting, with a bad line that can be told
 * what to say before the start. What its venue really has stays in the home, for the next life.
 */
import { onTestFinished } from 'vitest';
import { decimal } from '../../src/domain/decimal.ts';
import { MINUTE, ms } from '../../src/domain/clock.ts';
import type { EventOf, EventType } from '../../src/domain/event.ts';
import type { Order, OrderRole } from '../../src/domain/order.ts';
import type { Position } from '../../src/domain/position.ts';
import type { Symbol } from '../../src/domain/symbol.ts';
import type { Reading } from '../../src/domain/venue.ts';
import type { RecordedBot } from '../../src/engine/assemble.ts';
import { runLoop } from '../../src/engine/run-loop.ts';
import { startUp } from '../../src/engine/startup.ts';
import type { VenueReader } from '../../src/venue/port.ts';
import type { EngineWorld } from './engine-world.ts';
import { TON } from './engine-world.ts';
import { faultyVenue, type FaultyVenue } from './faulty-venue.ts';

export interface MinuteBot {
  readonly assembled: RecordedBot;
  readonly bot: RecordedBot['bot'];
  readonly venue: FaultyVenue;
  /** This many cycles, a minute apart. */
  minutes(count: number): Promise<void>;
  position(of?: Symbol): Position | null;
  /** Orders the registry takes for alive. */
  alive(role: OrderRole, of?: Symbol): Order[];
  of<T extends EventType>(type: T): EventOf<T>[];
  die(): void;
}

/** A new process on the home, a minute after whatever was before. */
export async function startMinutes(
  world: Pick<EngineWorld, 'assemble'>,
  prepare: (line: { readonly reader: VenueReader; readonly venue: FaultyVenue }) => void = () =>
    undefined,
): Promise<MinuteBot> {
  const assembled = world.assemble();
  const { bot, clock } = assembled;
  onTestFinished(() => assembled.close());
  const venue = badLine(assembled);
  prepare({ reader: assembled.venue.reader, venue });
  clock.advanceTo(ms(clock.now() + MINUTE));
  assembled.warmUp();
  await startUp(assembled);
  return {
    assembled,
    bot,
    venue,
    minutes: (count) => passMinutes(assembled, count),
    position: (of = TON) => bot.journal.registry().positions.get(of) ?? null,
    alive: (role, of = TON) =>
      [...bot.journal.registry().orders.values()].filter(
        (order) => order.role === role && order.symbol === of,
      ),
    of: <T extends EventType>(type: T) => bot.view.eventsAfter(0, { type }) as EventOf<T>[],
    die: () => assembled.close(),
  };
}

function badLine({ venue, clock }: RecordedBot): FaultyVenue {
  const behind = { ...venue, trader: { ...venue.trader }, reader: { ...venue.reader } };
  const faulty = faultyVenue(behind, clock);
  Object.assign(venue.trader, faulty.trader);
  Object.assign(venue.reader, faulty.reader);
  return faulty;
}

/** This many cycles of a started bot, a minute apart. */
export async function passMinutes(assembled: RecordedBot, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await oneMinute(assembled);
}

async function oneMinute({ bot, feed, venue, clock, recording }: RecordedBot): Promise<void> {
  await runLoop(bot, {
    feed,
    venue,
    clock,
    windowFrom: recording.windowFrom,
    safePoint: { visit: () => Promise.resolve() },
    speed: 'real',
    cycles: 1,
    signal: new AbortController().signal,
    onCycle: () => undefined,
    script: () => Promise.resolve(),
  });
}

/** What the venue answers from here on, through `change`; gives back the way to undo it. */
export function retell<K extends 'positions' | 'openOrders' | 'fills' | 'orderHistory' | 'account'>(
  reader: VenueReader,
  what: K,
  change: (rows: RowsOf<K>) => RowsOf<K>,
): () => void {
  const plain = reader[what];
  const read = plain.bind(reader) as (since: never) => Promise<Reading<RowsOf<K>[number]>>;
  const told = async (since: never): Promise<Reading<RowsOf<K>[number]>> => {
    const reading = await read(since);
    return reading.read === 'unknown'
      ? reading
      : { ...reading, rows: change(reading.rows as RowsOf<K>) };
  };
  Object.assign(reader, { [what]: told });
  return () => void Object.assign(reader, { [what]: plain });
}

type RowsOf<K extends keyof VenueReader> =
  Awaited<ReturnType<VenueReader[K]>> extends Reading<infer T> ? readonly T[] : never;

/** An account without a position: nothing contradicts an empty list. */
export function withoutMargin(reader: VenueReader): void {
  retell(reader, 'account', (rows) => rows.map((row) => ({ ...row, initialMargin: decimal('0') })));
}

/** The venue tells only of trades of this bot. */
export function forgetHands(reader: VenueReader): void {
  retell(reader, 'fills', (rows) =>
    rows.filter(({ clientOrderId }) => clientOrderId?.startsWith('tc-') === true),
  );
}
