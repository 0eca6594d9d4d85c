/** Prices of a live venue, fills of the paper venue: no key, no order leaves this machine. */
import type { Config } from '../config/config.ts';
import type { HomePaths } from '../core/home.ts';
import type { Clock } from '../domain/clock.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Symbol } from '../domain/symbol.ts';
import { createTickBars } from '../market/tick-bars.ts';
import type { LiveVenue } from '../venue/ccxt/live-venue.ts';
import { createPaperVenue } from '../venue/paper/paper-venue.ts';
import type { Venue } from '../venue/port.ts';

export interface PaperOnLiveOptions {
  readonly live: LiveVenue;
  readonly clock: Clock;
  readonly config: Config;
  readonly paths: HomePaths;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
}

/** Named `paper`: its fills are not the venue's. */
export function paperOnLive({
  live,
  clock,
  config,
  paths,
  instruments,
}: PaperOnLiveOptions): Venue {
  const ticks = createTickBars(clock);
  const paper = createPaperVenue({
    file: paths.paper,
    clock,
    bars: ticks,
    instruments,
    settings: config.paper,
  });
  return {
    ...paper,
    reader: {
      ...paper.reader,
      instruments: () => live.reader.instruments(),
      async marks() {
        const reading = await live.reader.marks();
        if (reading.read === 'unknown') return reading;
        const now = clock.now();
        ticks.note(reading.rows, now);
        // An entry that filled on the way is protected by the settling that asked for these prices.
        while (paper.advanceTo(now) < now);
        return reading;
      },
    },
  };
}
