/** The venue's clock next to ours: when it is measured, and who waits for it. */
import { describe, expect, it } from 'vitest';
import { HOUR, ms, virtualClock } from '../../../src/domain/clock.ts';
import { createClockOffset } from '../../../src/venue/ccxt/clock-offset.ts';
import { serverTimeOf } from '../../../src/venue/ccxt/server-time.ts';

const START = ms(1_800_000_000_000);

function world() {
  const clock = virtualClock(START);
  let ahead = 5_000;
  let asked = 0;
  let isDown = false;
  const offset = createClockOffset(clock, () =>
    serverTimeOf(clock, () => {
      asked += 1;
      if (isDown) return Promise.resolve({ read: 'unknown', reason: 'no answer' });
      return Promise.resolve(ms(clock.now() + ahead));
    }),
  );
  return {
    ...{ clock, offset },
    asked: () => asked,
    set: (change: { ahead?: number; isDown?: boolean }) => {
      ahead = change.ahead ?? ahead;
      isDown = change.isDown ?? isDown;
    },
  };
}

describe('the offset', () => {
  it('is not known before it was measured, and then is the distance', async () => {
    const { offset } = world();
    expect([offset.known(), offset.serverNow()]).toEqual([null, START]);
    await offset.ensure(false);
    expect([offset.known(), offset.serverNow()]).toEqual([START + 5_000, START + 5_000]);
  });

  it('is measured once an hour', async () => {
    const { offset, clock, asked } = world();
    await offset.ensure(false);
    await offset.ensure(true);
    expect(asked()).toBe(1);
    clock.advanceTo(ms(START + HOUR + 1));
    await offset.ensure(false);
    expect(asked()).toBe(2);
  });

  it('is measured at once after a refusal, by a change too', async () => {
    const { offset, asked, set } = world();
    await offset.ensure(true);
    set({ ahead: -7_000 });
    offset.distrust();
    expect(offset.known()).toBeNull();
    await offset.ensure(true);
    expect(asked()).toBe(2);
    expect(offset.serverNow()).toBe(START - 7_000);
  });

  it('that cannot be measured again stays as it was', async () => {
    const { offset, clock, set } = world();
    await offset.ensure(false);
    set({ isDown: true });
    clock.advanceTo(ms(START + HOUR + 1));
    await offset.ensure(false);
    expect(offset.serverNow()).toBe(START + HOUR + 1 + 5_000);
  });
});
