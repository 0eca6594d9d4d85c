/** `no events`, `1 event`, `3 events`: a count inside a sentence, with the noun it needs. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? 'no' : count} ${count === 1 ? one : many}`;
}
