/** How a live venue answers, as `status` reads it: kept beside the journal, because it is no fact of it. */
import type { Db } from '../core/database.ts';
import { readMeta, writeMeta } from '../core/meta.ts';
import { MINUTE, type Clock, type Ms } from '../domain/clock.ts';
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

/** Written when the breaker moves or fails, and each minute: a commit costs a flush of the disk. */
export function createHealthNotes(
  db: Db,
  clock: Clock,
  of: { facts: VenueFacts; live: LiveVenue; failing: () => number },
): HealthNotes {
  let written = '';
  let writtenMs: Ms | null = null;
  return {
    note() {
      const health = healthOf(of);
      const urgent = `${health.breaker} ${health.failures > 0} ${health.candles_failing > 0}`;
      const now = clock.now();
      if (urgent === written && writtenMs !== null && now - writtenMs < MINUTE) return;
      writeMeta(db, { venue_health: JSON.stringify(health) });
      written = urgent;
      writtenMs = now;
    },
  };
}

/** Null for a home on a recording, and before a live bot said anything. */
export function readVenueHealth(db: Db): VenueHealth | null {
  const written = readMeta(db, 'venue_health');
  return written === null ? null : (JSON.parse(written) as VenueHealth);
}

function healthOf({
  facts,
  live,
  failing,
}: {
  facts: VenueFacts;
  live: LiveVenue;
  failing: () => number;
}): VenueHealth {
  const { state, failures, lastFailure, retryMs, answeredMs } = live.health();
  const { total, failed, limited } = live.requests();
  return {
    ...facts,
    breaker: state,
    failures,
    last_failure: lastFailure,
    retry_ms: retryMs,
    answered_ms: answeredMs,
    requests: total,
    requests_failed: failed,
    requests_limited: limited,
    candles_failing: failing(),
  };
}
