/**
 * What only the venue can tell a doctor: its clock, and what the key may do. It is asked when the operator
 * says so, once, and nothing is sent but these two questions. A failure is the answer of each check.
 */
import { inspectConfig, type ConfigSource } from '../../../config/inspect.ts';
import { loadConfig } from '../../../config/load.ts';
import { readSecrets } from '../../../config/secret.ts';
import type { Clock } from '../../../domain/clock.ts';
import type { Reading } from '../../../domain/venue.ts';
import type { VenueClock } from '../../../host/check-clock.ts';
import type { LiveVenue } from '../../../venue/ccxt/live-venue.ts';
import { startedWith, type StartedWith } from '../../claim-home.ts';
import { readHomeOrNull } from '../read-home.ts';
import type { KeyAnswer } from './configuration-checks.ts';

export interface VenueProbe {
  readonly venueClock: VenueClock;
  readonly checkKey: () => Promise<KeyAnswer>;
  close(): Promise<void>;
}

/** Connects at the first question, if there is one; `rehearse` is the address of a local venue. */
export function askVenue(source: ConfigSource, rehearse: string | null, wall: Clock): VenueProbe {
  let opened: Promise<LiveVenue | null> | null = null;
  const venue = (): Promise<LiveVenue | null> => (opened ??= open(source, rehearse, wall));
  return {
    venueClock: async () => {
      const live = await venue();
      return live === null ? null : { offsetMs: first(await live.serverTime()).offsetMs };
    },
    checkKey: async () => {
      const live = await venue();
      if (live === null) return { asked: false, why: 'the paper venue has no key' };
      return { asked: true, report: first(await live.checkKey()) };
    },
    close: async () => {
      const live = await opened?.catch(() => null);
      live?.close();
    },
  };
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

/** True when orders of this home, or of a bot started now, go out with a key. */
export function tradesWithKey(source: ConfigSource): boolean {
  const mode = startedOnVenue(source)?.loaded.config.mode;
  if (mode !== undefined) return mode === 'live';
  const { values } = inspectConfig(source);
  return values.get('venue') !== 'paper' && values.get('mode') === 'live';
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
