/**
 * What was seen in earlier observations and is seen still. Closing a row and cancelling an order rest on
 * absence, and absence counts only when two complete observations, some seconds apart, agree (rule 12).
 */
import type { Ms } from './clock.ts';

export interface Sighting {
  readonly atMs: Ms;
  /** The venue's time of that observation; null where it told none. */
  readonly serverMs: Ms | null;
}

/** By key, for example `absent TON/USD:USD`, with the observation that saw it first. */
export type Sightings = ReadonlyMap<string, Sighting>;

export const NOTHING_SEEN: Sightings = new Map();

/** One class of keys, by what they begin with; `null` when this observation could not tell. */
export interface Seen {
  readonly prefix: string;
  readonly keys: Iterable<string> | null;
}

/** The memory after one more observation: what is still seen keeps its first time, the rest is forgotten. */
export function remember(before: Sightings, now: Sighting, classes: readonly Seen[]): Sightings {
  const next = new Map<string, Sighting>();
  for (const { prefix, keys } of classes) {
    if (keys === null) {
      for (const [key, first] of before) if (key.startsWith(prefix)) next.set(key, first);
      continue;
    }
    for (const key of keys) next.set(key, before.get(key) ?? now);
  }
  return next;
}

/** True when `key` was seen first at least `apartMs` before, by the clock and by the venue's own. */
export function wasSeenApart(
  before: Sightings,
  key: string,
  { now, apartMs }: { readonly now: Sighting; readonly apartMs: Ms },
): boolean {
  const first = before.get(key);
  if (first === undefined || now.atMs - first.atMs < apartMs) return false;
  if (first.serverMs === null || now.serverMs === null) return true;
  return now.serverMs > first.serverMs;
}
