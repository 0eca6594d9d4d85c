/**
 * A home that this user cannot look into: every check of it is unknown. What is not seen there is neither absent
 * nor in order, and a bot may run in it.
 */
import type { Check } from '../../../host/check.ts';
import type { Host } from '../../../host/host.ts';
import { shellWord } from '../../../domain/shell-word.ts';

/** The check as it is, but unknown while the home is hidden. */
export function ofHome(check: Check, host: Host, home: string): Check {
  const hidden = host.hidden(home);
  if (hidden === null) return check;
  return {
    ...check,
    otherwise: toLookInto(host, home),
    run() {
      throw new Error(hidden);
    },
  };
}

/** The commands that look all the same. */
export function toLookInto(host: Host, home: string): string[] {
  const folder = host.stat(home);
  const word = shellWord(home);
  return folder?.isDirectory === true
    ? [`sudo -u '#${folder.uid}' tradectl doctor --home ${word}`]
    : ['# name the directory of the bot with --home; this is:', `ls -ld ${word}`];
}
