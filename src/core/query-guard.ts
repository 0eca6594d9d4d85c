/**
 * Which statements an operator's query may be. better-sqlite3 has no authorizer, a read-only connection still
 * writes other files (VACUUM INTO), attaches and creates them, and calls a statement that switches its own
 * protection off read-only. So the words decide, before anything is prepared: `EXPLAIN PRAGMA query_only=0`
 * acts while it is prepared. After preparing, SQLite's own answer must agree.
 */
import { sqlWords, type SqlWord } from './query-words.ts';

const FIRST = ['select', 'with', 'values', 'explain', 'pragma'];
const EXPLAINED = ['select', 'with', 'values'];
/** Both as statements and as the tables `pragma_...`; all others change the connection or the file. */
const ALLOWED_PRAGMAS = ['table_info', 'index_list', 'table_list'];
/** They load code into the process, or hand out addresses of it. */
const FORBIDDEN_NAMES = ['load_extension', 'fts3_tokenizer', 'writable_schema'];

/** What a prepared statement says of itself. */
export interface Prepared {
  readonly reader: boolean;
  readonly readonly: boolean;
}

/** Why this text is not run at all, in words; null when it may be prepared. */
export function refusedText(sql: string): string | null {
  if (sql.includes('\0')) return 'a query holds no NUL: SQLite would ignore what follows it';
  const words = withoutLastSemicolon(sqlWords(sql));
  const [first] = words;
  if (first === undefined) return 'there is no statement in it';
  if (words.some((word) => isMark(word, ';'))) return 'one statement at a time';
  if (first.kind !== 'name' || !FIRST.includes(first.text)) {
    return `a query begins with SELECT, WITH, VALUES or EXPLAIN, this one with ${shown(first)}`;
  }
  if (first.text === 'pragma') return refusedPragma(words);
  if (first.text === 'explain') {
    const subject = words[words[1]?.text === 'query' ? 3 : 1];
    if (subject?.kind !== 'name' || !EXPLAINED.includes(subject.text)) {
      return 'only SELECT, WITH and VALUES are explained: other statements act while they are explained';
    }
  }
  return refusedName(words);
}

/** Why a prepared statement is not run, in words; null when it only reads. */
export function refusedStatement(statement: Prepared): string | null {
  if (!statement.reader) return 'it returns no rows: a query only reads';
  return statement.readonly ? null : 'it writes: a query only reads';
}

/** `PRAGMA [schema.]name[(argument)]`, and never `= value`. */
function refusedPragma(words: readonly SqlWord[]): string | null {
  const isQualified = words[2] !== undefined && isMark(words[2], '.');
  const name = words[isQualified ? 3 : 1];
  const allowed = name?.kind === 'name' && ALLOWED_PRAGMAS.includes(name.text);
  if (!allowed || words.some((word) => isMark(word, '='))) {
    return `the pragmas of a query are ${ALLOWED_PRAGMAS.join(', ')}`;
  }
  return null;
}

function refusedName(words: readonly SqlWord[]): string | null {
  for (const { kind, text } of words) {
    if (kind !== 'name') continue;
    if (FORBIDDEN_NAMES.includes(text)) return `${text} is not for queries`;
    if (text.startsWith('pragma_') && !ALLOWED_PRAGMAS.includes(text.slice('pragma_'.length))) {
      return `the pragmas of a query are ${ALLOWED_PRAGMAS.join(', ')}`;
    }
  }
  return null;
}

function withoutLastSemicolon(words: readonly SqlWord[]): readonly SqlWord[] {
  const last = words.at(-1);
  return last !== undefined && isMark(last, ';') ? words.slice(0, -1) : words;
}

function isMark(word: SqlWord, text: string): boolean {
  return word.kind === 'mark' && word.text === text;
}

function shown({ text }: SqlWord): string {
  return JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}...` : text.toUpperCase());
}
