/** `tradectl deaths`: each life of the bot, how it ended, how that is known, and the events around it. */
import { homePaths } from '../src/core/home.ts';
import { lockState, runningBot } from '../src/core/lock.ts';
import { readHighWaterMark } from '../src/core/high-water-mark.ts';
import { goneText } from '../src/domain/lost-events.ts';
import { duration } from '../src/domain/duration.ts';
import { megabytes } from '../src/domain/megabytes.ts';
import { isoTime, ms } from '../src/domain/clock.ts';
import { readHome } from '../src/engine/operations/read-home.ts';
import {
  deathsDocument,
  isDeath,
  isUnexplained,
  speakers,
  type DeathsDocument,
  type EventMentionRow,
  type LifeRow,
} from '../src/forensics/death-report.ts';
import { endWord } from '../src/forensics/end-word.ts';
import { LastWordsFinder } from '../src/forensics/last-words.ts';
import { readLogLines } from '../src/forensics/log-lines.ts';
import { countLives, readLives, type LifeWithEvents } from '../src/forensics/lives.ts';
import type { LastWords } from '../src/forensics/judge-death.ts';
import type { Context } from './context.ts';
import { machineEvidence } from './machine-evidence.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';
import { wrapped } from './output/wrap.ts';
import { paintFor, type Paint } from './paint.ts';

const STALE_MS = 60_000;

export interface DeathsFlags {
  readonly limit: number;
  readonly unit?: string;
}

export async function deaths(context: Context, flags: DeathsFlags): Promise<number> {
  const paths = homePaths(context.home);
  // The lock is asked before the lives: a bot that ends in between is then seen as ended.
  const bot = runningBot(lockState(paths));
  // Before the journal: of a bot that starts meanwhile it is then behind, never ahead.
  const mark = readHighWaterMark(paths.highWaterMark);
  const limit = flags.limit === 0 ? -1 : flags.limit;
  const [lives, livesTotal] = readHome(context.home, (db) => [
    readLives(db, limit),
    countLives(db),
  ]);
  const unexplained = lives.filter((life) => isUnexplained(life, bot));
  const oldest = Math.min(...unexplained.map(({ run }) => run.startedMs));
  const document = deathsDocument({
    home: context.home,
    asOfMs: context.clock.now(),
    lives,
    bot,
    livesTotal,
    markSeq: mark.state === 'read' ? mark.mark.seq : null,
    lastWords: wordsOf(unexplained, paths.log),
    evidence: unexplained.length === 0 ? null : machineEvidence(paths, oldest, flags.unit ?? null),
  });
  if (context.json) context.out(jsonLine(document));
  else context.out(deathsText(document, await paintFor(context.outColour)));
  return 0;
}

/** The log is only read when a life has no end. */
function wordsOf(lives: readonly LifeWithEvents[], log: string): ReadonlyMap<number, LastWords> {
  if (lives.length === 0) return new Map();
  const finder = new LastWordsFinder(speakers(lives));
  for (const line of readLogLines(null, log)) finder.note(line);
  return finder.result();
}

function deathsText(document: DeathsDocument, paint: Paint): string {
  const { lives } = document;
  const isUnknown = lives.some(({ how }) => how === 'unknown');
  const advice = isUnknown
    ? '\nWho ended a process from outside is known to the service manager. Run the bot as\n' +
      'a service, and each end is kept:\n  tradectl service\n'
    : '';
  const told = lives.map((life) => lifeText(life, document.as_of_ms, paint)).join('\n');
  const isLost = lives.some(({ lost_from: from }) => from !== null);
  const gone = isLost ? '\nWhat is gone, and who tells of it:\n  tradectl events gap\n' : '';
  return `${summaryOf(document)}\n${told}${gone}${advice}`;
}

