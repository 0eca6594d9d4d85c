/** How a live venue answers, as `status` reads it: kept beside the journal, because it is no fact of it. */
import type { Db } from '../core/database.ts';
import { readMeta, writeMeta } from '../core/meta.ts';
import { ms, type Clock, type Ms } from '../domain/clock.ts';
import type { VenueFacts } from '../domain/venue-facts.ts';
import type { LiveVenue } from '../venue/ccxt/live-venue.ts';

export interface VenueHealth extends VenueFacts {
  readonly breaker: 'closed' | 'open' | 'half_open';
  readonly failures: number;
  readonly last_failure: string | null;
  readonly retry_ms: number | null;
  readonly answered_ms: number | null;
  readonly requests: number;
  readonly requests_failed: number;
  readonly requests_limited: number;
  /** Markets whose last candle request failed. */
  readonly candles_failing: number;
}

export interface HealthNotes {
  note(): void;
}

export interface HealthParts {
  readonly facts: VenueFacts;
  readonly live: LiveVenue;
  readonly failing: () => number;
  readonly wall: Clock;
  /** The venue's time: what the breaker tells is in it. */
  readonly clock: Clock;
}

/** Written when something was asked since: `status` tells of now, not of a minute ago. */
export function createHealthNotes(db: Db, parts: HealthParts): HealthNotes {
  let written = '';
  return {
    note() {
      const { state } = parts.live.health();
      const seen = `${state} ${parts.live.requests().total} ${parts.failing()}`;
      if (seen === written) return;
      writeMeta(db, { venue_health: JSON.stringify(healthOf(parts)) });
      written = seen;
    },
  };
}

/** Null for a home on a recording, and before a live bot said anything. */
export function readVenueHealth(db: Db): VenueHealth | null {
  const written = readMeta(db, 'venue_health');
  return written === null ? null : (JSON.parse(written) as VenueHealth);
}

function healthOf({ facts, live, failing, wall, clock }: HealthParts): VenueHealth {
  const { state, failures, lastFailure, retryMs, answeredMs } = live.health();
  const onWall = (at: Ms | null): Ms | null =>
    at === null ? null : ms(wall.now() + (at - clock.now()));
  const { total, failed, limited } = live.requests();
  return {
    ...facts,
    breaker: state,
    failures,
    last_failure: lastFailure,
    retry_ms: onWall(retryMs),
    answered_ms: onWall(answeredMs),
    requests: total,
    requests_failed: failed,
    requests_limited: limited,
    candles_failing: failing(),
  };
}
