/**
 * A command that is printed to be copied must act on the home that the operator looked at. Whoever named a home
 * gets it in every suggested command: without it the copy went to `~/.tradectl`, another account.
 */
import { shellWord } from '../../src/domain/shell-word.ts';
import { safeText } from './safe-text.ts';

/** Where prose goes on after a command, as in `tradectl positions lists them`. */
const PROSE = 'lists|saves|shows|goes|says|names';
const IN_HINT = new RegExp(
  `(?<=^|: |; |\`|, or )tradectl [a-z](?:(?! (?:${PROSE})\\b)[^\`,;])*`,
  'g',
);

/** Lines that are a command to copy (two spaces, then `tradectl`) with the home at their end. */
export function commandsWithHome(text: string, home: string): string {
  if (!text.includes('  tradectl ')) return text;
  return text
    .split('\n')
    .map((line) => (line.startsWith('  tradectl ') ? commandLine(line, home) : line))
    .join('\n');
}

/** The commands in the hint of an error, each with the home. */
export function hintWithHome(hint: string, home: string): string {
  return hint.replaceAll(IN_HINT, (command) => withHome(command, home));
}

/** What follows three spaces says what the command is for. */
function commandLine(line: string, home: string): string {
  const [command = '', ...remark] = line.slice(2).split(/( {3}.*)/);
  return `  ${withHome(command, home)}${remark.join('')}`;
}

/** A command that names this home already gets it as a shell takes it; one about a named file needs none. */
export function withHome(command: string, home: string): string {
  const plain = `--home ${home}`;
  if (command.includes(plain)) return command.replace(plain, () => `--home ${safeWord(home)}`);
  return /--(home|help|db)\b/.test(command) ? command : `${command} --home ${safeWord(home)}`;
}

/** As a shell takes it, and with nothing in it that a terminal would obey. */
export function safeWord(word: string): string {
  return safeText(shellWord(word));
}
