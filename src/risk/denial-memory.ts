/**
 * A denial is remembered until its inputs change: the second time it is counted, not journaled. The
 * incident: the same impossible half-contract close was sent and refused 46 times.
 */
export interface DenialMemory {
  /** True when this denial is news for its subject. */
  note(subject: string, key: string): boolean;
  /** The subject was approved, or is gone. */
  forget(subject: string): void;
}

export function createDenialMemory(): DenialMemory {
  const last = new Map<string, string>();
  return {
    note(subject, key) {
      if (last.get(subject) === key) return false;
      last.set(subject, key);
      return true;
    },
    forget: (subject) => void last.delete(subject),
  };
}
