/** The journal in a file that was named with `--db`: another bot's incident, or a copy of one of ours. */
import type { Verification } from '../core/verify.ts';
import { openForeignSource } from './foreign/foreign-source.ts';
import { isCopy } from './is-copy.ts';
import type { JournalSource } from './journal-source.ts';
import { openCopy } from './own-journal.ts';

export interface NamedJournal extends JournalSource {
  /** Null for another bot's: only events of ours can be folded. */
  readonly fold: (() => Verification) | null;
  readonly close: () => void;
}

/** Throws USAGE for the journal of a home, STORE_* for what cannot be read. */
export function openNamedJournal(file: string): NamedJournal {
  return isCopy(file) ? openCopy(file) : { ...openForeignSource(file), fold: null };
}
