/** Lines of a log as forensics reads them: of our own home with its rotated files, or of named files. */
import { readHomeLog, readLogFile, type LogLine } from '../core/log-reader.ts';
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

function sourceLine({ file, line, text, record }: LogLine): SourceLogLine {
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
