/**
 * A command that a finding suggests, made to act on the very journal that was looked at: the home that was named,
 * or the file of `--db`. What cannot be asked of a file is replaced by what can.
 */
import type { GapFinding } from '../../src/forensics/gap-finding.ts';
import type { Context } from '../context.ts';
import { safeWord, withHome } from './named-home.ts';

/** What takes `--db`. */
const OF_A_FILE = /^tradectl (events (gap|verify)|trace|query)\b/;

/** `db`: the file that was named, null for the home. Null where nothing can be suggested for a file. */
export function placedCommand(
  command: string,
  { home, homeIsNamed }: Pick<Context, 'home' | 'homeIsNamed'>,
  db: string | null,
): string | null {
  if (db === null) return homeIsNamed ? withHome(command, home) : command;
  const asked = ofFile(command);
  return asked === null ? null : `${asked} --db ${safeWord(db)}`;
}

/** Each finding with a command that works as it is typed. */
export function placedFindings(
  findings: readonly GapFinding[],
  context: Pick<Context, 'home' | 'homeIsNamed'>,
  db: string | null,
): GapFinding[] {
  return findings.map((finding) => {
    const { repair, from_seq: seq, kind } = finding;
    // What cannot be read cannot be traced.
    const isTold = seq !== null && kind !== 'unreadable';
    const look = isTold ? `tradectl trace ${seq}` : 'tradectl events verify';
    const placed = placedCommand(repair, context, db) ?? placedCommand(look, context, db);
    return { ...finding, repair: placed ?? repair };
  });
}

function ofFile(command: string): string | null {
  if (OF_A_FILE.test(command)) return command;
  const [, seq] = /^tradectl events show (\d+)$/.exec(command) ?? [];
  if (seq !== undefined) return `tradectl trace ${seq}`;
  return /^tradectl (deaths|run)$/.test(command) ? 'tradectl query runs' : null;
}
