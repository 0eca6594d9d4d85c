/** What this machine can tell of processes that ended here: asked once, for every command that judges a death. */
import { readExitRecords } from '../src/core/exit-records.ts';
import type { HomePaths } from '../src/core/home.ts';
import { ms } from '../src/domain/clock.ts';
import type { DeathEvidence } from '../src/domain/death-evidence.ts';
import { messageOf } from '../src/domain/errors.ts';
import { machinePort, readDeathEvidence } from '../src/host/death-evidence.ts';

/** `sinceMs`: when the oldest life in question began. */
export function machineEvidence(
  paths: HomePaths,
  sinceMs: number,
  unit: string | null,
): DeathEvidence {
  return readDeathEvidence(machinePort(), {
    home: paths.dir,
    sinceMs: ms(sinceMs),
    unit,
    exits: exitRecords(paths.exits),
  });
}

function exitRecords(file: string): DeathEvidence['exits'] {
  try {
    return { state: 'read', source: 'exits.jsonl', value: readExitRecords(file) };
  } catch (error) {
    const why = messageOf(error);
    return { state: 'unreadable', source: 'exits.jsonl', why };
  }
}
