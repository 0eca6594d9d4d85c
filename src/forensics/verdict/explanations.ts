/**
 * What was recorded in a later life than it happened in: memory ends with its process, so whoever wrote it held it
 * elsewhere or read it again. Which of the ways it was is told as far as the evidence goes, and no farther.
 */
import type { Life, TimelineEntry } from '../timeline.ts';
import { acrossDeath, lifeWhenRecorded, openingOf, processName, telling } from './look.ts';
import { epochIn } from './origin.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed } from './words.ts';

export const explanations: Rule = (evidence) => {
  const across = acrossDeath(evidence);
  const first = across[0];
  const dead =
    first === undefined
      ? null
      : (evidence.lives.findLast(({ startedMs }) => startedMs <= first.atMs) ?? null);
  const writer = first === undefined ? null : lifeWhenRecorded(evidence, first);
  if (first === undefined || dead === null || writer === null) return [];
  // Ours reads from the venue what happened while no process lived: the journal says so itself.
  if (!evidence.foreign) return [readAgain(evidence, across, { dead, writer })];
  return remaining(evidence, across, { dead, writer });
};

function readAgain(
  { time }: Evidence,
  across: readonly TimelineEntry[],
  { dead, writer }: { dead: Life; writer: Life },
): Statement {
  const numbers = listed(across.map(({ source }) => String(source.seq)));
  const text = `What happened at the venue around the death of ${processName(dead, time)} (${across.length === 1 ? 'event' : 'events'} ${numbers}) was read from the venue by ${processName(writer, time)}: nothing was kept in memory.`;
  return statement('read-from-venue', 'explanation', text, {
    evidence: across.slice(0, 3).map(cite),
  });
}

function remaining(
  evidence: Evidence,
  across: readonly TimelineEntry[],
  { dead, writer }: { dead: Life; writer: Life },
): Statement[] {
  const { time } = evidence;
  const [gone, late] = [processName(dead, time), processName(writer, time)];
  const isOne = across.length === 1;
  const [events, they, them, times] = isOne
    ? ['event', 'it was', 'it', 'an earlier time']
    : ['events', 'they were', 'them', 'earlier times'];
  const numbers = `${events} ${listed(across.map(({ source }) => String(source.seq)))}`;
  const written = across[0]?.recordedMs ?? writer.startedMs;
  const quoted = across.slice(0, 2).map(cite);
  const possible = (rule: string, text: string): Statement =>
    statement(rule, 'explanation', text, { evidence: quoted });
  return [
    ...memoryClaims(evidence, { gone, late, dead, isOne }),
    possible(
      'held-by-the-silent',
      `Possible: ${gone} did not die at ${time(dead.lastSignMs)}. It hung or could not write, lived on beside ${late}, and wrote ${numbers} at ${time(written)}.`,
    ),
    possible(
      'held-by-another',
      `Possible: another process held ${them} all along and wrote ${them} at ${time(written)}: a separate writer, a queue server, a second instance.`,
    ),
    possible(
      'read-again',
      `Possible: ${late} read ${them} again from something that outlives a process, a file or a queue on disk, and kept ${isOne ? 'its time' : 'their times'}.${knownOnlyInside(across)}`,
    ),
    possible(
      'made-afterwards',
      `Possible: ${they} made at ${time(written)} and given ${times}.${againstInvention(evidence, across)}`,
    ),
    statement(
      'late-writer',
      'settle',
      `Who wrote at ${time(written)}: the pid or connection behind that batch, in the log of the database server, in the process list or in the service manager's record.`,
      { evidence: batchAt(evidence, written) },
    ),
    statement(
      'late-writer',
      'settle',
      'When each row was really written: the commit times of the rows in the database itself, its write-ahead log or a replica.',
      { evidence: quoted },
    ),
    statement(
      'late-writer',
      'settle',
      'Whether the program keeps what it has not written yet on disk: its configuration and its source, and the files in its folder.',
      { evidence: batchAt(evidence, written) },
    ),
    statement(
      'late-writer',
      'unknown',
      `Cannot be known from this evidence: which process wrote ${numbers}. No line names the writer of the batch at ${time(written)}.`,
      { weight: 'warning', evidence: batchAt(evidence, written) },
    ),
  ];
}

function batchAt({ entries }: Evidence, at: number): Statement['evidence'] {
  return entries.filter(({ means, atMs }) => means === 'batch_written' && atMs === at).map(cite);
}

/** A new process did not find what was in the memory of an old one, whoever concluded so. */
function memoryClaims(
  evidence: Evidence,
  { gone, late, dead, isOne }: { gone: string; late: string; dead: Life; isOne: boolean },
): Statement[] {
  const claims = telling(evidence, ['held_in_memory']);
  const [them, were] = isOne ? ['it', 'the event was'] : ['them', 'the events were'];
  const text = `Ruled out: that ${gone} died with ${them} in its memory and ${late} recovered ${them} from there. Memory does not survive its process: either ${gone} had not died (its last sign, ${evidence.time(dead.lastSignMs)}, is no proof of death), or ${were} somewhere else.`;
  return [
    statement('memory-ends', 'explanation', text, {
      weight: 'warning',
      evidence: claims.map(cite),
    }),
  ];
}

/** An id with the maker's own clock in it cannot be made anew from what a venue knows. */
function knownOnlyInside(across: readonly TimelineEntry[]): string {
  const clocked = across.find(({ refs }) => epochIn(refs.correlationId) !== null);
  if (clocked === undefined) return '';
  return ` Not from the venue alone: the correlation id of event ${clocked.source.seq} holds the maker's clock, which no venue knows.`;
}

/** What would have had to be invented with them. */
function againstInvention(evidence: Evidence, across: readonly TimelineEntry[]): string {
  const clocked = across.find(({ refs }) => epochIn(refs.correlationId) !== null);
  const id = clocked?.refs.positionId;
  const row = evidence.positions.find(({ positionId }) => positionId === id);
  if (clocked === undefined || id == null || row === undefined || openingOf(evidence, id) === null)
    return '';
  return ` The correlation id and the row of position ${id} agree on the time; both would have had to be made up with it.`;
}
