/**
 * Characters that can move a cursor, recolour a terminal or turn the reading direction. Text from a venue,
 * a file or a journal may hold them; what writes a line for people escapes them.
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

export const UNSAFE_CHARACTERS = new RegExp(
  `[${UNSAFE_RANGES.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('')}]`,
  'gu',
);

/** Most text is this, and asking costs a tenth of replacing. */
const PLAIN = /^[ -~]*$/;

/** JSON text in which unsafe characters are `\u` escapes: the same value, safe to print. */
export function safeJson(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(UNSAFE_CHARACTERS, (character) => unicodeEscape(character));
}

export function unicodeEscape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
