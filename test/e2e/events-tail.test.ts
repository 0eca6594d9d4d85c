/** What `events tail` and its neighbours say where nothing would be taken for "it never happened". */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { markLine } from '../../src/core/high-water-mark.ts';
import { homeWithPositions } from '../support/living-bot.ts';
import { json, text } from '../support/journal-commands.ts';
import { cleanUp, start, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

test('a word that is no type is refused with what was meant, and -n counts behind --since too', async () => {
  const home = await homeWithPositions();
  const wrong = await text(['events', 'tail', '--type', 'FILLS'], home);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('did you mean FILL?');
  const three = await text(['events', 'tail', '--since', '0', '-n', '3'], home);
  expect(three.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['1', '2', '3', '']);
  const first = await text(['events', 'show', '1'], home);
  expect(first.stdout).toMatch(/begins the chain and is as it was\s+committed/);
  const absent = await text(['events', 'show', '999999'], home);
  expect(absent.stderr).toContain(`tradectl events gap --home ${home} says whether`);
});

test('a lost tail is said beside what is left', async () => {
  const home = await homeWithPositions();
  const stats = await json<{ last_seq: number }>(['events', 'stats'], home);
  const mark = stats.last_seq + 7;
  writeFileSync(join(home, 'hwm'), markLine({ seq: mark, hash: 'a'.repeat(64) }));
  const told = `events ${stats.last_seq + 1} to ${mark} were committed and are gone`;
  expect((await text(['events', 'tail'], home)).stderr).toContain(`warn: ${told}`);
  expect((await text(['events', 'stats'], home)).stdout).toContain(told);
  expect(await json(['events', 'stats'], home)).toMatchObject({ lost_to: mark });
  // Not even the tables are left: a query says so too.
  truncateSync(join(home, 'state.db'), 0);
  const query = await text(['query', 'runs'], home);
  expect(query).toMatchObject({ code: 5 });
  expect(query.stderr).toContain(`events up to ${mark} were committed to it`);
});

test('a tail that is followed says that the journal was replaced, and goes on with the new one', async () => {
  const home = await homeWithPositions();
  const copy = join(home, 'copy.db');
  await tradectl(['backup', copy, '--home', home]);
  const { last_seq: kept } = await json<{ last_seq: number }>(['events', 'stats'], home);
  await tradectl(['run', '--cycles', '3', '--home', home]);
  const tail = start(['events', 'tail', '-f', '-n', '1', '--home', home]);
  await tail.until(/RUN_ENDED/);
  await tradectl(['restore', copy, '--confirm', 'paper', '--home', home]);
  await tail.until(new RegExp(`another journal was put in place; .* event ${kept}\\n`));
  await tradectl(['run', '--cycles', '1', '--home', home]);
  await tail.until(new RegExp(`^${kept + 1} .* RUN_STARTED`, 'm'));
  tail.child.kill('SIGINT');
  expect(await tail.ended).toMatchObject({ code: 0 });
});

test('a copy that cannot be made or used is blamed, not the journal', async () => {
  const home = await homeWithPositions();
  const nowhere = await text(['backup', '/nowhere/x.db'], home);
  expect(nowhere).toMatchObject({ code: 2 });
  expect(nowhere.stderr).toContain('/nowhere does not exist');
  const bad = join(home, 'bad.db');
  writeFileSync(bad, 'no database at all, but long enough to be read as the header of one ......');
  const restored = await text(['restore', bad, '--confirm', 'paper'], home);
  expect(restored.stderr).toContain('nothing was changed; name another backup');
});
