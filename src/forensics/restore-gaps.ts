/** Restores, as findings: events that went because somebody put a backup in the journal's place. */
import type { RestoreRecord } from '../core/restore-records.ts';
import { isoTime } from '../domain/clock.ts';
import { shellWord } from '../domain/shell-word.ts';
import { eventsText, gapFinding, type GapFinding } from './gap-finding.ts';
import type { JournalSource } from './journal-source.ts';
import { keptTo } from './replaced-by.ts';

type Restored = Pick<JournalSource, 'restores' | 'eventAt'>;

/** A note each: it was done on purpose, and what it took is kept. */
export function restoreGaps(source: Restored): GapFinding[] {
  return (source.restores?.() ?? []).flatMap((restore) => {
    const after = keptTo(restore);
    return after === null ? [] : [restored(restore, after, source)];
  });
}

function restored(restore: RestoreRecord, after: number, { eventAt }: Restored): GapFinding {
  const { atMs, pid, user, from, replacedSeq, kept, relation } = restore;
  const who = user === null ? 'somebody' : user;
  const text =
    `${who} restored ${from} on ${isoTime(atMs)}: ${goneText(restore, after)}; ` +
    (kept === null ? 'the journal that went is not in archive/ any more' : `kept in ${kept}`);
  const repair =
    kept === null || relation === 'unreadable'
      ? 'tradectl events verify'
      : `tradectl events gap --db ${shellWord(kept)}`;
  const isBeginning = relation === 'older';
  return gapFinding(
    { kind: 'restored', severity: 'note', text, repair },
    {
      from_seq: after + 1,
      to_seq: replacedSeq,
      from_ms: isBeginning ? restore.headMs : null,
      to_ms: isBeginning ? (eventAt(after + 1)?.recordedMs ?? null) : null,
      count: replacedSeq === null ? 0 : replacedSeq - after,
      pid,
    },
  );
}

function goneText({ relation, replacedSeq }: RestoreRecord, after: number): string {
  if (relation === 'older' && replacedSeq !== null) {
    const numbers = replacedSeq === after + 1 ? 'its number is' : 'their numbers are';
    const gone = eventsText(after + 1, replacedSeq);
    return `${gone} of the journal before went with it, and ${numbers} given out again`;
  }
  const known =
    replacedSeq === null ? 'nobody knows how far it went' : `up to event ${replacedSeq}`;
  return relation === 'unreadable'
    ? `the journal before could not be read, ${known}`
    : `another journal went, ${known}`;
}
