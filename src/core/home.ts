/** The files of one bot's home (state directory), named in one place. */
import { join } from 'node:path';

export interface HomePaths {
  readonly dir: string;
  readonly state: string;
  readonly highWaterMark: string;
  readonly lock: string;
  readonly lockOwner: string;
  readonly haltFile: string;
  readonly killFile: string;
  readonly candles: string;
  readonly paper: string;
  readonly archive: string;
  /** Room kept back for a full disk. */
  readonly ballast: string;
  readonly log: string;
  /** How far the journal was verified; may be lost. */
  readonly verified: string;
  /** What was asked of a live venue. */
  readonly requests: string;
  readonly exits: string;
}

export function homePaths(dir: string): HomePaths {
  return {
    dir,
    state: join(dir, 'state.db'),
    highWaterMark: join(dir, 'hwm'),
    lock: join(dir, 'lock.db'),
    lockOwner: join(dir, 'lock.json'),
    haltFile: join(dir, 'halt_state.json'),
    killFile: join(dir, 'kill_switch_state.json'),
    candles: join(dir, 'candles.db'),
    paper: join(dir, 'paper.db'),
    archive: join(dir, 'archive'),
    ballast: join(dir, 'ballast'),
    log: join(dir, 'tradectl.log'),
    verified: join(dir, 'verified'),
    requests: join(dir, 'requests.log'),
    exits: join(dir, 'exits.jsonl'),
  };
}
