/**
 * What was recorded long after it happened: memory ends with its process, so whoever wrote it held it, or read it
 * again. Which of the ways it was is told as far as the evidence goes, and no farther.
 */
import type { Life, TimelineEntry } from '../timeline.ts';
import { lateGroups, writtenWhen, type LateGroup } from './late-groups.ts';
import { acrossDeath, lifeWhenRecorded, openingOf, processName, telling } from './look.ts';
import { epochIn } from './origin.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed, span } from './words.ts';

export const explanations: Rule = (evidence) =>
  evidence.foreign
    ? lateGroups(evidence).flatMap((group) => remaining(evidence, group))
    : readFromVenue(evidence);

/** Ours reads from the venue what happened while no process lived: the journal says so itself. */
function readFromVenue(evidence: Evidence): Statement[] {
  const across = acrossDeath(evidence);
  const first = across[0];
  const dead = evidence.lives.findLast(({ startedMs }) => startedMs <= (first?.atMs ?? -1)) ?? null;
  const writer = first === undefined ? null : lifeWhenRecorded(evidence, first);
  if (dead === null || writer === null) return [];
  const { time } = evidence;
  const numbers = listed(across.map(({ source }) => String(source.seq)));
  const text = `What happened at the venue around the death of ${processName(dead, time)} (${across.length === 1 ? 'event' : 'events'} ${numbers}) was read from the venue by ${processName(writer, time)}: nothing was kept in memory.`;
  return [
    statement('read-from-venue', 'explanation', text, {
      evidence: across.slice(0, 3).map(cite),
    }),
  ];
}

/** One late group in words that go into a sentence. */
interface Told {
  readonly gone: string;
  readonly late: string;
  readonly numbers: string;
  readonly them: 'it' | 'them';
  readonly isOne: boolean;
  /** `at 15:07:18` */
  readonly written: string;
}

function remaining(evidence: Evidence, group: LateGroup): Statement[] {
  const { events, holder, writer } = group;
  const isOne = events.length === 1;
  const named = (life: Life | null, otherwise: string): string =>
    life === null ? otherwise : processName(life, evidence.time);
  const told: Told = {
    gone: named(holder, 'a process of which no start is noted'),
    late: named(writer, 'a process of which no start is noted'),
    numbers: `${isOne ? 'event' : 'events'} ${listed(events.map(({ source }) => String(source.seq)))}`,
    them: isOne ? 'it' : 'them',
    isOne,
    written: writtenWhen(evidence, group),
  };
  return [
    ...holding(evidence, group, told),
    ...elsewhere(evidence, group, told),
    ...memoryEnds(evidence, group, told),
    ...writerUnknown(evidence, group, told),
  ];
}

function possible({ events }: LateGroup, rule: string, text: string): Statement {
  return statement(rule, 'explanation', `Possible: ${text}`, {
    evidence: events.slice(0, 2).map(cite),
  });
}

/** The process in whose time they happened may have held them until they were written, whatever became of it. */
function holding({ time }: Evidence, group: LateGroup, told: Told): Statement[] {
  const { holder, fate, events, fromMs } = group;
  const { gone, late, numbers, written, them } = told;
  if (holder === null) {
    const text = `the process in whose time ${told.isOne ? 'it' : 'they'} happened held ${them} until it wrote ${them} ${written}; nothing says which one that was.`;
    return [possible(group, 'held-by-the-living', text)];
  }
  if (fate === 'silent') {
    const text = `${gone} did not die at ${time(holder.lastSignMs)}. It hung or could not write, lived on beside ${late}, and wrote ${numbers} ${written}.`;
    return [possible(group, 'held-by-the-silent', text)];
  }
  if (fate === 'ended' && holder.endedMs !== null) {
    const text = `${gone} held ${them}, lived on beside ${late} after its own line of ${time(holder.endedMs)} said that it ended, and wrote ${numbers} ${written}.`;
    return [possible(group, 'held-by-the-ended', text)];
  }
  const lag = span(fromMs - (events[0]?.atMs ?? fromMs));
  const text = `${gone} lived on, held ${them} for ${lag} and wrote ${numbers} ${written}: a queue that stood still, a writer that hung or could not write.`;
  return [possible(group, 'held-by-the-living', text)];
}

/** What is possible whoever lived. */
function elsewhere(evidence: Evidence, group: LateGroup, told: Told): Statement[] {
  const { holder, fate, events } = group;
  const { gone, late, them, isOne, written } = told;
  const reader = fate === 'lived-on' ? `${gone}, or one started since that noted no start,` : late;
  const handed =
    fate === 'ended' && holder?.endedMs != null
      ? `, into which ${gone} may have put ${them} when it ended at ${evidence.time(holder.endedMs)},`
      : '';
  const was = isOne ? 'it was' : 'they were';
  return [
    possible(
      group,
      'held-by-another',
      `another process held ${them} all along and wrote ${them} ${written}: a separate writer, a queue server, a second instance.`,
    ),
    possible(
      group,
      'read-again',
      `${reader} read ${them} again from something that outlives a process, a file or a queue on disk${handed} and kept ${isOne ? 'its time' : 'their times'}.${knownOnlyInside(events)}`,
    ),
    possible(
      group,
      'made-afterwards',
      `${was} made ${written} and given ${isOne ? 'an earlier time' : 'earlier times'}.${againstInvention(evidence, events)}`,
    ),
  ];
}

