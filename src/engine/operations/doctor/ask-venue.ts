/**
 * What only the venue can tell a doctor: its clock, and what the key may do. It is asked when the operator
 * says so, once, and nothing is sent but these two questions. A failure is the answer of each check.
 */
import { inspectConfig, type ConfigSource } from '../../../config/inspect.ts';
import { loadConfig } from '../../../config/load.ts';
import { readSecrets } from '../../../config/secret.ts';
import type { Clock } from '../../../domain/clock.ts';
import { messageOf, TradectlError } from '../../../domain/errors.ts';
import type { Reading } from '../../../domain/venue.ts';
import type { VenueClock } from '../../../host/check-clock.ts';
import type { LiveVenue } from '../../../venue/ccxt/live-venue.ts';
import { startedWith, type StartedWith } from '../../claim-home.ts';
import { readHomeOrNull } from '../read-home.ts';
import type { KeyAnswer } from './configuration-checks.ts';
import type { Unanswered } from './read-doctor.ts';

export interface VenueProbe {
  readonly venueClock: VenueClock;
  readonly checkKey: () => Promise<KeyAnswer>;
  /** Why a question stayed without an answer; null while none did. */
  readonly unanswered: () => Unanswered | null;
  close(): Promise<void>;
}

/** Connects at the first question, if there is one; `rehearse` is the address of a local venue. */
export function askVenue(source: ConfigSource, rehearse: string | null, wall: Clock): VenueProbe {
  let opened: Promise<LiveVenue | null> | null = null;
  const venue = (): Promise<LiveVenue | null> => (opened ??= open(source, rehearse, wall));
  let unanswered: Unanswered | null = null;
  const ask = async <T>(question: (live: LiveVenue | null) => Promise<T>): Promise<T> => {
    try {
      return await question(await venue());
    } catch (error) {
      const asked = wasAsked(error);
      const [first = ''] = messageOf(error).split('\n');
      const why = first.replace(/:$/, '');
      unanswered ??= { asked, why };
      if (asked) throw error;
      throw new Error(`the venue was not asked: ${why}`, { cause: error });
    }
  };
  return {
    venueClock: () =>
      ask(async (live) => {
        return live === null ? null : { offsetMs: first(await live.serverTime()).offsetMs };
      }),
    checkKey: () =>
      ask(async (live) => {
        if (live === null) return { asked: false, why: 'the paper venue has no key' };
        return { asked: true, report: first(await live.checkKey()) };
      }),
    unanswered: () => unanswered,
    close: async () => {
      const live = await opened?.catch(() => null);
      live?.close();
    },
  };
}

/** A configuration or a journal that cannot be read ends it before any question goes out. */
function wasAsked(error: unknown): boolean {
  return !(error instanceof TradectlError) || error.code.startsWith('VENUE_');
}

/** Null when this home, or the configuration of a new one, trades on a recording only. */
async function open(
  source: ConfigSource,
  asked: string | null,
  wall: Clock,
): Promise<LiveVenue | null> {
  const started = startedOnVenue(source);
  const loaded = started?.loaded ?? loadConfig(source);
  if (loaded.config.venue === 'paper') return null;
  const rehearse = asked ?? started?.rehearse ?? null;
  // The exchange library is 75 MB: only who asks the venue pays for it.
  const { connect } = await import('../../open-live-venue.ts');
  const quiet = (): void => undefined;
  const options = { loaded, rehearse, wall, isRun: false, log: quiet, onRequest: quiet };
  return (await connect(options)).live;
}

/** True when orders of this home, or of a bot started now, go out with a key; throws when nothing says it. */
export function tradesWithKey(source: ConfigSource): boolean {
  const started = startedOnVenue(source)?.loaded.config.mode;
  if (started !== undefined) return started === 'live';
  const { values, violations } = inspectConfig(source);
  // A name that is not known may have been meant to be the venue.
  if (violations.length > 0) {
    throw new Error('not known: the configuration is broken, and may mean another venue');
  }
  const [venue, mode] = [values.get('venue'), values.get('mode')];
  return venue !== 'paper' && mode === 'live';
}

/** Where the bot of this home really trades, whatever the files and variables of today say. */
function startedOnVenue(source: ConfigSource): Pick<StartedWith, 'loaded' | 'rehearse'> | null {
  const started = source.home === null ? null : readHomeOrNull(source.home, startedWith);
  if (started === null || started.loaded.config.venue === 'paper') return null;
  const { secrets } = readSecrets(source);
  return { loaded: { ...started.loaded, secrets }, rehearse: started.rehearse };
}

function first<T>(reading: Reading<T>): T {
  if (reading.read === 'unknown') throw new Error(`the venue: ${reading.reason}`);
  const row = reading.rows[0];
  if (row === undefined) throw new Error('the venue: an empty answer');
  return row;
}
