/** ETH, ZEC, RENDER, ENS: real positions were taken for phantoms and flattened at a start. */
import type { Drill } from './drill.ts';
import { lookAtVenue, openByHand } from './by-hand.ts';
import { writeStillFeed } from './feed.ts';

/** ETH and ENS have lost more than any stop of ours allows: to the old bot their stop was passed. */
const HELD = [
  { base: 'ETH', side: 'long', quantity: '0.05', entry: '3900', price: '3300', step: '0.001' },
  { base: 'ZEC', side: 'long', quantity: '0.4', entry: '225', price: '230', step: '0.01' },
  { base: 'RENDER', side: 'short', quantity: '12', entry: '2.6', price: '2.6', step: '0.1' },
  { base: 'ENS', side: 'long', quantity: '3', entry: '21', price: '18', step: '0.1' },
] as const;

export const flattenedPhantoms: Drill = {
  name: 'flattened-phantoms',
  incident: 'Four real positions were not in the registry; at its start the bot closed them all.',
  async play(stage) {
    writeStillFeed(stage.feed, HELD);
    stage.step('A bot stops in order, with nothing open.');
    await stage.run('run', '--feed', 'feed', '--cycles', '2');
    openByHand(
      stage.home,
      HELD.map(({ base, side, quantity, entry }) => {
        return { symbol: `${base}/USD:USD`, side, quantity, entry };
      }),
    );
    stage.step(
      'Four positions are opened at the venue, two of them deep in loss. First only a look:',
    );
    const look = await stage.run('reconcile');
    stage.check('findings, and nothing touched (exit 1)', look.exit === 1, look.exit);
    const phantoms = ((await stage.ask('reconcile'))['findings'] as { finding: string }[]).filter(
      ({ finding }) => finding === 'phantom',
    );
    stage.check('all four are called phantom', phantoms.length === 4, phantoms);
    stage.step(
      'The old bot flattened them here. The start makes the plan just shown, and no other.',
    );
    await stage.run('run', '--cycles', '2');
    const { positions, live, ended } = lookAtVenue(stage.home);
    const isWhole = HELD.every(({ base, quantity }) =>
      positions.some((held) => held.symbol.startsWith(base) && held.quantity.eq(quantity)),
    );
    stage.check('all four are still open at the venue, in full', isWhole, positions);
    const stops = live.filter(({ type, reduceOnly }) => type === 'stop' && reduceOnly);
    stage.check('each has a stop at the venue', stops.length === 4, live.length);
    stage.check('no order ever closed anything', ended.length === 0, ended);
    stage.step('They belong to the registry now.');
    const shown = await stage.run('positions');
    const areProtected = shown.stdout.match(/\bwhole\b/g)?.length === 4;
    stage.check('four positions, each protected whole', areProtected, shown.stdout);
    const again = await stage.run('reconcile');
    stage.check('registry and venue agree', again.exit === 0, again.exit);
  },
};
