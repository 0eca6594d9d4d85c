/** Lines of at most 80 columns, or of the terminal's, broken between words. */
import type { Context } from '../context.ts';

export interface Indent {
  readonly first: string;
  readonly next: string;
}

const WIDTH = 80;

/** Prose of at most 80 columns. */
export function wrapped(text: string, { first, next }: Indent, width = WIDTH): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    const indent = lines.length === 1 ? first : next;
    const isFull = line !== '' && indent.length + line.length + 1 + word.length > width;
    if (isFull) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, at) => `${at === 0 ? first : next}${line}`);
}

/** A quote may be one long word: it is broken where the terminal ends. One line when piped, for grep. */
export function wrappedForTerminal(context: Context, text: string, indent: Indent): string[] {
  if (!context.terminal.outIsTty) return [`${indent.first}${text}`];
  const room = Math.max(20, context.columns - indent.next.length);
  const words = text
    .split(' ')
    .flatMap((word) => word.match(new RegExp(`.{1,${room}}`, 'gsu')) ?? [''])
    .join(' ');
  return wrapped(words, indent, context.columns);
}