/** A new process did not find what was in the memory of an old one, whoever concluded so. */
function memoryEnds(
  evidence: Evidence,
  { holder, fate, events }: LateGroup,
  told: Told,
): Statement[] {
  const claims = telling(evidence, ['held_in_memory']);
  const { gone, late, them, isOne } = told;
  const were = isOne ? 'the event was' : 'the events were';
  const how =
    holder !== null && fate === 'silent'
      ? `that ${gone} died with ${them} in its memory and ${late} recovered ${them} from there. Memory does not survive its process: either ${gone} had not died (its last sign, ${evidence.time(holder.lastSignMs)}, is no proof of death), or ${were} somewhere else.`
      : holder?.endedMs != null && fate === 'ended'
        ? `that ${gone} ended with ${them} in its memory and ${late} recovered ${them} from there. Memory does not survive its process: either ${gone} had not ended at ${evidence.time(holder.endedMs)}, whatever its own line says, or ${were} somewhere else.`
        : claims.length > 0
          ? `that a process died with ${them} in its memory and another one recovered ${them} from there. Memory does not survive its process: the one that held ${them} had not died, or ${were} somewhere else.`
          : null;
  if (how === null) return [];
  const ended = evidence.entries.filter(
    ({ means, atMs }) => means === 'run_ended' && atMs === holder?.endedMs,
  );
  const quoted = [...claims, ...ended];
  return [
    statement('memory-ends', 'ruled_out', `Ruled out: ${how}`, {
      weight: 'warning',
      evidence: (quoted.length > 0 ? quoted : events.slice(0, 2)).map(cite),
    }),
  ];
}

/** Who wrote is the question that would decide between all of them. */
function writerUnknown(evidence: Evidence, group: LateGroup, told: Told): Statement[] {
  const batch = evidence.entries.filter(
    ({ means, atMs }) => means === 'batch_written' && atMs >= group.fromMs && atMs <= group.toMs,
  );
  const quoted = group.events.slice(0, 2).map(cite);
  const at = batch.length > 0 ? batch.map(cite) : quoted;
  const unknown = whatOfTheWriter(group, told, batch);
  const settle = (text: string, evidenceOf = at): Statement =>
    statement('late-writer', 'settle', text, { evidence: evidenceOf });
  return [
    settle(
      `Who wrote ${told.written}: the pid or connection behind that ${batch.length > 0 ? 'batch' : 'write'}, in the log of the database server, in the process list or in the service manager's record.`,
    ),
    settle(
      'When each row was really written: the commit times of the rows in the database itself, its write-ahead log or a replica.',
      quoted,
    ),
    settle(
      'Whether the program keeps what it has not written yet on disk: its configuration and its source, and the files in its folder.',
    ),
    statement('late-writer', 'unknown', `Cannot be known from this evidence: ${unknown}`, {
      weight: 'warning',
      evidence: at,
    }),
  ];
}

function whatOfTheWriter(
  { events }: LateGroup,
  { numbers, them, written }: Told,
  batch: readonly TimelineEntry[],
): string {
  const isNaming = ({ facts }: TimelineEntry): boolean => typeof facts['pid'] === 'number';
  const line = batch.find(isNaming);
  if (line !== undefined) {
    return `whether process ${line.facts['pid']}, which the line of the batch names as its writer, had held ${numbers} or read ${them} again.`;
  }
  const event = events.find(isNaming);
  if (event !== undefined) {
    return `which process wrote ${numbers}. Event ${event.source.seq} names process ${event.facts['pid']}, which made it and need not be the one that wrote it.`;
  }
  const what = batch.length > 0 ? 'the batch' : 'what was written';
  return `which process wrote ${numbers}. No line names the writer of ${what} ${written}.`;
}

/** An id with the maker's own clock in it cannot be made anew from what a venue knows. */
function knownOnlyInside(events: readonly TimelineEntry[]): string {
  const clocked = events.find(({ refs }) => epochIn(refs.correlationId) !== null);
  if (clocked === undefined) return '';
  return ` Not from the venue alone: the correlation id of event ${clocked.source.seq} holds the maker's clock, which no venue knows.`;
}

/** What would have had to be invented with them. */
function againstInvention(evidence: Evidence, events: readonly TimelineEntry[]): string {
  const clocked = events.find(({ refs }) => epochIn(refs.correlationId) !== null);
  const id = clocked?.refs.positionId;
  const row = evidence.positions.find(({ positionId }) => positionId === id);
  if (clocked === undefined || id == null || row === undefined || openingOf(evidence, id) === null)
    return '';
  return ` The correlation id and the row of position ${id} agree on the time; both would have had to be made up with it.`;
}
