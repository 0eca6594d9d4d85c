/** A real process, killed with SIGKILL while it appends: what it told was committed is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, truncateSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareWithHead, readHighWaterMark } from '../../../src/core/high-water-mark.ts';
import { readHead } from '../../../src/core/head.ts';
import { registryView } from '../../../src/core/registry-view.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { journalHome, NOTE, openState, type JournalHome } from '../../support/journal-home.ts';

const CHILD = fileURLToPath(new URL('../../support/appending-child.ts', import.meta.url));
const ROUNDS = 20;

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
  home.journal.close();
  home.db.close();
});
afterEach(() => home.remove());

/** Lets a child append until it told `acks` commits, kills it, and returns the last seq it told. */
async function killAfter(acks: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, home.file, home.mark], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let [told, lines, complaints] = [0, 0, ''];
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line);
    lines += 1;
    if (lines === acks) child.kill('SIGKILL');
  }
  await ended;
  expect([child.signalCode, complaints]).toEqual(['SIGKILL', '']);
  return told;
}

describe('SIGKILL while appending', () => {
  it(`loses nothing that was told, in ${ROUNDS} rounds on one home`, async () => {
    const random = seededRandom('kill loop');
    for (let round = 0; round < ROUNDS; round += 1) {
      const told = await killAfter(1 + Math.floor(random.next() * 40));
      const db = openState(home.file);
      const head = readHead(db);
      expect(head.seq).toBeGreaterThanOrEqual(told);
      const { events, differences } = foldAll(db);
      expect({ events, differences }).toEqual({ events: head.seq, differences: [] });
      const reading = readHighWaterMark(home.mark);
      expect(compareWithHead(reading, head, registryView(db).hashAt)).toEqual({ verdict: 'ok' });
      // Both events of a batch or none: with the three of the opening, always an odd number.
      expect(head.seq % 2).toBe(1);
      db.close();
    }
  });

  it('a -wal that lost its tail looks healthy to SQLite, and the mark names what is gone', async () => {
    const told = await killAfter(30);
    const wal = `${home.file}-wal`;
    truncateSync(wal, Math.floor(statSync(wal).size / 2));
    const db = openState(home.file);
    const head = readHead(db);
    expect(db.pragma('quick_check', { simple: true })).toBe('ok');
    expect(head.seq).toBeLessThan(told);
    const reading = readHighWaterMark(home.mark);
    const high = reading.state === 'read' ? reading.mark.seq : 0;
    expect(high).toBeGreaterThanOrEqual(told);
    const verdict = compareWithHead(reading, head, registryView(db).hashAt);
    expect(verdict).toEqual({ verdict: 'behind', lostFrom: head.seq + 1, lostTo: high });
    db.close();
    const { journal } = home.reopen({ nextSeq: high + 1 });
    expect(journal.append([NOTE]).seqFirst).toBe(high + 1);
  });
});
