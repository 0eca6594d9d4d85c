/**
 * Kills a writing bot with SIGKILL, three hundred times, and counts what it had acknowledged and lost, and which
 * events have no log line after the next start. Exit 1 when either is not zero.
 *
 *   npm run kill-rounds [-- ROUNDS]
 */
import { seededRandom } from '../src/domain/random.ts';
import { killRounds } from '../test/support/kill-rounds.ts';
import { cleanUp, freshHome } from '../test/support/tradectl.ts';

const rounds = Number(process.argv[2] ?? 300);
const figures = await killRounds({
  rounds,
  random: seededRandom('kill rounds'),
  newHome: () => freshHome('kill-rounds'),
  onRound: ({ rounds: done, acknowledged, lost, unlogged }) => {
    if (done % 25 !== 0) return;
    process.stderr.write(
      `${done} of ${rounds}: ${acknowledged} acknowledged, ${lost} lost, ${unlogged} without a line\n`,
    );
  },
});
cleanUp();
process.stdout.write(
  `${figures.rounds} kills: ${figures.acknowledged} acknowledged events, lost ${figures.lost}; ` +
    `without a log line after the next start ${figures.unlogged}; ` +
    `${figures.replayed} lines were written by a later start\n`,
);
process.exitCode = figures.lost + figures.unlogged === 0 ? 0 : 1;
