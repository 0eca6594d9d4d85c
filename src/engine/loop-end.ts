/** Why the cycles stopped. A planned restart aborts with its own word; everything else is a signal. */
export type LoopEnd = 'finished' | 'signal' | 'cycles' | 'memory';

/** The reason a planned restart gives. */
export const FOR_MEMORY = 'memory';

export function stopReason({ reason }: AbortSignal): LoopEnd {
  return reason === FOR_MEMORY ? 'memory' : 'signal';
}
