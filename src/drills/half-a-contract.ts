/** GALA: half of one contract was sent to the venue 46 times. */
import type { Drill } from './drill.ts';
import { lookAtVenue, openByHand } from './by-hand.ts';
import { writeStillFeed } from './feed.ts';

export const halfAContract: Drill = {
  name: 'half-a-contract',
  incident:
    'One contract of GALA: the bot wanted to close half of it, the venue refused, 46 times.',
  async play(stage) {
    writeStillFeed(stage.feed, [{ base: 'GALA', price: '0.0145' }]);
    stage.step('A bot starts on GALA, whose smallest order is one contract.');
    await stage.run('run', '--feed', 'feed', '--cycles', '2');
    stage.step('One contract is opened at the venue by hand; the bot finds it and protects it.');
    openByHand(stage.home, [
      { symbol: 'GALA/USD:USD', side: 'long', quantity: '1', entry: '0.0145' },
    ]);
    await stage.run('run', '--cycles', '2');
    const sent = count(stage.home);
    stage.check('one stop covers the whole contract', sent.live === 1, sent);

    stage.step(
      'The old bot sent an order for 0.5. Here the size is judged before anything is sent.',
    );
    const half = await stage.run('partial-close', 'GALA', '--fraction', '0.5', '--dry-run');
    stage.check('it is a finding, not an order (exit 1)', half.exit === 1, half.exit);
    stage.check(
      'it says what the venue would take',
      half.stdout.includes('nearest valid: 1'),
      half.stdout,
    );
    stage.step('Typed in earnest, and the bot running on for six cycles:');
    const typed = await stage.run('partial-close', 'GALA', '--fraction', '0.5', '--yes');
    stage.check('refused, nothing sent', typed.exit !== 0 && same(sent, count(stage.home)));
    await stage.run('run', '--cycles', '6');
    const after = count(stage.home);
    stage.check(
      'orders the venue ever saw for it: the stop, and no other',
      same(sent, after),
      after,
    );
    stage.step('The contract is whole and protected.');
    await stage.run('positions');
  },
};

function count(home: Parameters<typeof lookAtVenue>[0]): { live: number; ended: number } {
  const { live, ended } = lookAtVenue(home);
  return { live: live.length, ended: ended.length };
}

function same(a: { live: number; ended: number }, b: { live: number; ended: number }): boolean {
  return a.live === b.live && a.ended === b.ended;
}
