/** A sizing path that skipped the cap opened a position four times too large. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decimal } from '../domain/decimal.ts';
import type { Drill } from './drill.ts';
import { lookAtVenue } from './by-hand.ts';
import { writeRecordedFeed } from './feed.ts';
import { eventsOf } from './journal-facts.ts';
import { RECORDED, runRecorded } from './recorded-entry.ts';

/** Of equity; the drill's own figures, so that the size by risk alone is far beyond the cap. */
const RISK = '0.03';
const CAP = '0.25';
const EQUITY = '10000';

export const oversized: Drill = {
  name: 'oversized',
  incident:
    'One of several sizing paths skipped the cap: a position of four times the allowed size.',
  async play(stage) {
    writeRecordedFeed(stage.feed, RECORDED.base);
    const settings = ['[entry]', `risk_per_trade = ${RISK}`, '[limits]'];
    settings.push(`max_single_position_equity = ${CAP}`, '');
    writeFileSync(join(stage.dir, 'tradectl.toml'), settings.join('\n'));
    stage.step(
      'A bot that risks 3 % per trade on a stop 2.7 % away; one position may be a quarter of equity.',
    );
    await runRecorded(stage);
    const signal = eventsOf(stage.home, 'SIGNAL')[0]?.payload;
    const position = lookAtVenue(stage.home).positions[0];
    stage.check('an entry was made', signal !== undefined && position !== undefined);
    if (signal === undefined || position === undefined) return;
    const distance = decimal(signal.entry).minus(decimal(signal.stop)).abs();
    const byRisk = decimal(EQUITY).mul(RISK).div(distance);
    const wanted = byRisk.mul(decimal(signal.entry));
    const worth = position.quantity.mul(position.entryPrice);
    const shareOf = (value: typeof worth): string => `${value.div(EQUITY).mul(100).toFixed(1)} %`;
    stage.step(
      'The old path sent what the risk alone allows. Here every path meets the cap first.',
    );
    stage.show([
      `by risk alone   ${byRisk.toFixed(2)} SOL, ${shareOf(wanted)} of equity`,
      `at the venue    ${position.quantity.toFixed()} SOL, ${shareOf(worth)} of equity`,
    ]);
    stage.check('by risk alone it would be too large', wanted.gt(decimal(EQUITY).mul(CAP)));
    const within = worth.lte(decimal(EQUITY).mul(CAP));
    stage.check('what the venue holds is within a quarter', within, shareOf(worth));
    await stage.run('positions');
  },
};
