/** ATOM: an OPEN row of size zero stopped every start, and the supervisor started again. */
import type { Drill } from './drill.ts';
import { insertEmptyRow } from './by-hand.ts';
import { writeStillFeed } from './feed.ts';
import { eventsOf } from './journal-facts.ts';

export const zeroSizeOpen: Drill = {
  name: 'zero-size-open',
  incident:
    'A row of ATOM, open and of size zero, stopped the restore; every restart read it again.',
  async play(stage) {
    writeStillFeed(stage.feed, [{ base: 'ATOM', price: '9.5', step: '0.1' }]);
    stage.step('A bot runs on ATOM and stops in order.');
    await stage.run('run', '--feed', 'feed', '--cycles', '2');
    insertEmptyRow(stage.home, 'ATOM/USD:USD');
    stage.step(
      'The row of the incident is written into its registry, past every rule: open, size 0.',
    );
    const first = await stage.run('run', '--cycles', '1');
    stage.check('the bot starts all the same', first.exit === 0, first.exit);
    stage.check(
      'and says which row it set aside',
      first.stderr.includes('pos-empty'),
      first.stderr,
    );
    stage.step(
      'The old bot was restarted for ever by its supervisor. Here the second start is quiet.',
    );
    const second = await stage.run('run', '--cycles', '1');
    stage.check('it starts', second.exit === 0, second.exit);
    stage.check('nothing is said twice', !second.stderr.includes('pos-empty'), second.stderr);
    const told = eventsOf(stage.home, 'ROW_QUARANTINED').length;
    stage.check('the journal has the row once', told === 1, told);
    stage.step('The row is kept, with its reason, where it can do no harm.');
    const list = await stage.run('quarantine', 'list');
    stage.check('quarantine lists it', list.stdout.includes('ATOM/USD:USD'), list.stdout);
    const status = await stage.run('status', '--check');
    stage.check('the bot is NORMAL, nothing is open', status.exit === 0, status.exit);
  },
};
