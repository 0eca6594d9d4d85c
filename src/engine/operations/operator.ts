/** Who gave a command: journaled with it, so that a cleared halt has a name. */
export interface Operator {
  readonly uid: number | null;
  readonly terminal: string | null;
  readonly user: string | null;
}

/** How an operator is written into a halt file: `maria (uid 1000, /dev/pts/0)`. */
export function operatorText({ uid, terminal, user }: Operator): string {
  const facts = [uid === null ? null : `uid ${uid}`, terminal].filter((fact) => fact !== null);
  const name = user ?? 'operator';
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`;
}
