/** A full store is told once what had to be kept is kept; whoever is told may make room and append at once. */
import { expect, it, onTestFinished } from 'vitest';
import { fold } from '../../../src/core/fold.ts';
import { TradectlError, type ErrorCode } from '../../../src/domain/errors.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import {
  createBacklogJournal,
  type BacklogJournal,
} from '../../../src/execution/backlog-journal.ts';
import { clockAtNoon } from '../../support/execution-world.ts';
import { journalHome, NOTE } from '../../support/journal-home.ts';

const HALT: NewEvent = {
  type: 'HALT_SET',
  payload: { halt_id: 'halt-1', kind: 'disk_full', reason: 'full', findings: [], set_by: 'core' },
};

function world(onFull: (journal: BacklogJournal, room: () => void) => void) {
  const clock = clockAtNoon();
  const home = journalHome({ clock });
  onTestFinished(() => home.remove());
  let failure: ErrorCode | null = null;
  const written: string[] = [];
  const append = (batch: readonly NewEvent[]) => {
    if (failure !== null) throw new TradectlError(failure, 'refused');
    written.push(...batch.map(({ type }) => type));
    return home.journal.append(batch);
  };
  const port = { append, registry: home.journal.registry, countIntents: () => 0 };
  const fail = (code: ErrorCode | null): void => void (failure = code);
  const journal: BacklogJournal = createBacklogJournal({
    journal: port,
    fold,
    clock,
    onAlarm: () => undefined,
    onFull: () => onFull(journal, () => fail(null)),
  });
  return { journal, written, fail };
}

/** What the bot does: makes room, then says so. */
function release(journal: BacklogJournal, room: () => void): void {
  room();
  journal.appendOrKeep([HALT]);
}

it('with room made, what was kept is written before the halt', () => {
  const { journal, written, fail } = world(release);
  fail('STORE_FULL');
  journal.appendOrKeep([NOTE]);
  expect(written).toEqual(['FINDING', 'HALT_SET']);
  expect(journal.keptEvents()).toEqual([]);
});

it('an entry that met the full store is refused, although there is room now', () => {
  const { journal, written, fail } = world(release);
  fail('STORE_FULL');
  expect(() => journal.append([NOTE])).toThrow('refused');
  expect(written).toEqual(['HALT_SET']);
});

it('without room the halt is kept behind what happened before it', () => {
  let told = 0;
  const { journal, fail } = world((backlog) => {
    told += 1;
    if (told === 1) backlog.appendOrKeep([HALT]);
  });
  fail('STORE_FULL');
  journal.appendOrKeep([NOTE]);
  expect(journal.keptEvents().map(({ type }) => type)).toEqual(['FINDING', 'HALT_SET']);
  fail(null);
  expect(journal.flush()).toBe(true);
});

it('any other failure of the store is not a full disk', () => {
  let told = 0;
  const { journal, fail } = world(() => (told += 1));
  fail('STORE_UNWRITABLE');
  journal.appendOrKeep([NOTE]);
  expect(told).toBe(0);
});
