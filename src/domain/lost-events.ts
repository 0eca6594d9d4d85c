/** A committed tail that is gone, in the same words wherever it is met: one event or many. */

/** `event 12 was committed and is gone`. */
export function goneText(from: number, to: number): string {
  return from === to
    ? `event ${from} was committed and is gone`
    : `events ${from} to ${to} were committed and are gone`;
}

/** `committed event 12 is missing from the journal`. */
export function missingText(from: number, to: number): string {
  return from === to
    ? `committed event ${from} is missing from the journal`
    : `committed events ${from} to ${to} are missing from the journal`;
}
