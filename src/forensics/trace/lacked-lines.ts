/** Whether a journal lacks what a line of its log tells: the number is not there, or another event has it. */
import { TradectlError } from '../../domain/errors.ts';
import { openCopy, openOwnJournal, type OwnJournal } from '../own-journal.ts';
import type { SourceLogLine } from '../journal-source.ts';
import { replacedBy } from '../replaced-by.ts';

export type Lacks = (line: SourceLogLine) => boolean;

/** Asked of few lines; the journal is opened for the first. `home` and `file` as they were traced, one of them null. */
export function withLacks<T>(
  { home, file }: { readonly home: string; readonly file: string | null },
  work: (lacks: Lacks) => T,
): T {
  let journal: OwnJournal | null = null;
  const lacks: Lacks = (line) => {
    journal ??= file === null ? openOwnJournal(home) : openCopy(file);
    return isLacked(journal, line);
  };
  try {
    return work(lacks);
  } finally {
    (journal as OwnJournal | null)?.close();
  }
}

function isLacked(
  journal: Pick<OwnJournal, 'eventAt' | 'restores'>,
  { seq, hash8, timeMs }: SourceLogLine,
): boolean {
  if (seq === null) return false;
  const hash = hashAt(journal, seq);
  if (hash === 'unreadable') return false;
  if (hash !== null && (hash8 === null || hash.startsWith(hash8))) return false;
  return replacedBy(journal.restores?.() ?? [], { seq, timeMs }) === null;
}

/** What stands on a damaged page is there, whatever it says. */
function hashAt(journal: Pick<OwnJournal, 'eventAt'>, seq: number): string | null {
  try {
    return journal.eventAt(seq)?.hash ?? null;
  } catch (error) {
    if (error instanceof TradectlError && error.code === 'STORE_CORRUPT') return 'unreadable';
    throw error;
  }
}
