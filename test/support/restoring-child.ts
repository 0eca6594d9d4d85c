/** A restore that is killed before a step it was told: `home file step`. Prints each step it comes to. */
import { writeSync } from 'node:fs';
import { prepareRestore } from '../../src/engine/operations/restore.ts';
import { wallClock } from '../../src/domain/clock.ts';

const [home = '', file = '', fatal = ''] = process.argv.slice(2);
const prepared = prepareRestore(home, file, wallClock());
let number = 0;
prepared.commit({ uid: null, terminal: null, user: null }, (step) => {
  writeSync(1, `${step}\n`);
  if (String(number) === fatal) process.kill(process.pid, 'SIGKILL');
  number += 1;
});
prepared.close();
