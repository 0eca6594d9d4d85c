/** Which restore took the event away that a line of the log tells of: numbers come again after it. */
import type { RestoreRecord } from '../core/restore-records.ts';

export interface Told {
  readonly seq: number;
  /** When the line was written; null where it does not say. */
  readonly timeMs: number | null;
}

/** Asked of a line that the journal does not have as it stands. Null: no restore explains it. */
export function replacedBy(restores: readonly RestoreRecord[], told: Told): RestoreRecord | null {
  const { seq, timeMs } = told;
  const found = restores.find((restore) => {
    const after = keptTo(restore);
    if (after === null || (timeMs !== null && timeMs > restore.atMs)) return false;
    return seq > after && seq <= (restore.replacedSeq ?? Number.POSITIVE_INFINITY);
  });
  return found ?? null;
}

/** The last event that both journals have; null when nothing of the one that went is lost. */
export function keptTo({ relation, headSeq }: RestoreRecord): number | null {
  if (relation === 'older') return headSeq;
  // Nothing says that they have a beginning in common.
  return relation === 'other' || relation === 'unreadable' ? 0 : null;
}
