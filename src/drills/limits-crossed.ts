/** A safety limit below the operating limit fired every time, and the kill switch cancelled the stops. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill } from './drill.ts';
import { lookAtVenue } from './by-hand.ts';
import { writeRecordedFeed } from './feed.ts';
import { incidentFile } from './incident-files.ts';
import { eventsOf } from './journal-facts.ts';
import { RECORDED, runRecorded } from './recorded-entry.ts';

export const limitsCrossed: Drill = {
  name: 'limits-crossed',
  incident: 'Two limits crossed, the kill switch fired, and it cancelled stop-losses and targets.',
  async play(stage) {
    writeRecordedFeed(stage.feed, RECORDED.base);
    copyFileSync(incidentFile('limits-crossed', 'tradectl.toml'), join(stage.dir, 'crossed.toml'));
    stage.step(
      'The limits of the incident: the bot may use 90 % of its margin and is killed at 60 %.',
    );
    const check = await stage.run('config', 'check', '--config', 'crossed.toml');
    stage.check('config check finds the relation broken', check.exit !== 0, check.exit);
    const refused = await stage.run('run', '--feed', 'feed', '--config', 'crossed.toml');
    stage.check('and no bot starts with it (exit 2)', refused.exit === 2, refused.exit);

    stage.step(
      'With limits in order the bot trades; it holds a position with a stop and three targets.',
    );
    await runRecorded(stage);
    await stage.run('orders');
    const before = protection(stage.home);
    stage.check('four orders protect it at the venue', before.length === 4, before);
    stage.step('Now the kill switch. The old one cancelled all four here.');
    const killed = await stage.run('kill', '--reason', 'drill');
    stage.check('the switch took', killed.exit === 0, killed.exit);
    const after = protection(stage.home);
    stage.check('the same four orders are live', before.join() === after.join(), after);

    stage.step('HALTED, the bot goes on for two cycles: the first target is reached.');
    await stage.run('run', '--cycles', '2');
    const filled = eventsOf(stage.home, 'FILL').at(-1)?.payload.quantity;
    stage.check('the target took its profit, halt or not', filled === '6.02', filled);
    const held = ((await stage.ask('positions'))['positions'] as Held[])[0];
    stage.check('the rest is protected whole', held?.is_protected === true, held);
    const reasons = eventsOf(stage.home, 'ORDER_CANCEL_INTENDED').map(
      ({ payload }) => payload.reason,
    );
    const isReplaced = reasons.every((reason) => reason === 'replaced');
    stage.check('a stop was cancelled only when the better one was live', isReplaced, reasons);
    const status = await stage.run('status');
    stage.check('and nothing new is opened', /^State +HALTED/m.test(status.stdout), status.stdout);
  },
};

interface Held {
  readonly is_protected: boolean;
}

function protection(home: Parameters<typeof lookAtVenue>[0]): string[] {
  return lookAtVenue(home)
    .live.filter(({ reduceOnly }) => reduceOnly)
    .map((o) => o.clientOrderId);
}
