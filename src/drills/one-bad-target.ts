/** One bad target threw away the whole list, and a position ran without a way to take profit. */
import { decimal, price, quantity } from '../domain/decimal.ts';
import { instrumentOf } from './instrument-of.ts';
import type { Drill } from './drill.ts';
import { planTargets } from '../protection/targets.ts';
import { lookAtVenue } from './by-hand.ts';
import { writeRecordedFeed } from './feed.ts';
import { eventsOf } from './journal-facts.ts';
import { RECORDED, runRecorded } from './recorded-entry.ts';

/** Twelve of fifteen fit; 40 % of them is less than one lot. */
const LOT = '6';

export const oneBadTarget: Drill = {
  name: 'one-bad-target',
  incident: 'One of three targets could not be placed; the bot threw the other two away with it.',
  async play(stage) {
    writeRecordedFeed(stage.feed, RECORDED.base, LOT);
    stage.step('SOL at a venue that takes lots of 6: 40 % of the position is less than one.');
    await runRecorded(stage);
    stage.step(
      'The old bot had no target now. Here the bad one goes to the next, and is said once.',
    );
    await stage.run('orders');
    const { live, positions } = lookAtVenue(stage.home);
    const targets = live.filter(({ type }) => type === 'limit');
    const held = positions[0]?.quantity ?? quantity('0');
    const sum = targets.reduce((total, order) => total.plus(order.quantity), decimal('0'));
    stage.check('two targets are live', targets.length === 2, targets.length);
    stage.check(
      'together they close the whole position',
      sum.eq(held) && held.gt(0),
      sum.toFixed(),
    );
    const dropped = eventsOf(stage.home, 'TARGET_DROPPED').map(({ payload }) => payload);
    const isSaid = dropped.length === 1 && dropped[0]?.reason === 'below_minimum';
    stage.check('the journal says which was merged, and why', isSaid, dropped);
    passed(stage);
    await stage.run('status', '--check');
  },
};

/** The very planner of the bot, on the list of the incident: its first target is behind the price. */
function passed(stage: Parameters<Drill['play']>[0]): void {
  stage.step(
    'The incident itself, given to the planner: TP1 at 174 when the price is 175 already.',
  );
  const levels = [
    { level: 1, at: '174', share: '0.4' },
    { level: 2, at: '178', share: '0.3' },
    { level: 3, at: '182', share: '0.3' },
  ] as const;
  const { orders, drops } = planTargets({
    side: 'long',
    open: quantity('10'),
    targets: levels.map(({ level, at, share }) => {
      return { level, price: price(at), share: decimal(share) };
    }),
    hit: [],
    live: new Set(),
    mark: price('175'),
    instrument: instrumentOf(RECORDED.base),
  });
  stage.show([
    ...orders.map(
      (order) => `TP${order.level}  ${order.quantity.toFixed()} at ${order.price.toFixed()}`,
    ),
    ...drops.map(({ level, reason }) => `TP${level}  ${reason}`),
  ]);
  const placed = orders.map(({ level }) => level).join();
  stage.check('TP2 and TP3 are placed', placed === '2,3', placed);
  const isTold = drops.length === 1 && drops[0]?.reason === 'already_passed';
  stage.check('TP1 alone is left out, with its reason', isTold, drops);
}
