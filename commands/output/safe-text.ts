/**
 * Text from a venue, a file or a journal may hold anything. At the edge of every output the
 * characters that can move a cursor, recolour a terminal or turn the reading direction are written
 * as escapes, so that what an operator reads is what was stored.
 */

/** Ranges of code points that are never printed as they are. */
const UNSAFE_RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x1f], // C0, with ESC, carriage return and line feed
  [0x7f, 0x9f], // DEL and C1: 0x9b starts a control sequence without ESC
  [0x61c, 0x61c], // Arabic letter mark
  [0x200b, 0x200f], // zero width, direction marks
  [0x2028, 0x202e], // line separators, direction embeddings
  [0x2060, 0x2064], // invisible operators
  [0x2066, 0x2069], // direction isolates
  [0xd800, 0xdfff], // lone surrogates; a pair is one code point above them
  [0xfeff, 0xfeff], // byte order mark
];

const UNSAFE = new RegExp(
  `[${UNSAFE_RANGES.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('')}]`,
  'gu',
);

/** One line of text: nothing in it can leave its place on the screen. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (character) => escapeOf(character.codePointAt(0) ?? 0));
}

/** Text whose line ends are wanted; all else is escaped. */
export function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => safeText(line))
    .join('\n');
}

/** JSON text in which unsafe characters are `\u` escapes: the same value, safe to print. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, (character) => unicodeEscape(character.codePointAt(0) ?? 0));
}

function escapeOf(code: number): string {
  if (code === 0x0a) return '\\n';
  if (code === 0x0d) return '\\r';
  if (code === 0x09) return '\\t';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(code);
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
