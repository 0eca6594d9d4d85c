/**
 * A writing bot, the real program, killed with SIGKILL again and again at moments nobody chose. What it had
 * acknowledged by then must be in the journal, and after the next start every event must have its log line.
 */
import { setTimeout } from 'node:timers/promises';
import { readHighWaterMark } from '../../src/core/high-water-mark.ts';
import { homePaths } from '../../src/core/home.ts';
import { readHomeLog } from '../../src/core/log-reader.ts';
import { openOwnJournal, type OwnJournal } from '../../src/forensics/own-journal.ts';
import { SeqSet } from '../../src/forensics/seq-set.ts';
import type { Random } from '../../src/domain/clock.ts';
import { start, tradectl } from './tradectl.ts';

export interface KillFigures {
  rounds: number;
  /** Events that the mark said were committed when the process was gone. */
  acknowledged: number;
  /** Of those, not in the journal, or not as they were committed. */
  lost: number;
  /** Events of earlier lives that have no log line after a later start. */
  unlogged: number;
  /** Lines that a later start wrote. */
  replayed: number;
  /** Rounds in which the process ended by itself before it was killed. */
  finished: number;
}

export interface KillOptions {
  readonly rounds: number;
  readonly random: Random;
  /** A fresh home: one recording has an end. */
  readonly newHome: () => string;
  readonly onRound?: (figures: KillFigures) => void;
}

/** Events that a life writes before it is killed, at most. */
const MOST_EVENTS = 150;
const POLL_MS = 1;

export async function killRounds(options: KillOptions): Promise<KillFigures> {
  const figures: KillFigures = {
    rounds: 0,
    acknowledged: 0,
    lost: 0,
    unlogged: 0,
    replayed: 0,
    finished: 0,
  };
  let home = options.newHome();
  let headBefore = 0;
  while (figures.rounds < options.rounds) {
    const wanted = 1 + Math.floor(options.random.next() * MOST_EVENTS);
    const isKilled = await oneLife(home, wanted);
    if (isKilled) {
      figures.rounds += 1;
      headBefore = look(home, { headBefore, figures });
    } else {
      figures.finished += 1;
      await lastLook(home, figures);
      home = options.newHome();
      headBefore = 0;
    }
    options.onRound?.(figures);
  }
  await lastLook(home, figures);
  return figures;
}

/** True when it was killed while it wrote; false when its recording had come to an end. */
async function oneLife(home: string, events: number): Promise<boolean> {
  const from = markOf(home).seq;
  const life = start(['run', '--home', home]);
  const state = { ended: false };
  void life.ended.then(() => (state.ended = true));
  while (markOf(home).seq < from + events && !state.ended) await setTimeout(POLL_MS);
  life.child.kill('SIGKILL');
  return (await life.ended).signal === 'SIGKILL';
}

function markOf(home: string): { seq: number; hash: string | null } {
  const reading = readHighWaterMark(homePaths(home).highWaterMark);
  return reading.state === 'read' ? reading.mark : { seq: 0, hash: null };
}

/** What is left: every acknowledged event, and a line for each event of the lives before. */
function look(
  home: string,
  { headBefore, figures }: { headBefore: number; figures: KillFigures },
): number {
  const journal = openOwnJournal(home);
  try {
    const mark = markOf(home);
    figures.acknowledged += Math.max(0, mark.seq - headBefore);
    figures.lost += lostOf(journal, { from: headBefore + 1, to: mark.seq, hash: mark.hash });
    figures.unlogged += unloggedOf(home, headBefore);
    return journal.ends()?.last.seq ?? 0;
  } finally {
    journal.close();
  }
}

function lostOf(
  journal: OwnJournal,
  told: { from: number; to: number; hash: string | null },
): number {
  if (told.to < told.from) return 0;
  const marks = journal.marks(told.from - 1, told.to - told.from + 1);
  const whole = marks.filter(({ link, seq }) => link === 'whole' && seq <= told.to).length;
  const isSame = told.hash === null || journal.eventAt(told.to)?.hash === told.hash;
  return told.to - told.from + 1 - whole + (isSame ? 0 : 1);
}

function unloggedOf(home: string, upTo: number): number {
  if (upTo === 0) return 0;
  const told = new SeqSet();
  for (const { record } of readHomeLog(homePaths(home).log)) {
    if (record?.event != null) told.add(record.event.seq);
  }
  return told.missingFrom(1, upTo).reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** A start in order after the last death: then nothing at all may be without its line. */
async function lastLook(home: string, figures: KillFigures): Promise<void> {
  await tradectl(['run', '--cycles', '1', '--home', home]);
  const journal = openOwnJournal(home);
  const head = journal.ends()?.last.seq ?? 0;
  journal.close();
  figures.unlogged += unloggedOf(home, head);
  for (const { record } of readHomeLog(homePaths(home).log)) {
    if (record?.event?.replayed === true) figures.replayed += 1;
  }
}
