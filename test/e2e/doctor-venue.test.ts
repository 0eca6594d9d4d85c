/** The doctor asking a venue: its clock, the rights of a key, and every way of not getting an answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import {
  cleanUp,
  freshHome,
  start,
  tradectl,
  type Ended,
  type Running,
} from '../support/tradectl.ts';

const living: Running[] = [];
afterEach(async () => {
  for (const { child, ended } of living.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(cleanUp);

interface Row {
  readonly name: string;
  readonly verdict: string;
  readonly figure: string;
  readonly numbers: Readonly<Record<string, number>>;
}

async function rehearsal(): Promise<{ url: string; env: Record<string, string> }> {
  const venue = start(['rehearse', '--json']);
  living.push(venue);
  let said = '';
  venue.child.stdout?.on('data', (piece: string) => (said += piece));
  await venue.until(/\n/);
  const line = JSON.parse(said) as { url: string; api_key: string; api_secret: string };
  const env = {
    KRAKENFUTURES_API_KEY: line.api_key,
    KRAKENFUTURES_API_SECRET: line.api_secret,
  };
  return { url: line.url, env };
}

function liveHome(): string {
  const home = freshHome();
  writeFileSync(join(home, 'tradectl.toml'), 'venue = "krakenfutures"\nmode = "live"\n');
  return home;
}

const look = ['doctor', '--only', 'clock,key', '--json'];
const rowOf = (ended: Ended, name: string): Row => {
  const { checks } = JSON.parse(ended.stdout) as { checks: Row[] };
  return checks.find((row) => row.name === name)!;
};

test('asks the clock and the rights of the key, and says whose key it is without telling it', async () => {
  const { url, env } = await rehearsal();
  const ended = await tradectl([...look, '--rehearse', url, '--home', liveHome()], { env });
  expect(ended.stderr).toBe('');
  expect(rowOf(ended, 'clock').numbers).toHaveProperty('offset_ms');
  expect(rowOf(ended, 'key')).toMatchObject({ numbers: { untold: 0 } });
  expect(rowOf(ended, 'key').figure).toMatch(
    /: (trades, and nothing more|it works from any address)$/,
  );
  for (const secret of Object.values(env)) expect(ended.stdout).not.toContain(secret);
});

test('a wrong secret and a venue that is not there are unknown, with the reason', async () => {
  const { url, env } = await rehearsal();
  const wrong = { ...env, KRAKENFUTURES_API_SECRET: Buffer.alloc(64, 1).toString('base64') };
  const refused = await tradectl([...look, '--rehearse', url, '--home', liveHome()], {
    env: wrong,
  });
  expect(rowOf(refused, 'key').verdict).toBe('unknown');
  expect(refused.code).toBe(4);
  const nobody = ['--rehearse', 'http://127.0.0.1:9', '--home', liveHome()];
  const gone = await tradectl([...look, ...nobody], { env });
  expect(rowOf(gone, 'key').verdict).toBe('unknown');
  expect({ code: gone.code, stderr: gone.stderr }).toEqual({ code: 4, stderr: '' });
  const worse = freshHome();
  writeFileSync(join(worse, 'tradectl.toml'), 'mode = "liv"\n');
  const found = ['--rehearse', 'http://127.0.0.1:9', '--home', worse, '--only', 'configuration'];
  expect((await tradectl(['doctor', ...found], { env })).code).toBe(1);
});

test('a broken configuration asks nobody, and is not called a silent venue', async () => {
  const home = freshHome();
  writeFileSync(join(home, 'tradectl.toml'), '[venue]\nname = "krakenfutures"\n');
  const asked = ['--venue', '--home', home];
  for (const only of ['key', 'clock,key']) {
    const ended = await tradectl(['doctor', '--only', only, ...asked]);
    expect(ended.stdout).toMatch(/^UNKNOWN key +not known: the configuration is broken/m);
    expect(ended.stdout).toContain('The venue was not asked: the configuration has 1 violation');
    expect(ended.stdout).not.toMatch(/did not answer|\\n/);
    // Not 4: nobody was asked. A clock that nothing sets is a finding of its own.
    expect(ended.code).toBe(/^WARN/m.test(ended.stdout) ? 1 : 2);
  }
});

test('unasked, a live key is unknown and the command that asks is named', async () => {
  const ended = await tradectl([...look, '--home', liveHome()]);
  expect(rowOf(ended, 'key')).toMatchObject({
    verdict: 'unknown',
    figure: 'the venue was not asked: add --venue',
  });
});
