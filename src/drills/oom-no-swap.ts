/** A small host without swap: the kernel killed the bot five times in two days, each time without a word. */
import type { Drill } from './drill.ts';
import { lookAtVenue } from './by-hand.ts';
import { writeRecordedFeed } from './feed.ts';
import { eventsOf } from './journal-facts.ts';
import { examineHost, judgeThere } from './oom-host.ts';
import { RECORDED, runRecorded } from './recorded-entry.ts';
import type { Stage } from './stage.ts';

export const oomNoSwap: Drill = {
  name: 'oom-no-swap',
  incident:
    'On 961 MB without swap the kernel killed the bot five times in two days, mid-sentence.',
  async play(stage) {
    writeRecordedFeed(stage.feed, RECORDED.base);
    stage.step('A bot holds a position with its stop and targets.');
    await runRecorded(stage);
    stage.step('It runs on in real time, and is killed with SIGKILL, as the kernel does it.');
    await killAlive(stage);
    const written = eventsOf(stage.home, 'CYCLE_END').length;
    stage.step('What an operator sees now. The old bot left a log that just stops.');
    const status = await stage.run('status', '--check');
    stage.check('the death is a problem of its own (exit 1)', status.exit === 1, status.exit);
    stage.check(
      'it is called by its name',
      /died|without saying so/.test(status.stdout),
      status.stdout,
    );
    const stops = lookAtVenue(stage.home).live.filter(({ type }) => type === 'stop');
    stage.check('the stop lives on at the venue', stops.length === 1, stops.length);

    const deaths = await stage.run('deaths', '--limit', '1');
    stage.check('deaths has it', deaths.stdout.includes('Life 2'), deaths.stdout);
    judgeThere(stage);

    stage.step('The next start finds the death and takes over.');
    const again = await stage.run('run', '--cycles', '1');
    stage.check(
      'it says who died',
      /previous run \(pid \d+\) died/.test(again.stderr),
      again.stderr,
    );
    const told = eventsOf(stage.home, 'PREVIOUS_RUN_DIED').length;
    stage.check('the journal tells it once', told === 1, told);
    const cycles = eventsOf(stage.home, 'CYCLE_END').length;
    stage.check('every cycle before the kill is in the journal', cycles === written + 1, cycles);
    const after = await stage.run('status', '--check');
    stage.check('nothing is wrong any more', after.exit === 0, after.stdout);
    await examineHost(stage);
  },
};

/** Starts the bot in real time, waits for a whole cycle of it, and kills it. */
async function killAlive(stage: Stage): Promise<void> {
  const before = eventsOf(stage.home, 'CYCLE_END').length;
  const { child, ended } = stage.start('run', '--speed', 'real');
  const deadline = stage.clock.monotonic() + 30_000;
  const hasCycled = (): boolean => eventsOf(stage.home, 'CYCLE_END').length > before;
  // Killed: the drill was stopped, and its pauses take no time any more.
  const lives = (): boolean => child.exitCode === null && !child.killed;
  while (lives() && !hasCycled() && stage.clock.monotonic() < deadline) {
    await stage.pause(20);
  }
  const isAlive = child.exitCode === null;
  child.kill('SIGKILL');
  const { exit } = await ended;
  stage.show([`pid ${child.pid ?? '?'}: killed, no exit code, no last line`]);
  stage.check('it was alive, and could not say goodbye', isAlive && exit === null, exit);
}
