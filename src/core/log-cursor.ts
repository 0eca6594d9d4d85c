/**
 * How far the log has come: the last event that a whole line of it tells. The log is its own cursor; a second
 * file could say more than the log holds, for example after a power cut.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parseLogLine, type LoggedEvent } from './log-record.ts';

const CHUNK = 64 * 1_024;

/** Null when no file of the log names an event. Throws what the file system says, but not for absence. */
export function lastLogged(log: string): LoggedEvent | null {
  for (let number = 0, missing = 0; missing < 2; number += 1) {
    const found = lastEventOf(number === 0 ? log : `${log}.${number}`);
    if (found === 'absent') missing += 1;
    else if (found !== null) return found;
    else missing = 0;
  }
  return null;
}

/** Reads from the end: a bot that was in trouble for hours may have written of nothing else. */
function lastEventOf(file: string): LoggedEvent | 'absent' | null {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
  try {
    let end = fstatSync(fd).size;
    // The beginning of a line whose end was read before; after the last line end stands no whole line.
    let rest = Buffer.alloc(0);
    while (end > 0) {
      const piece = Buffer.alloc(Math.min(CHUNK, end));
      readSync(fd, piece, 0, piece.length, end - piece.length);
      end -= piece.length;
      const text = Buffer.concat([piece, rest]);
      const firstEnd = end === 0 ? -1 : text.indexOf('\n');
      if (end > 0 && firstEnd < 0) {
        rest = text.subarray(0, CHUNK);
        continue;
      }
      const found = lastEventIn(text.subarray(firstEnd + 1).toString('utf8'));
      if (found !== null) return found;
      rest = text.subarray(0, firstEnd + 1);
    }
    return null;
  } finally {
    closeSync(fd);
  }
}

function lastEventIn(text: string): LoggedEvent | null {
  const lines = text.split('\n');
  // What stands after the last line end was cut off by a crash, even if it should be whole.
  for (let at = lines.length - 2; at >= 0; at -= 1) {
    const event = parseLogLine(lines[at] ?? '')?.event ?? null;
    if (event !== null) return event;
  }
  return null;
}
