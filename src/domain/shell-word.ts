/** A word of a command that is printed to be copied, as a shell takes it. */

/** Quoted when anything in it could mean something to a shell; in single quotes nothing acts, `$` neither. */
export function shellWord(word: string): string {
  return /^[\w./@%+:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
