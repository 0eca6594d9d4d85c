/** A clock at another pace: two processes that follow one anchor read the same time. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, ms, SECOND, virtualClock, type Clock } from '../../../src/domain/clock.ts';
import { scaledClock } from '../../../src/domain/scaled-clock.ts';

const WALL = ms(1_000_000);
const TIME = ms(5_000_000);
const at = (speed: number) => ({ wallMs: WALL, timeMs: TIME, speed });

describe('a scaled clock', () => {
  it.each([
    [1, MINUTE],
    [60, HOUR],
    [0.5, 30 * SECOND],
    [0, 0],
  ])('at speed %d makes of a minute of ours %d ms', (speed, passed) => {
    const wall = virtualClock(WALL);
    const clock = scaledClock(wall, at(speed));
    wall.advanceTo(ms(WALL + MINUTE));
    expect(clock.now() - TIME).toBe(passed);
  });

  it('is the same in another process that was given its anchor later', () => {
    const wall = virtualClock(WALL);
    const clock = scaledClock(wall, at(360));
    wall.advanceTo(ms(WALL + 1_234));
    const other = scaledClock(wall, clock.anchor());
    wall.advanceTo(ms(WALL + 99_999));
    expect(other.now()).toBe(clock.now());
  });

  it('sleeps in its own time', async () => {
    const wall = virtualClock(WALL);
    const clock = scaledClock(wall, at(60));
    await clock.sleep(HOUR);
    expect(wall.now() - WALL).toBe(MINUTE);
  });

  it('wakes when it was moved past the end of a sleep', async () => {
    const wall = virtualClock(WALL);
    const asleep: Clock = {
      ...wall,
      async sleep(duration) {
        await wall.sleep(duration);
        const isLate = wall.now() >= WALL + 3 * SECOND;
        if (isLate) clock.follow({ ...clock.anchor(), timeMs: ms(TIME + HOUR) });
      },
    };
    const clock = scaledClock(asleep, at(0));
    await clock.sleep(HOUR);
    expect([clock.now(), wall.now()]).toEqual([TIME + HOUR, WALL + 3 * SECOND]);
  });

  it('does not sleep on when its sleep is aborted', async () => {
    const clock = scaledClock(virtualClock(WALL), at(0));
    await clock.sleep(HOUR, AbortSignal.abort());
    expect(clock.now()).toBe(TIME);
  });

  it('never goes back: an earlier time waits until it is reached', () => {
    const wall = virtualClock(WALL);
    const clock = scaledClock(wall, at(1));
    clock.follow({ wallMs: WALL, timeMs: ms(TIME - HOUR), speed: 1 });
    expect(clock.now()).toBe(TIME);
    wall.advanceTo(ms(WALL + HOUR + SECOND));
    expect(clock.now()).toBe(TIME + SECOND);
  });
});
