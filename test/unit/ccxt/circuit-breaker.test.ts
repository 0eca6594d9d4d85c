/** After failures in a row the readings rest, longer each time; one of them then tries; orders never wait. */
import { describe, expect, test } from 'vitest';
import { ms, SECOND, virtualClock } from '../../../src/domain/clock.ts';
import { createCircuitBreaker } from '../../../src/venue/ccxt/circuit-breaker.ts';

function broken(failures: number) {
  const clock = virtualClock(ms(1_000_000));
  const breaker = createCircuitBreaker(clock, { next: () => 0.5 });
  for (let count = 0; count < failures; count += 1) breaker.failed('HTTP 503');
  const pass = (duration: number): void => clock.advanceTo(ms(clock.now() + duration));
  return { breaker, pass, now: () => clock.now() };
}

describe('a venue that fails', () => {
  test('four times is asked on', () => {
    const { breaker } = broken(4);
    expect(breaker.refusal()).toBeNull();
    expect(breaker.state()).toMatchObject({ state: 'closed', failures: 4 });
  });

  test('five times rests, and says until when and why', () => {
    const { breaker } = broken(5);
    expect(breaker.refusal()).toMatch(/resting until .* after 5 failures, the last: HTTP 503/);
    expect(breaker.state().state).toBe('open');
  });

  test('is then asked by one reading, while the others wait for it', () => {
    const { breaker, pass } = broken(5);
    pass(2 * SECOND);
    expect(breaker.state().state).toBe('half_open');
    expect(breaker.refusal()).toBeNull();
    expect(breaker.refusal()).toMatch(/waiting for the probe/);
    breaker.answered();
    expect(breaker.refusal()).toBeNull();
    expect(breaker.state()).toMatchObject({ state: 'closed', failures: 0, retryMs: null });
  });

  test('again rests twice as long, up to a minute', () => {
    const { breaker, pass, now } = broken(5);
    const rests: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      pass(60 * SECOND);
      expect(breaker.refusal()).toBeNull();
      breaker.failed('HTTP 503');
      rests.push((breaker.state().retryMs ?? 0) - now());
    }
    expect(rests).toEqual([3_000, 6_000, 12_000, 24_000, 45_000, 45_000]);
  });

  test('rests for another time than its neighbour', () => {
    const rest = (draw: number): number => {
      const clock = virtualClock(ms(0));
      const breaker = createCircuitBreaker(clock, { next: () => draw });
      for (let count = 0; count < 5; count += 1) breaker.failed('reset');
      return breaker.state().retryMs ?? 0;
    };
    expect([rest(0), rest(0.999)]).toEqual([1_000, 1_999]);
  });
});
