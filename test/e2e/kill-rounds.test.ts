/** A short version of `npm run kill-rounds`: the program is killed while it writes, ten times. */
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { killRounds } from '../support/kill-rounds.ts';
import { cleanUp, freshHome } from '../support/tradectl.ts';

afterAll(cleanUp);

test('nothing acknowledged is lost, and every event has its log line after the next start', async () => {
  const figures = await killRounds({
    rounds: 10,
    random: seededRandom('ten kills'),
    newHome: () => freshHome('kills'),
  });
  expect(figures).toMatchObject({ rounds: 10, lost: 0, unlogged: 0 });
  expect(figures.acknowledged).toBeGreaterThan(100);
});
