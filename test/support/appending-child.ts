/** Appends to a home's journal as fast as it can and tells each committed seq, until it is killed. */
import { writeSync } from 'node:fs';
import { openJournal } from '../../src/core/journal.ts';
import { wallClock } from '../../src/domain/clock.ts';
import type { RunId } from '../../src/domain/ids.ts';
import { NOTE, openLong, openState } from './journal-home.ts';

const [, , file = '', mark = ''] = process.argv;
const db = openState(file);
const journal = openJournal({
  db,
  clock: wallClock(),
  runId: 'run-child' as RunId,
  highWaterFile: mark,
});
if (journal.registry().positions.size === 0) openLong(journal, 'pos-1');
for (;;) {
  const { seqLast } = journal.append([NOTE, NOTE]);
  writeSync(1, `${seqLast}\n`);
}