function summaryOf(document: DeathsDocument): string {
  const { lives, deaths: died, lives_total: total } = document;
  if (lives.length === 0) return 'No life is noted.\n';
  if (lives.length < total) {
    const [newest, one] =
      lives.length === 1 ? ['The newest', 'it'] : [`The newest ${lives.length}`, 'of these'];
    const ended =
      died === 0 ? 'none died' : `${one === 'it' ? 'it' : `${died} ${one}`} did not end in order`;
    return `${newest} of ${total} lives; ${ended}. All:\n  tradectl deaths --limit 0\n`;
  }
  const isOnly = lives.length === 1;
  const many = isOnly ? '1 life' : `${lives.length} lives, newest first`;
  if (died > 0) return `${many}; ${isOnly ? 'it' : died} did not end in order.\n`;
  if (lives.every(({ how }) => how !== 'running')) {
    return `${many}; ${isOnly ? 'it' : 'all'} ended in order.\n`;
  }
  const others = lives.length === 2 ? 'the other' : 'the others';
  return `${many}; ${isOnly ? 'it runs' : `one runs, ${others} ended in order`}.\n`;
}

function lifeText(life: LifeRow, asOfMs: number, paint: Paint): string {
  const until = life.how === 'running' ? null : lastSignOf(life);
  const lasted = duration((until ?? asOfMs) - life.started_ms);
  const head = `Life ${life.life}  pid ${life.pid}  ${utcSecond(life.started_ms)} to ${
    until === null ? 'now' : utcSecond(until)
  } (${lasted})`;
  const lines = [
    head,
    `  ${wordOf(life)}: ${life.sentence}${until === null ? beatText(life, asOfMs) : ''}`,
    ...(life.ended_ms === null && life.how !== 'running'
      ? life.evidence.map(({ source, text }) => `    ${source}: ${text}`)
      : []),
    ...memoryLine(life),
    ...eventLines(life),
  ];
  const text = lines.flatMap((line) => wrapped(safeText(line), '      ')).join('\n');
  const colour = isDeath(life.how) ? paint.bad : paint.good;
  // Painted last: what was made safe has no escape sequence left.
  return `${text.replace(`  ${wordOf(life)}:`, () => `  ${colour(wordOf(life))}:`)}\n`;
}

/** The log may have gone on where the journal lost its tail. */
function lastSignOf({ ended_ms, last_beat_ms, last_line_ms }: LifeRow): number {
  return ended_ms ?? Math.max(last_beat_ms, last_line_ms ?? 0);
}

/** A living bot beats each second or so; one that was stopped holds the lock too. */
function beatText({ last_beat_ms: beat }: LifeRow, asOfMs: number): string {
  const silent = Math.max(0, asOfMs - beat);
  const stuck = silent < STALE_MS ? '' : '; stuck, stopped, or busy';
  return `, its last sign of life ${duration(silent)} ago${stuck}`;
}

function wordOf(life: LifeRow): string {
  return endWord(life).toUpperCase();
}

function memoryLine({ last_rss_bytes: bytes }: LifeRow): string[] {
  return bytes === null ? [] : [`  last memory ${megabytes(bytes)} MB`];
}

function eventLines(life: LifeRow): string[] {
  const { first_event: first, last_event: last, next_event: after } = life;
  if (first === null || last === null) return ['  it wrote no event'];
  const silent =
    life.silent_ms === null ? '' : `, ${duration(life.silent_ms)} after its last sign of life`;
  const next =
    life.next_started_ms === null
      ? []
      : [`  next start ${utcSecond(life.next_started_ms)}${silent}`];
  return [
    first.seq === last.seq
      ? `  one event: ${mention(last)}`
      : `  events ${first.seq} to ${last.seq}; the last is ${mention(last)}`,
    ...lostLine(life),
    ...(after === null ? [] : [`  then ${mention(after)}`]),
    ...(isDeath(life.how) ? next : []),
  ];
}

function lostLine({ lost_from: from, lost_to: to }: LifeRow): string[] {
  return from === null || to === null ? [] : [`  ${goneText(from, to)}`];
}

/** `2026-01-31 16:00:05Z`: who looks for a death looks for seconds. */
function utcSecond(at: number): string {
  return `${isoTime(ms(at)).slice(0, 19).replace('T', ' ')}Z`;
}

function mention({ seq, type, recorded_ms: at }: EventMentionRow): string {
  return `${seq} ${type} ${utcSecond(at)}`;
}
