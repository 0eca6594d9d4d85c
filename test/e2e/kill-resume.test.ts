/**
 * The process dies at moments nobody chose, and again, and again; the bot that comes back ends where an
 * uninterrupted one ends. When the disk loses what was committed, it says which events and stays HALTED.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { cutLastCommits } from '../support/cut-wal.ts';
import { journalFacts, type JournalFacts } from '../support/journal-facts.ts';
import { cleanUp, document, freshHome, start, tradectl } from '../support/tradectl.ts';

/** Long enough for a dozen trades, short enough to run often. */
const RUN = ['run', '--to', '2025-02-01'] as const;
const KILLS = 6;

let uninterrupted: JournalFacts;
let whole: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const home = freshHome('uninterrupted');
  whole = await document([...RUN, '--home', home]);
  uninterrupted = journalFacts(home);
});
afterAll(cleanUp);

/** The last event that was acknowledged, without touching the database of a living bot. */
function markOf(home: string): number {
  try {
    return Number(readFileSync(join(home, 'hwm'), 'latin1').slice(0, 16));
  } catch {
    return 0;
  }
}

/** Starts a life and kills it as soon as the journal has reached `seq`, wherever that is in a cycle. */
async function liveUntil(home: string, seq: number): Promise<void> {
  const life = start([...RUN, '--home', home]);
  const state = { ended: false };
  void life.ended.then(() => (state.ended = true));
  while (markOf(home) < seq && !state.ended) await setTimeout(1);
  life.child.kill('SIGKILL');
  expect(await life.ended, `seq ${seq}`).toMatchObject({ signal: 'SIGKILL' });
}

describe('SIGKILL at random moments', () => {
  const home = freshHome('killed');
  let killed: JournalFacts;

  beforeAll(async () => {
    const random = seededRandom('kill and resume');
    const last = Number(whole['head_seq']);
    const moments = Array.from(
      { length: KILLS },
      () => Math.floor(random.next() * (last - 200)) + 50,
    );
    for (const seq of moments.sort((a, b) => a - b)) await liveUntil(home, seq);
    const resumed = await document([...RUN, '--home', home]);
    expect(resumed).toMatchObject({ finished: true, equity_end: whole['equity_end'] });
    killed = journalFacts(home);
  });

  test('fills, positions and equity are those of the uninterrupted run', () => {
    expect(uninterrupted.outcome.fills.length).toBeGreaterThan(20);
    expect(killed.outcome).toEqual(uninterrupted.outcome);
  });

  test('the tables are the fold of all events, and the hash chain is whole', () => {
    expect(killed.differences).toEqual([]);
  });

  test('every death is in the run table and in the journal', () => {
    const ends = killed.lives.map(({ endReason }) => endReason).reverse();
    expect(ends).toEqual([...Array<null>(KILLS).fill(null), 'finished']);
    const died = killed.events.filter(({ type }) => type === 'PREVIOUS_RUN_DIED');
    expect(died).toHaveLength(KILLS);
    for (const { payload, seq } of died) expect(payload['last_seq']).toBe(seq - 1);
  });

  test('no order reached the venue twice', () => {
    // A kill between intent and request leaves an intent that never left: it is proven absent, and
    // meant again under the next attempt.
    const reached = (events: typeof killed.events): number =>
      events.filter(({ type }) => type === 'ORDER_INTENDED').length -
      events.filter(({ type, payload }) => type === 'ORDER_STATE' && payload['state'] === 'absent')
        .length;
    expect(reached(killed.events)).toBe(reached(uninterrupted.events));
  });
});

describe('the tail of the -wal is gone after a SIGKILL', () => {
  const home = freshHome('cut');
  let lostFrom = 0;
  let lostTo = 0;

  beforeAll(async () => {
    await liveUntil(home, 700);
    lostTo = markOf(home);
    cutLastCommits(join(home, 'state.db-wal'));
  });

  test('the bot starts HALTED, names the range, and its run ends with exit 0', async () => {
    const { code, stdout, stderr } = await tradectl([
      ...RUN,
      '--cycles',
      '3',
      '--json',
      '--home',
      home,
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'HALTED' });
    const { events } = journalFacts(home);
    const lost = events.find(({ type }) => type === 'JOURNAL_TAIL_LOST');
    lostFrom = Number(lost?.payload['lost_from']);
    expect(lost?.payload['lost_to']).toBe(lostTo);
    expect(lostFrom).toBeLessThanOrEqual(lostTo);
    expect(lostFrom).toBe(Number(lost?.payload['head_seq']) + 1);
    expect(stderr).toContain(`committed events ${lostFrom} to ${lostTo} are missing`);
  });

  test('no entry is intended while it is HALTED, and no number is used twice', () => {
    const { events, differences } = journalFacts(home);
    const after = events.filter(({ seq }) => seq > lostTo);
    expect(after.length).toBeGreaterThan(3);
    expect(events.some(({ seq }) => seq >= lostFrom && seq <= lostTo)).toBe(false);
    expect(after.filter(({ payload }) => payload['role'] === 'entry')).toEqual([]);
    expect(differences).toEqual([]);
  });

  test('the halt cannot be cleared while its cause holds, only despite it', async () => {
    const shown = await document(['halt', 'show', '--home', home]);
    const [halt] = shown['halts'] as { id: string; kind: string; reason: string }[];
    expect(halt).toMatchObject({ kind: 'journal_tail_lost' });
    expect(halt?.reason).toContain(`${lostFrom} to ${lostTo}`);
    const id = halt?.id ?? '';
    const clear = ['halt', 'clear', id, '--confirm', id, '--reason', 'books checked'];
    const refused = await tradectl([...clear, '--json', '--home', home]);
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'CAUSE_HOLDS', exit: 3 });
    const cleared = await tradectl([...clear, '--despite-findings', '--home', home]);
    expect(cleared.code).toBe(0);
    const { events } = journalFacts(home);
    expect(events.filter(({ type }) => type === 'HALT_CLEARED').at(-1)?.payload).toMatchObject({
      kind: 'journal_tail_lost',
      reason: 'books checked',
      despite_findings: true,
    });
  });

  test('then it trades on to the end, and its books still add up', async () => {
    const ended = await document([...RUN, '--home', home]);
    expect(ended).toMatchObject({ finished: true });
    expect(ended['state']).not.toBe('HALTED');
    expect(journalFacts(home).differences).toEqual([]);
  });
});
