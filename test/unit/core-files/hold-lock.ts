/** A second process for the lock test: takes the lock of a home, says so, and lives until killed. */
import { homePaths } from '../../../src/core/home.ts';
import { acquireLock } from '../../../src/core/lock.ts';
import { processFacts } from '../../../src/core/process-facts.ts';
import { ms } from '../../../src/domain/clock.ts';

const home = homePaths(process.argv[2] ?? '');
acquireLock(home, processFacts('0.0.0'), ms(1_700_000_000_000));
process.stdout.write('held\n');
setInterval(() => {}, 60_000);
