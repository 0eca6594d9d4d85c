/** `tradectl acknowledge`: shows what waits before it asks, and only what waits can be acknowledged. */
import { describe, expect, it } from 'vitest';
import { flatHome, homeHoldingTon, secondInstance } from '../../support/closing-home.ts';
import { printed } from '../../support/fake-terminal.ts';

const run = (home: string, ...words: string[]) =>
  printed(['acknowledge', 'TON', '--reason', 'looked', ...words, '--home', home]);

describe('acknowledge', () => {
  it('shows the evidence in the question', async () => {
    const { exit, err } = await run(await homeHoldingTon({}, [secondInstance()]));
    expect(exit).toBe(3);
    expect(err).toContain('acknowledge TON/USD:USD (second_instance: entries nobody here sent)');
  });

  it('journals who looked and why, once', async () => {
    const home = await homeHoldingTon({}, [secondInstance()]);
    const { exit, out } = await run(home, '--yes', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'tradectl.acknowledge/1',
      symbol: 'TON/USD:USD',
      causes: ['second_instance'],
      evidence: ['entries nobody here sent'],
      reason: 'looked',
      executed_by: 'command',
    });
    const again = await run(home, '--yes');
    expect(again.exit).toBe(3);
    expect(again.err).toContain('nothing on TON/USD:USD waits for an acknowledgement');
  });

  it('prints the causes for people', async () => {
    const home = await homeHoldingTon({}, [secondInstance()]);
    const { out } = await run(home, '--yes');
    expect(out).toBe(
      `TON/USD:USD is acknowledged:\n  second_instance: entries nobody here sent\n  tradectl status --home ${home}\n`,
    );
  });

  it('nothing waits in a quiet home', async () => {
    const { exit, err } = await run(await flatHome(), '--yes');
    expect(exit).toBe(3);
    expect(err).toContain('tradectl status');
  });
});
