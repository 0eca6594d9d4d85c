/** A page of the journal that the disk destroyed hides the events on it from a trace, and no more. */
import { closeSync, copyFileSync, openSync, writeSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { NewEvent } from '../../../src/domain/event.ts';
import { copiedEvidence } from '../../../src/forensics/trace/own-evidence.ts';
import { openState } from '../../support/journal-home.ts';
import { covered, find, of, smallLife, type SmallLife } from '../../support/small-life.ts';

let life: SmallLife;
afterEach(() => life.home.remove());

test('what stands on it is named, the rest is told', () => {
  const blocked: NewEvent = of('POSITION_BLOCKED', {
    finding: 'drift.size',
    evidence: 'x'.repeat(900),
  });
  life = smallLife('open', [covered], ...Array.from({ length: 30 }, () => [blocked]), [covered]);
  const file = `${life.home.file}.damaged`;
  life.home.db.pragma('wal_checkpoint(TRUNCATE)');
  copyFileSync(life.home.file, file);
  const db = openState(file);
  const page = db
    .prepare(
      "SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 3",
    )
    .pluck()
    .get() as number;
  const size = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const open = openSync(file, 'r+');
  writeSync(open, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  closeSync(open);

  const evidence = copiedEvidence(file, {
    ref: 'pos-1',
    all: false,
    asOfMs: life.home.clock.now(),
  });
  expect(evidence.unreadSeqs?.length).toBeGreaterThan(0);
  expect(find(evidence, 'page-damaged')?.text).toMatch(
    /^Events? \d+.* cannot be read: a page of the file is damaged/,
  );
  expect(find(evidence, 'opened-by-bot')).toBeDefined();
  expect(find(evidence, 'all-agree')).toBeUndefined();
});
