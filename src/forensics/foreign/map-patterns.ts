/** The patterns of a map: what the words of another bot mean, each refused by name when it cannot work. */
import { nearest } from '../../config/nearest.ts';
import { messageOf } from '../../domain/errors.ts';
import { MEANINGS, type Meaning } from '../timeline.ts';
import type { MapPattern } from './bounded-matching.ts';

/** A word of the other bot and what it means here. */
export interface Saying extends MapPattern {
  readonly means: Meaning;
}

/** Throws the error of the map that says why. */
export type Fail = (why: string) => never;

/** Columns that name what a row is about. */
export const REFERENCES = [
  'symbol',
  'position_id',
  'client_order_id',
  'venue_order_id',
  'trade_id',
  'signal_id',
  'correlation_id',
] as const;

const LINE_GROUPS = ['time', 'level', 'text', 'pid', 'seq', ...REFERENCES];
const SAYING_GROUPS: Readonly<Record<string, readonly string[]>> = {
  log: ['pid', 'seq', 'count', 'before', 'after', ...REFERENCES],
  notes: ['count', ...REFERENCES],
  events: [],
};
/** What is about one position is lost when nothing says which. */
export const ABOUT_ONE: readonly Meaning[] = [
  'fill',
  'position_opened',
  'position_imported',
  'position_changed',
  'position_closed',
  'stop_placed',
  'protected',
  'unprotected',
  'tracked',
  'not_tracked',
  'at_venue',
  'not_at_venue',
];

/** The pattern of a log line; it must find the time. */
export function linePattern(written: string, fail: Fail): MapPattern {
  const found = compiled(written, 'log.line', fail);
  const groups = groupsOf(found);
  if (!groups.includes('time')) return fail('log.line needs a group named time: (?<time>...)');
  refuseUnknown(groups, { known: LINE_GROUPS, key: found.key }, fail);
  return found;
}

/** The sayings of one kind of file; `lineGroups` are what every line of the log names already. */
export function sayings(
  kind: 'events' | 'log' | 'notes',
  given: unknown,
  { lineGroups, fail }: { lineGroups: readonly string[]; fail: Fail },
): Saying[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return fail(`${kind}.says must be a table: '^their words$' = "one of ours"`);
  }
  return Object.entries(given).map(([pattern, means]) => {
    const word = meaningOf(means, `${kind}.says`, fail);
    const found = compiled(pattern, `${kind}.says '${pattern}'`, fail);
    const groups = groupsOf(found);
    refuseUnknown(groups, { known: SAYING_GROUPS[kind] ?? [], key: found.key }, fail);
    if (kind === 'log') needGroups(word, [...groups, ...lineGroups], found.key, fail);
    return { ...found, means: word };
  });
}

function meaningOf(given: unknown, key: string, fail: Fail): Meaning {
  const word = MEANINGS.find((each) => each === given);
  if (word !== undefined) return word;
  const near = typeof given === 'string' ? nearest(given, MEANINGS) : null;
  const meant = near === null ? `they are ${MEANINGS.join(', ')}` : `did you mean ${near}?`;
  return fail(`${key}: ${JSON.stringify(given)} is not one of our words; ${meant}`);
}

function needGroups(means: Meaning, groups: readonly string[], key: string, fail: Fail): void {
  if (ABOUT_ONE.includes(means) && !REFERENCES.some((name) => groups.includes(name))) {
    fail(`${key}: ${means} needs a group that says of what: (?<symbol>...) or (?<position_id>...)`);
  }
  const counts = groups.includes('count') || ['before', 'after'].every((g) => groups.includes(g));
  if (means === 'batch_written' && !counts) {
    fail(`${key}: batch_written needs a group count, or the groups before and after`);
  }
}

function refuseUnknown(
  groups: readonly string[],
  { known, key }: { known: readonly string[]; key: string },
  fail: Fail,
): void {
  for (const group of groups) {
    if (known.includes(group)) continue;
    const near = nearest(group, known);
    const takes = known.length === 0 ? 'none' : known.join(', ');
    const meant = near === null ? `it takes ${takes}` : `did you mean ${near}?`;
    fail(`${key}: unknown group ${group}; ${meant}`);
  }
}

export function groupsOf({ pattern }: MapPattern): string[] {
  return [...pattern.source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map(([, name]) => name ?? '');
}

function compiled(pattern: string, key: string, fail: Fail): MapPattern {
  try {
    return { key, pattern: new RegExp(pattern, 'i') };
  } catch (error) {
    return fail(`${key}: ${messageOf(error)}`);
  }
}
