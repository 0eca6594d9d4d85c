/** A home of schema version 1 opens with this version and goes on; what its rows say stays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../../src/core/database.ts';
import { eventRow, EVENT_COLUMNS, GENESIS } from '../../../src/core/event-row.ts';
import { openJournal } from '../../../src/core/journal.ts';
import { insertOf } from '../../../src/core/projection.ts';
import {
  FILL_COLUMNS,
  fillRow,
  POSITION_COLUMNS,
  positionRow,
} from '../../../src/core/registry-rows.ts';
import { EMPTY_REGISTRY } from '../../../src/core/fold.ts';
import { previewAt } from '../../../src/core/preview.ts';
import {
  STATE_APPLICATION_ID,
  STATE_MIGRATIONS,
  STATE_SCHEMA_VERSION,
} from '../../../src/core/schema.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { RunId } from '../../../src/domain/ids.ts';
import { fillEvent, openedEvent, openState, SOL, TON } from '../../support/journal-home.ts';
import { adoptedEvent, importedEvent, stagedEvent } from '../../support/repair-events.ts';

const NOW = ms(1_700_000_000_000);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-migration-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A home as version 1 left it: one open position, written by its own schema. */
function versionOne(file: string, damage = ''): void {
  const db = openDatabase(file, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS.slice(0, 1),
    durability: 'full',
    busyTimeoutMs: 250,
  });
  const events: NewEvent[] = [
    fillEvent({ trade: 't-1', position: 'pos-1', role: 'entry' }),
    openedEvent('pos-1'),
  ];
  const insert = db.prepare(insertOf('events', EVENT_COLUMNS.split(', ')));
  let previousHash = GENESIS.hash;
  events.forEach((event, index) => {
    const at = { seq: index + 1, runId: 'run-1' as RunId, recordedMs: NOW, previousHash };
    const row = eventRow(event, at);
    insert.run(row);
    previousHash = row.hash;
  });
  const state = events.reduce(previewAt(NOW), EMPTY_REGISTRY);
  const columns = POSITION_COLUMNS.filter((column) => column !== 'no_stop_reason');
  for (const position of state.positions.values()) {
    db.prepare(insertOf('positions', columns)).run(positionRow(position));
  }
  const [first] = events.slice(0, 1).reduce(previewAt(NOW), EMPTY_REGISTRY).touched.fills;
  if (first !== undefined) db.prepare(insertOf('fills', FILL_COLUMNS)).run(fillRow(first));
  db.exec(damage);
  db.close();
}

function reopened(file: string): { db: Db; journal: ReturnType<typeof openJournal> } {
  const db = openState(file);
  const highWaterFile = join(dir, 'hwm');
  const runId = 'run-2' as RunId;
  return { db, journal: openJournal({ db, clock: virtualClock(NOW), runId, highWaterFile }) };
}

describe('a home of version 1', () => {
  it('is migrated, its rows agree with its events, and reconciliation can write', () => {
    const file = join(dir, 'state.db');
    versionOne(file);
    const { db, journal } = reopened(file);
    expect(db.pragma('user_version', { simple: true })).toBe(STATE_SCHEMA_VERSION);
    expect(journal.problems).toEqual([]);
    expect(journal.registry().positions.get(TON)?.noStopReason).toBeNull();
    journal.append([
      importedEvent('pos-2', { symbol: SOL, noStop: 'a hedge' }),
      adoptedEvent({ id: 'o-1', role: 'stop', position: 'pos-1' }),
      stagedEvent('r1'),
    ]);
    expect(foldAll(db).differences).toEqual([]);
    journal.close();
    db.close();
  });

  it('is migrated even when a hand dropped the triggers that are made again', () => {
    const file = join(dir, 'state.db');
    versionOne(file, 'DROP TRIGGER positions_explained; DROP TRIGGER orders_intended');
    const { db, journal } = reopened(file);
    expect(() => db.exec("UPDATE positions SET opened_seq = 1, position_id = 'x'")).toThrow(
      'never changes',
    );
    journal.close();
    db.close();
  });
});
