/**
 * The clock of a rehearsal venue in another process: read once from its control API, then followed
 * without asking. A bot makes it its trading clock, so that its candles close when the venue's do.
 */
import { get } from 'node:http';
import { ms, SECOND, type Clock, type Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import {
  MOST_SPEED,
  scaledClock,
  type ClockAnchor,
  type ScaledClock,
} from '../../domain/scaled-clock.ts';

export interface SharedClock extends ScaledClock {
  /** When the recording is over and no market trades any more. */
  readonly endsMs: Ms;
  /** Asks again: somebody may have moved the venue's clock. Throws as {@link openSharedClock} does. */
  refresh(): Promise<void>;
}

const DEADLINE = ms(2 * SECOND);
const MOST_BYTES = 10_000;

/**
 * `url` is what `rehearse` printed. Throws USAGE for another host than 127.0.0.1, VENUE_UNREACHABLE where
 * nothing answers, and VENUE_UNKNOWN where what answers is no rehearsal venue.
 */
export async function openSharedClock(url: string, wall: Clock): Promise<SharedClock> {
  const address = clockAddress(url);
  const first = await readClock(address);
  const clock = scaledClock(wall, first.anchor);
  return Object.assign(clock, {
    endsMs: first.endsMs,
    refresh: async () => clock.follow((await readClock(address)).anchor),
  });
}

/** Only this machine has the same wall clock, and only a rehearsal may move a bot's time. */
function clockAddress(url: string): URL {
  const parsed = URL.parse('/__ctl/clock', url);
  if (parsed?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(parsed.hostname)) {
    return parsed;
  }
  throw new TradectlError('USAGE', `${JSON.stringify(url)} is no rehearsal venue`, {
    hint: 'use the address that `tradectl rehearse` printed: http://127.0.0.1:PORT',
  });
}

interface ReadClock {
  readonly anchor: ClockAnchor;
  readonly endsMs: Ms;
}

async function readClock(address: URL): Promise<ReadClock> {
  const text = await textOf(address);
  const clock = clockOf(text);
  if (clock !== null) return clock;
  throw new TradectlError(
    'VENUE_UNKNOWN',
    `what answers at ${address.origin} is no rehearsal venue`,
    {
      hint: 'start one with `tradectl rehearse`, and use the address it prints',
    },
  );
}

function textOf(address: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const hint =
        'is it still running? A new rehearsal has a new, empty account: give it a fresh --home';
      const why = `no rehearsal venue answers at ${address.origin}: ${error.message}`;
      reject(new TradectlError('VENUE_UNREACHABLE', why, { hint }));
    };
    const request = get(address, { agent: false, signal: AbortSignal.timeout(DEADLINE) });
    request.on('error', fail).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('error', fail);
      response.on('data', (piece: string) => {
        text += piece;
        if (text.length > MOST_BYTES) request.destroy(new Error('it answers too much'));
      });
      response.on('end', () => resolve(text));
    });
  });
}

function clockOf(text: string): ReadClock | null {
  let answer: Record<string, unknown> | null;
  try {
    answer = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return null;
  }
  const [timeMs, wallMs, speed, endsMs] = ['time_ms', 'wall_ms', 'speed', 'ends_ms'].map(
    (name) => answer?.[name],
  );
  if (!isTime(timeMs) || !isTime(wallMs) || !isTime(endsMs)) return null;
  if (typeof speed !== 'number' || !(speed >= 0 && speed <= MOST_SPEED)) return null;
  return { anchor: { timeMs: ms(timeMs), wallMs: ms(wallMs), speed }, endsMs: ms(endsMs) };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
