/** Prose for a terminal of 80 columns: broken between words, never within one. */

const WIDTH = 80;

/** Lines of at most 80 columns; those after the first begin with `indent`. */
export function wrapped(text: string, indent = '  '): string[] {
  const [first = '', ...words] = text.split(' ');
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    if (line.trim() !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = `${line} ${word}`;
  }
  return [...lines, line];
}
