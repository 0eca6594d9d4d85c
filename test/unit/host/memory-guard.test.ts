import { describe, expect, it, test } from 'vitest';
import { memoryGuard, memoryLimit } from '../../../src/host/memory-guard.ts';

const MB = 1024 * 1024;

function guard(of: 'service' | 'host' = 'service') {
  const said: string[] = [];
  let dropped = 0;
  const watching = memoryGuard({
    limit: { bytes: 450 * MB, of },
    dropCaches: () => void (dropped += 1),
    say: (level, line) => said.push(`${level} ${line}`),
  });
  const at = (share: number): boolean => {
    watching.look(share * 450 * MB);
    return watching.isCritical();
  };
  return { at, said, dropped: () => dropped };
}

describe('the memory of this process', () => {
  it('gives caches back and says so at 70 %, once', () => {
    const { at, said, dropped } = guard();
    for (const share of [0.3, 0.69, 0.71, 0.75, 0.69, 0.71]) at(share);
    expect(dropped()).toBe(1);
    expect(said).toEqual([
      'warn memory: 320 MB of the 450 MB this service may have; caches were given back',
    ]);
  });

  it('is an alarm at 85 %, once, with what to do', () => {
    const { at, said } = guard('host');
    for (const share of [0.86, 0.9, 0.86]) at(share);
    expect(said.map((line) => line.split(' ')[0])).toEqual(['warn', 'error']);
    expect(said[1]).toContain('387 MB of the 450 MB of this host: the kernel kills next');
    expect(said[1]).toContain('tradectl doctor --only memory,swap');
  });

  it('is critical from 85 % until it has clearly fallen', () => {
    const { at } = guard();
    expect([0.84, 0.86, 0.8, 0.74].map(at)).toEqual([false, true, true, false]);
  });

  it('is said again after it had clearly fallen', () => {
    const { at, said, dropped } = guard();
    for (const share of [0.72, 0.59, 0.72, 0.86, 0.74, 0.86]) at(share);
    expect(said.map((line) => line.split(' ')[0])).toEqual(['warn', 'warn', 'error', 'error']);
    expect(dropped()).toBe(2);
  });
});

test.each([
  ['a service with a limit', 450 * MB, { bytes: 450 * MB, of: 'service' }],
  ['no limit, as the kernel says it', 18_446_744_073_709_552_000, { bytes: 961 * MB, of: 'host' }],
  ['no control group', 0, { bytes: 961 * MB, of: 'host' }],
])('the limit: %s', (_what, constrained, limit) => {
  expect(memoryLimit(constrained, 961 * MB)).toEqual(limit);
});
