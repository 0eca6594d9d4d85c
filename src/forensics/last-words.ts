/**
 * The last line that each of some lives wrote into the log, and whether one of its lines says that it ended in order:
 * a journal that lost its tail, or that was put back from a copy, does not have the end that the log still tells.
 */
import { parseLogLine } from '../core/log-record.ts';
import { ms } from '../domain/clock.ts';
import type { LastWords } from './judge-death.ts';
import type { SourceLogLine, SourceRun } from './journal-source.ts';

/** A life that ended without a word in the run table, in the time of the wall clock. */
export interface Speaker {
  readonly life: number;
  readonly pid: number | null;
  readonly fromMs: number;
  /** When the next life began; infinite for the newest. */
  readonly untilMs: number;
}

const END = '"type":"RUN_ENDED"';

/** Of each run that has no end and does not live. */
export function speakersOf(runs: readonly SourceRun[]): Speaker[] {
  return runs.flatMap(({ life, pid, startedMs, endedMs, isAlive }, at) => {
    if (endedMs !== null || isAlive) return [];
    const untilMs = runs[at + 1]?.startedMs ?? Number.POSITIVE_INFINITY;
    return [{ life, pid, fromMs: startedMs, untilMs }];
  });
}

/** Notes line by line; remembers one line for each life. */
export class LastWordsFinder {
  private readonly lives = new Map<number, Speaker[]>();
  private readonly last = new Map<number, SourceLogLine>();

  constructor(speakers: readonly Speaker[]) {
    for (const speaker of speakers) {
      if (speaker.pid === null) continue;
      this.lives.set(speaker.pid, [...(this.lives.get(speaker.pid) ?? []), speaker]);
    }
  }

  note(line: SourceLogLine): void {
    if (this.lives.size === 0 || line.pid === null) return;
    const at = line.timeMs;
    const found = this.lives
      .get(line.pid)
      ?.find(({ fromMs, untilMs }) => at !== null && at >= fromMs && at <= untilMs);
    if (found === undefined) return;
    const before = this.last.get(found.life);
    // What it says after its end, such as that the lock was given back, does not undo the end.
    if (before === undefined || !before.text.includes(END)) this.last.set(found.life, line);
  }

  /** By the number of the life. */
  result(): ReadonlyMap<number, LastWords> {
    return new Map([...this.last].map(([life, line]) => [life, wordsOf(line)]));
  }
}

function wordsOf({ file, line, text, timeMs }: SourceLogLine): LastWords {
  const record = parseLogLine(text);
  const name = file.slice(file.lastIndexOf('/') + 1);
  return {
    source: `${name}:${line}`,
    text: record?.msg ?? text,
    atMs: ms(timeMs ?? 0),
  };
}
