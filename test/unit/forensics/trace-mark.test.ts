/** A bot that commits while its journal is being read has lost nothing. */
import { afterEach, expect, test, vi } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import type * as Marks from '../../../src/core/high-water-mark.ts';
import { ownEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import { journalHome, NOTE, openLong, type JournalHome } from '../../support/journal-home.ts';

let beforeTheMark = (): void => {};
vi.mock('../../../src/core/high-water-mark.ts', async (original) => {
  const real = await original<typeof Marks>();
  const readHighWaterMark = (file: string) => {
    beforeTheMark();
    return real.readHighWaterMark(file);
  };
  return { ...real, readHighWaterMark };
});

let home: JournalHome;
afterEach(() => {
  beforeTheMark = () => {};
  home.remove();
});

test('an event committed just before the mark is read is not told as lost', () => {
  home = journalHome();
  openLong(home.journal, 'pos-1');
  let written = 0;
  beforeTheMark = () => {
    written += 1;
    if (written === 1) home.journal.append([NOTE]);
  };
  const asked = { ref: 'pos-1', all: false, asOfMs: ms(2_000_000_000_000) };
  const { gaps } = ownEvidence(home.dir, asked);
  expect([written, gaps]).toEqual([1, []]);
});
