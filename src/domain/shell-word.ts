/** A path in a command that is printed to be copied. */

/** Quoted when anything in it could mean something to a shell. */
export function shellWord(path: string): string {
  return /^[\w./@%+:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
