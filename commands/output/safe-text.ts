/**
 * Text from a venue, a file or a journal may hold anything. At the edge of every output the
 * characters that can move a cursor, recolour a terminal or turn the reading direction are written
 * as escapes, so that what an operator reads is what was stored.
 */
import { unicodeEscape, UNSAFE_CHARACTERS } from '../../src/domain/unsafe-characters.ts';

/** One line of text: nothing in it can leave its place on the screen. */
export function safeText(text: string): string {
  return text.replace(UNSAFE_CHARACTERS, (character) => escapeOf(character));
}

/** Text whose line ends are wanted; all else is escaped. */
export function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => safeText(line))
    .join('\n');
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a) return '\\n';
  if (code === 0x0d) return '\\r';
  if (code === 0x09) return '\\t';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(character);
}
