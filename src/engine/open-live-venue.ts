/** Connects to a live venue or to its rehearsal: clock, credentials, and what the key may do. */
import type { LoadedConfig } from '../config/load.ts';
import type { Secret } from '../config/secret.ts';
import { ms, type Clock, type Ms } from '../domain/clock.ts';
import { assert, TradectlError } from '../domain/errors.ts';
import { venueLine, type VenueFacts } from '../domain/venue-facts.ts';
import { packageFacts } from '../host/package-facts.ts';
import type { RequestNote } from '../venue/ccxt/fetch.ts';
import type { Credentials, KeyRights, LiveVenue, VenueOptions } from '../venue/ccxt/live-venue.ts';
import { openVenue } from '../venue/ccxt/open-venue.ts';
import { openSharedClock, type SharedClock } from '../venue/rehearsal/shared-clock.ts';
import { judgeKey } from './live-permission.ts';
import type { LogLevel } from './run-options.ts';

export interface Connection {
  readonly live: LiveVenue;
  readonly facts: VenueFacts;
  /** Trading time: the machine's, or a rehearsal's. */
  readonly clock: Clock;
  readonly followClock: () => Promise<void>;
  readonly credentials: Credentials | null;
  /** What the key may do; null for prices only, and for a command, which does not ask. */
  readonly rights: KeyRights | null;
}

export type Remembered = Pick<VenueOptions, 'depositsSince' | 'ownSymbols'>;

export interface ConnectOptions {
  readonly loaded: LoadedConfig;
  readonly rehearse: string | null;
  readonly wall: Clock;
  /** A bot that will trade, not a command that looks: the key is asked what it may do. */
  readonly isRun: boolean;
  readonly log: (level: LogLevel, line: string) => void;
  readonly onRequest: (at: Ms, note: RequestNote) => void;
  /** What the bot remembers of this account; absent for a command that only looks. */
  readonly remembered?: Remembered;
}

export async function connect(options: ConnectOptions): Promise<Connection> {
  const { loaded, rehearse, wall } = options;
  const { venue, mode, account, live: choices } = loaded.config;
  assert(venue !== 'paper', 'a live venue is opened for a configuration that names one');
  const shared = rehearse === null ? null : await openSharedClock(rehearse, wall);
  const clock: Clock = shared ?? wall;
  const credentials = mode === 'live' ? credentialsOf(loaded) : null;
  const live = await openVenue(venue, {
    credentials,
    clock,
    version: packageFacts().version,
    ...(rehearse === null ? {} : { rehearse }),
    onRequest: (note) => options.onRequest(wall.now(), note),
    ...options.remembered,
    timeoutMs: choices.requestTimeoutMs,
    // The network of a rehearsal is not faster than its clock.
    processWithin: ms(choices.processWithinMs * Math.max(1, shared?.speed ?? 1)),
  });
  const facts = { venue, mode, account, host: live.host, rehearsal: rehearse };
  // Before anything is sent.
  options.log('info', venueLine(facts));
  try {
    const rights = mode === 'live' && options.isRun ? await askRights(live, options) : null;
    return { live, facts, clock, followClock: () => follow(shared), credentials, rights };
  } catch (error) {
    live.close();
    throw error;
  }
}

/** A rehearsal that is gone is a venue that is gone: the bot lives on in the time it knows. */
async function follow(shared: SharedClock | null): Promise<void> {
  await shared?.refresh().catch(() => undefined);
}

/** A key that is wrong must not start, nor one of which nobody knows whether it may empty the account. */
async function askRights(
  live: LiveVenue,
  { loaded, log }: ConnectOptions,
): Promise<KeyRights | null> {
  const reading = await live.checkKey();
  const rights = reading.read === 'complete' ? reading.rows[0] : undefined;
  if (rights !== undefined) {
    for (const warning of judgeKey(rights)) log('warn', warning);
    return rights;
  }
  const why = reading.read === 'unknown' ? reading.reason : 'an empty answer';
  if (why.startsWith('auth')) {
    throw new TradectlError('VENUE_AUTH', `${live.host} refuses the key: ${why}`, {
      hint: 'check key and secret, and that the key is of this venue',
    });
  }
  if (!loaded.config.live.uncheckedKey) {
    throw new TradectlError('VENUE_UNKNOWN', `what the key may do could not be read: ${why}`, {
      hint: 'start again when the venue answers; or look at its page that the key can only trade, and set live.unchecked_key = true',
    });
  }
  log('warn', `what the key may do could not be read, and is not asked for: ${why}`);
  return null;
}

function credentialsOf({ config, secrets }: LoadedConfig): Credentials {
  const prefix = config.venue.toUpperCase();
  const take = (name: string): Secret => {
    const secret = secrets[name];
    if (secret !== undefined) return secret;
    throw new TradectlError('VENUE_AUTH', `no ${name} is set`, {
      hint: `put it into .env.local of the home (mode 0600), or as a file ${name} into $CREDENTIALS_DIRECTORY`,
    });
  };
  return { apiKey: take(`${prefix}_API_KEY`), apiSecret: take(`${prefix}_API_SECRET`) };
}
