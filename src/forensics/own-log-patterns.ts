/**
 * Warnings and errors that only our own bot writes, after all others of the table: what is special about a line
 * stands there, what it is at least stands here. No line of ours that is louder than normal is unknown.
 */
import type { LogPattern } from './log-patterns.ts';

export const OWN_LOG_PATTERNS: readonly LogPattern[] = [
  {
    id: 'journal cannot be written',
    match:
      /nothing is written with this connection again|\bno new connection: |\bSTORE_UNWRITABLE\b/,
    mark: 'act_now',
    says: 'The disk failed below the journal: nothing new is opened, what is open is protected.',
    next: 'tradectl doctor --only disk,fsync,database',
    endedBy: /journal works again|opened again and holds what was committed/,
  },
  {
    id: 'journal works again',
    match: /journal works again: |opened again and holds what was committed/,
    mark: 'normal',
    says: 'What the bot kept while its journal could not be written is on the disk now.',
    next: 'tradectl events gap',
  },
  {
    id: 'kept events lost',
    match: /kept events die with this process/,
    mark: 'act_now',
    says: 'The bot ended before its journal could be written; what it kept is only at the venue.',
    next: 'tradectl doctor, then start it: the start asks the venue',
    endedBy: /^RUN_STARTED\b/,
  },
  {
    id: 'log cannot be written',
    match: /the log cannot be written, |cannot be read for the log: /,
    mark: 'warning',
    says: 'The journal goes on; lines of events are caught up when the log can be written.',
    next: 'tradectl doctor --only disk,modes',
    endedBy: /the log can be written again/,
  },
  {
    id: 'log works again',
    match: /the log can be written again/,
    mark: 'normal',
    says: 'Lines of events that were missing are written; lines that were no events may be lost.',
    next: 'tradectl events gap',
  },
  {
    id: 'log of another journal',
    match: /this log tells of events up to \d+|event \d+ of this log is not in the journal/,
    mark: 'warning',
    says: 'The log knows events that the journal does not have: a restore, or a lost tail.',
    next: 'tradectl events gap',
  },
  {
    id: 'beside the journal',
    match:
      /no sign of life could be written|high-water mark cannot be written|has no file yet: it holds in memory|requests are no longer written down|no ballast for a full disk/,
    mark: 'warning',
    says: 'A file beside the journal cannot be written; the bot trades on without that witness.',
    next: 'tradectl doctor --only disk,modes,ballast',
  },
  {
    id: 'planned restart',
    match: /\bplanned restart\b/,
    mark: 'warning',
    says: 'Memory was nearly at its limit: the bot ended in order, to be started again.',
    next: 'tradectl doctor --only memory,swap',
  },
  {
    id: 'memory nearly full',
    match: /^memory: \d+ MB of the \d+ MB/,
    mark: 'warning',
    says: 'Near the end of its memory: when it ends, the kernel kills the bot.',
    next: 'tradectl doctor --only memory,swap',
  },
  {
    id: 'instruments not read',
    match: /tells no instruments|instruments could not be read again|instruments cannot be stored/,
    mark: 'warning',
    says: 'The bot goes on with the instruments it knows; steps and minimums may have changed.',
    next: 'tradectl markets',
  },
  {
    id: 'rights of the key',
    isOurs: true,
    match: /\bwhat the key may do could not be read|the key \S+ works from any address/,
    mark: 'warning',
    says: 'The key may do more than trade, or does not tell what it may do.',
    next: 'tradectl doctor --only key --venue',
  },
  {
    id: 'order taken over',
    match: /^ORDER_ADOPTED\b|\border adopted \(/,
    mark: 'normal',
    says: 'An order of ours that the books did not know is in them now.',
    next: 'tradectl orders --all --limit 10',
  },
  {
    id: 'order changed by another hand',
    match: /^ORDER_AMENDED\b/,
    mark: 'warning',
    says: 'Somebody else changed an order of ours at the venue.',
    next: 'tradectl reconcile',
  },
  {
    id: 'cancel failed',
    match: /^ORDER_CANCEL_FAILED\b/,
    mark: 'warning',
    says: 'An order was not cancelled as asked: it may be gone already, or still stand.',
    next: 'tradectl orders --all --limit 10',
  },
  {
    id: 'position adjusted',
    match: /^POSITION_ADJUSTED\b/,
    mark: 'warning',
    says: 'The books had another size than the venue; they have that of the venue now.',
    next: 'tradectl reconcile',
  },
  {
    id: 'position retired',
    match: /^POSITION_RETIRED\b/,
    mark: 'warning',
    says: 'A position left the books without a fill that closed it.',
    next: 'tradectl reconcile',
  },
  {
    id: 'finding',
    isOurs: true,
    match: /^FINDING\b|(?:^|: )[a-z]+\.[a-z]+(?:-[a-z]+)*: /,
    mark: 'warning',
    says: 'Something does not fit: the books, the venue, a file, or the candles. The line says what.',
    next: 'tradectl reconcile',
  },
];
