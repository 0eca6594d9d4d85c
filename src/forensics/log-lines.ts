/** Lines of a log as forensics reads them: of our own home with its rotated files, or of named files. */
import { statSync } from 'node:fs';
import { readHomeLog, readLogFile, type LogLine } from '../core/log-reader.ts';
import { parseLogLine, type LogRecord } from '../core/log-record.ts';
import { parseTime } from '../domain/clock.ts';
import type { SourceLogLine } from './journal-source.ts';

/** Streams; throws FILE_INVALID for a file that cannot be read. A home without a log has no lines. */
export function* readLogLines(
  files: readonly string[] | null,
  own: string,
): Iterable<SourceLogLine> {
  if (files === null) {
    for (const line of readHomeLog(own)) yield sourceLine(line);
    return;
  }
  for (const file of files) {
    for (const line of readLogFile(file)) yield sourceLine(line);
  }
}

/** Which files the log of a home has and how long each is: it only ever grows and is moved on. */
export function logIdentityOf(own: string): string | null {
  const newest = statSync(own, { throwIfNoEntry: false });
  const before = statSync(`${own}.1`, { throwIfNoEntry: false });
  if (newest === undefined) return null;
  return [newest, before].map((file) => `${file?.ino ?? 0}:${file?.size ?? 0}`).join(' ');
}

/** How a line of ours begins; the numbers of a line are wanted of each, the rest of few. */
const OURS =
  /^\{"time":"([^"]*)","level":"[a-z]+","pid":(\d{1,10}),"seq":(\d{1,15}),"hash":"([0-9a-f]{8})",/;

function sourceLine(line: LogLine): SourceLogLine {
  const [, time, pid, seq, hash8] = OURS.exec(line.text) ?? [];
  // A line that was cut off tells nothing, whatever its beginning says.
  if (time === undefined || hash8 === undefined || !line.text.endsWith('}')) {
    return understood(line);
  }
  return new NumberedLine(line, { time, pid: Number(pid), seq: Number(seq), hash8 });
}

interface Beginning {
  readonly time: string;
  readonly pid: number;
  readonly seq: number;
  readonly hash8: string;
}

class NumberedLine implements SourceLogLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly seq: number;
  readonly hash8: string;
  readonly pid: number;
  readonly isReplayed: boolean;
  private readonly time: string;

  constructor({ file, line, text }: LogLine, { time, pid, seq, hash8 }: Beginning) {
    this.file = file;
    this.line = line;
    this.text = text;
    this.seq = seq;
    this.hash8 = hash8;
    this.pid = pid;
    this.time = time;
    this.isReplayed = text.includes('"replayed":true');
  }

  get timeMs(): number | null {
    return parseTime(this.time);
  }

  get type(): string | null {
    return this.record?.event?.type ?? null;
  }

  get symbol(): string | null {
    return this.record?.event?.symbol ?? null;
  }

  get positionId(): string | null {
    return this.record?.event?.position ?? null;
  }

  private get record(): LogRecord | null {
    return parseLogLine(this.text);
  }
}

/** A line with all that our own log says in it. */
export function understood({ file, line, text, record }: LogLine): SourceLogLine {
  const event = record?.event ?? null;
  return {
    file,
    line,
    timeMs: record?.timeMs ?? null,
    seq: event?.seq ?? null,
    hash8: event?.hash ?? null,
    type: event?.type ?? null,
    symbol: event?.symbol ?? null,
    positionId: event?.position ?? null,
    pid: record?.pid ?? null,
    isReplayed: event?.replayed ?? false,
    text,
  };
}
