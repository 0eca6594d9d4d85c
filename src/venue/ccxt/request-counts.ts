/** Counts of what a venue was asked: a cycle that needs more requests than it should is seen here. */
import type { RequestNote } from './fetch.ts';

export interface RequestCounts {
  readonly total: number;
  /** Without an answer, or with one that is not 2xx. */
  readonly failed: number;
  /** Answered with 429 or 418. */
  readonly limited: number;
  readonly bytes: number;
}

export interface RequestCounter {
  add(note: RequestNote): void;
  counts(): RequestCounts;
}

export function createRequestCounter(): RequestCounter {
  let counts: RequestCounts = { total: 0, failed: 0, limited: 0, bytes: 0 };
  return {
    add: ({ status, bytes }) => {
      const isGood = status !== null && status >= 200 && status < 300;
      const isLimited = status === 429 || status === 418;
      counts = {
        total: counts.total + 1,
        failed: counts.failed + (isGood ? 0 : 1),
        limited: counts.limited + (isLimited ? 1 : 0),
        bytes: counts.bytes + bytes,
      };
    },
    counts: () => counts,
  };
}
