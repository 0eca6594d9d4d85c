/** Decisions ride with the next append: in order, in its transaction, never lost while the bot lives. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { fold } from '../../../src/core/fold.ts';
import { SECOND } from '../../../src/domain/clock.ts';
import { TradectlError } from '../../../src/domain/errors.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import { createBacklogJournal, type NoteEvent } from '../../../src/execution/backlog-journal.ts';
import { clockAtNoon } from '../../support/execution-world.ts';
import { journalHome, NOTE, TON } from '../../support/journal-home.ts';

const DENIED: NoteEvent = {
  type: 'ENTRY_DENIED',
  symbol: TON,
  payload: { code: 'NOT_NORMAL', numbers: {} },
};

function world() {
  const clock = clockAtNoon();
  const home = journalHome({ clock });
  onTestFinished(() => home.remove());
  let full = false;
  const batches: string[][] = [];
  const append = (batch: readonly NewEvent[]) => {
    if (full) throw new TradectlError('STORE_FULL', 'no space');
    batches.push(batch.map(({ type }) => type));
    return home.journal.append(batch);
  };
  const port = { append, registry: home.journal.registry, countIntents: () => 0 };
  const journal = createBacklogJournal({ journal: port, fold, clock, onAlarm: () => undefined });
  const setFull = (value: boolean): void => void (full = value);
  return { clock, home, journal, batches, setFull };
}

describe('a noted decision', () => {
  it('is committed by the next append, before its events and with them', () => {
    const { journal, batches, home } = world();
    journal.note([DENIED]);
    expect(home.journal.head().seq).toBe(0);
    const committed = journal.append([NOTE]);
    expect(batches).toEqual([['ENTRY_DENIED', 'FINDING']]);
    expect([committed.seqFirst, committed.seqLast]).toEqual([2, 2]);
    journal.append([NOTE]);
    expect(batches.at(-1)).toEqual(['FINDING']);
  });

  it('keeps the time at which it was made', () => {
    const { journal, clock, home } = world();
    const at = clock.now();
    journal.note([DENIED]);
    clock.advanceTo((at + SECOND) as typeof at);
    journal.append([NOTE]);
    const times = home.db.prepare('SELECT ts_ms FROM events ORDER BY seq').pluck().all();
    expect(times).toEqual([at, at + SECOND]);
  });

  it('waits for the next append when this one could not be committed', () => {
    const { journal, batches, setFull } = world();
    journal.note([DENIED]);
    setFull(true);
    expect(() => journal.append([NOTE])).toThrow('no space');
    setFull(false);
    journal.append([NOTE]);
    expect(batches).toEqual([['ENTRY_DENIED', 'FINDING']]);
  });

  it('is kept with the events that are kept, and written once', () => {
    const { journal, batches, setFull } = world();
    journal.note([DENIED]);
    setFull(true);
    journal.appendOrKeep([NOTE]);
    expect(journal.keptEvents().map(({ type }) => type)).toEqual(['ENTRY_DENIED', 'FINDING']);
    setFull(false);
    expect(journal.flush()).toBe(true);
    expect(batches).toEqual([['ENTRY_DENIED', 'FINDING']]);
  });
});
