/**
 * The words of a SQL text as SQLite reads them: without comments and white space, literals apart from names.
 * Needed before a statement is prepared, because some of them act while they are being prepared.
 */

export interface SqlWord {
  /** `name`: a bare or quoted identifier or keyword; `mark`: one character of punctuation. */
  readonly kind: 'name' | 'literal' | 'mark';
  /** Of a name: without its quotes, in lower case. */
  readonly text: string;
}

/** SQLite's own white space: no other character separates words, whatever Unicode calls it. */
const SPACE = /[ \t\n\f\r]+/y;
const COMMENT = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const BARE = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_$\u0080-\u{10ffff}]*/uy;
const QUOTED = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y;
const LITERAL = /(?:[xX])?'(?:[^']|'')*'|[0-9][0-9a-zA-Z_.]*/y;

export function sqlWords(sql: string): SqlWord[] {
  const words: SqlWord[] = [];
  let at = 0;
  const next = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  while (at < sql.length) {
    if (next(SPACE) !== null || next(COMMENT) !== null) continue;
    const literal = next(LITERAL);
    const bare = literal === null ? next(BARE) : null;
    const quoted = literal === null && bare === null ? next(QUOTED) : null;
    if (literal !== null) words.push({ kind: 'literal', text: literal });
    else if (bare !== null) words.push({ kind: 'name', text: bare.toLowerCase() });
    else if (quoted !== null) words.push({ kind: 'name', text: unquoted(quoted) });
    else words.push({ kind: 'mark', text: sql.charAt(at++) });
  }
  return words;
}

function unquoted(written: string): string {
  const mark = written.charAt(0);
  const inner = written.slice(1, -1);
  return (mark === '[' ? inner : inner.replaceAll(mark + mark, mark)).toLowerCase();
}
