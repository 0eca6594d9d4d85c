/** TON: a takeover could not purge a position, because its row was written under another spelling. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill } from './drill.ts';
import { lookAtVenue, openByHand } from './by-hand.ts';
import { writeStillFeed } from './feed.ts';
import { incidentFile } from './incident-files.ts';
import { eventsOf } from './journal-facts.ts';

export const twoSpellings: Drill = {
  name: 'two-spellings',
  incident: 'TON stood in the ledger as PF_TONUSD and as TON/USD:USD; the takeover purged neither.',
  async play(stage) {
    writeStillFeed(stage.feed, [{ base: 'TON', price: '2.5' }]);
    stage.step('A bot is set up to take over from another one.');
    await stage.run('run', '--feed', 'feed', '--cycles', '2');
    openByHand(stage.home, [
      { symbol: 'TON/USD:USD', side: 'long', quantity: '100', entry: '2.5' },
    ]);
    copyFileSync(incidentFile('two-spellings', 'ledger.json'), join(stage.dir, 'ledger.json'));
    stage.step(
      'The venue holds 100 TON once. The ledger of the other bot has it twice, spelled twice.',
    );
    const imported = await stage.run('quarantine', 'import', 'ledger.json', '--yes');
    stage.check('both rows are read', imported.exit === 0, imported.exit);
    stage.step('The bot starts.');
    await stage.run('run', '--cycles', '3');
    const held = (await stage.ask('positions'))['positions'] as { symbol: string }[];
    stage.check('one position, under one name', held.length === 1, held);
    const { live, positions, ended } = lookAtVenue(stage.home);
    const stops = live.filter(({ type }) => type === 'stop');
    const sizes = [...positions, ...stops].map(({ quantity }) => quantity.toFixed()).join();
    stage.check('100 TON at the venue, and one stop for 100', sizes === '100,100', sizes);
    stage.check('no order closed anything', ended.length === 0, ended);
    stage.step('The second row is out of the way by its own id, and is kept.');
    const rows = await stage.run('quarantine', 'list', '--all');
    const staged = new Set(eventsOf(stage.home, 'ROW_STAGED').map(({ payload }) => payload.row_id));
    const retired = eventsOf(stage.home, 'ROW_RETIRED').map(({ payload }) => payload.row_id);
    const isById = retired.length === 1 && retired.every((id) => staged.has(id));
    stage.check('retired by the id of a staged row', isById, rows.stdout);
    const again = await stage.run('reconcile');
    stage.check('registry and venue agree', again.exit === 0, again.stdout);
    await stage.run('positions');
  },
};
