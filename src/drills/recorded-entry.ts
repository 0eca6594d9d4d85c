/** An entry that the strategy really makes: SOL of the bundled recording, in January 2025. */
import type { Stage } from './stage.ts';

/** Twelve cycles: the signal comes in the seventh, and no target is reached by the twelfth. */
export const RECORDED = { base: 'SOL', from: '2025-01-19', cycles: '12' } as const;

export async function runRecorded(stage: Stage): Promise<void> {
  const { from, cycles } = RECORDED;
  await stage.run('run', '--feed', 'feed', '--from', from, '--cycles', cycles);
}
