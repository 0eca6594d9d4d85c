/**
 * A heap that stays near what lives in it. A running bot keeps about 20 MB alive; V8 trades memory for
 * throughput and lets the young generation grow to 130 MB and the old one to four times the live data.
 * Measured on 243 markets: 283 MB resident without this, 134 MB with it, at no cost of CPU.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of both halves: with 2 MB collections took a fifth of the CPU, with 16 MB they are not noticed. */
const YOUNG_BYTES = 16 * 1024 * 1024;
/** Enough survivors to reach it several times over; a V8 that does not grow must not hang us. */
const MAX_ROUNDS = 2_000;
const OBJECTS_PER_ROUND = 200;

/**
 * Call once, before the heap has grown; takes about 20 ms. The size flags (`--max-semi-space-size`) are
 * only read when a process starts, these two at each collection.
 */
export function keepHeapSmall(): void {
  // Collect when the old generation is 1.6 times what lived at the last collection, not 4 times.
  setFlagsFromString('--heap-growing-percent=60');
  if (!isYoungSizeChosen()) growYoungGeneration();
  // From here on it keeps its size.
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * For a command that reads a lot and keeps nothing, beside a bot on a small host: the young generation stays as it
 * is at the start. Call first.
 */
export function keepHeapTiny(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  // The optimising compiler takes 6 MB, and saves no time where SQLite does the work.
  setFlagsFromString('--no-opt');
}

/** Whoever starts us with a size of his own gets it: below it growing could only fill the old generation. */
function isYoungSizeChosen(): boolean {
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return options.includes('semi-space-size');
}

/** V8 doubles the young generation while much of it survives, so that is what it is given. */
function growYoungGeneration(): void {
  const survivors: number[][] = [];
  for (let round = 0; round < MAX_ROUNDS && youngBytes() < YOUNG_BYTES; round += 1) {
    for (let n = 0; n < OBJECTS_PER_ROUND; n += 1) survivors.push(new Array<number>(8).fill(n));
  }
}

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return young?.space_size ?? YOUNG_BYTES;
}
