/**
 * A restart changes nothing that is decided: the count of a degraded bot's recovery and the day of the
 * last tier review come back from the journal. A restart loop must not be the way out of DEGRADED.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanUp, freshHome, tradectl } from '../support/tradectl.ts';

afterAll(cleanUp);

const WINDOW = ['--to', '2025-03-10', '--json'];

describe('a bot that is stopped and started', () => {
  test('in the middle of a recovery ends like one that was not', async () => {
    const dir = freshHome('restart');
    const config = join(dir, 'limits.toml');
    writeFileSync(config, '[limits]\ndegraded_equity_drawdown = 0.03\n');
    const run = async (home: string, ...more: string[]): Promise<Record<string, unknown>> => {
      const args = ['run', '--config', config, '--home', join(dir, home), ...WINDOW, ...more];
      const ended = await tradectl(args);
      expect(ended.code, ended.stderr).toBe(0);
      return JSON.parse(ended.stdout) as Record<string, unknown>;
    };
    const inParts = async (): Promise<Record<string, unknown>> => {
      // Stops inside the stretch that is DEGRADED, in the middle of a day.
      await run('parts', '--cycles', '1240');
      await run('parts', '--cycles', '7');
      return run('parts');
    };
    const [whole, parts] = await Promise.all([run('whole'), inParts()]);
    for (const key of [
      'cycles_by_state',
      'rejections',
      'trades',
      'exits',
      'equity_end',
      'denied',
    ]) {
      expect(parts[key], key).toEqual(whole[key]);
    }
    expect((whole['cycles_by_state'] as Record<string, number>)['DEGRADED']).toBeGreaterThan(100);
  });
});
