/**
 * Lines of a plan. Nothing is cut, because an operator acts on it, and nothing is wider than the terminal: what does
 * not fit goes on below, a word longer than a line is broken. All text is made safe here.
 */
import { safeText } from './safe-text.ts';

/** Prose below an indent; further lines stand two columns deeper. */
export function paragraph(text: string, options: { indent: number; width: number }): string[] {
  const { indent, width } = options;
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  for (const word of brokenWords(safeText(text), width - indent - 2)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent + 2);
      isEmpty = true;
    }
    line = isEmpty ? line + word : `${line} ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

function brokenWords(text: string, longest: number): string[] {
  return text.split(' ').flatMap((word) => {
    if (word.length <= longest) return [word];
    const pieces = Array.from({ length: Math.ceil(word.length / longest) }, (_, at) =>
      word.slice(at * longest, (at + 1) * longest),
    );
    return pieces;
  });
}

export interface Cells {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = 2;

/** Widths of the columns of a table, or null when it is wider than the terminal. */
export function columnsThatFit({ header, rows }: Cells, width: number): readonly number[] | null {
  const widths = header.map((name, at) =>
    rows.reduce((widest, row) => Math.max(widest, safeText(row[at] ?? '').length), name.length),
  );
  const total = widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  return total > width ? null : widths;
}

/** One row of a table; without white space at its end. */
export function tableLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => safeText(cell).padEnd(widths[at] ?? 0))
    .join(' '.repeat(GAP))
    .trimEnd();
}
