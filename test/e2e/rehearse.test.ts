/** `tradectl rehearse` as a process: its first line, how it ends, and what it refuses. */
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../src/venue/rehearsal/authenticate.ts';
import { cleanUp, freshHome, start, tradectl } from '../support/tradectl.ts';

interface FirstLine {
  readonly url: string;
  readonly api_key: string;
  readonly api_secret: string;
}

let folder = '';
/** What the program leaves in its temporary folder. */
const leftIn = (): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('tradectl-rehearse-'));
const rehearse = (...args: string[]) =>
  start(['rehearse', ...args], { cwd: folder, env: { TMPDIR: folder } });

beforeAll(() => {
  folder = freshHome('rehearse');
});
afterAll(cleanUp);

function firstLine(stdout: string): FirstLine {
  return JSON.parse(stdout.split('\n')[0] ?? '') as FirstLine;
}

/** Starts it with `--json`; resolves with its first line once that was written whole. */
async function running(...args: string[]) {
  const program = rehearse('--json', ...args);
  let stdout = '';
  program.child.stdout?.on('data', (piece: string) => (stdout += piece));
  await program.until(/\n/);
  return { ...program, line: firstLine(stdout) };
}

async function get(line: FirstLine, endpoint: string): Promise<unknown> {
  const path = `/derivatives/api/v3/${endpoint}`;
  const of = { path, query: '', body: '', nonce: null };
  const headers = { APIKey: line.api_key, Authent: signatureOf(line.api_secret, of) };
  return (await fetch(line.url + path, { headers })).json();
}

describe('tradectl rehearse', () => {
  it('--json says in its first line where it answers and with which key, and SIGTERM ends it', async () => {
    const { child, ended, line } = await running('--port', '0');
    expect(Object.keys(line)).toEqual(['schema', 'url', 'api_key', 'api_secret']);
    expect(line).toMatchObject({ schema: 'tradectl.rehearse/1' });
    expect(line.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await get(line, 'accounts')).toMatchObject({
      result: 'success',
      accounts: { flex: { currencies: { USD: { quantity: 10_000 } } } },
    });
    expect(await get(line, 'tickers/PF_XBTUSD')).toMatchObject({ ticker: { suspended: false } });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(leftIn()).toEqual([]);
  });

  it('SIGINT ends it in order too, with a request still waiting for its answer', async () => {
    const file = join(folder, 'faults.json');
    writeFileSync(file, '[{"match":{"path":"accounts"},"action":"hang"}]');
    const { child, ended, line } = await running('--faults', file);
    const waiting = get(line, 'accounts');
    for (;;) {
      const { requests } = (await (await fetch(`${line.url}/__ctl/requests`)).json()) as {
        requests: unknown[];
      };
      if (requests.length > 0) break;
    }
    child.kill('SIGINT');
    await expect(waiting).rejects.toThrow();
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('--for ends it by itself', async () => {
    const { code, stdout, stderr } = await rehearse('--for', '10ms').ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/answers at http:\/\/127\.0\.0\.1:\d+\n12 markets of /);
    expect(stdout).toContain('KRAKENFUTURES_API_SECRET=');
    const lines = stdout.split('\n').filter((line) => !line.includes('markets of'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(leftIn()).toEqual([]);
  });

  it('--speed makes its time run, and says so', async () => {
    const { child, ended, line } = await running('--speed', '100000');
    const clock = async () =>
      (await (await fetch(`${line.url}/__ctl/clock`)).json()) as Record<string, number>;
    const [one, two] = [await clock(), await clock()];
    const passed = (name: string) => Number(two[name]) - Number(one[name]);
    expect(one['speed']).toBe(100_000);
    expect(passed('time_ms')).toBe(passed('wall_ms') * 100_000);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    const { stdout } = await rehearse('--speed', '0', '--for', '1ms').ended;
    expect(stdout).toContain('Its time stands still until $ctl/clock moves it.\n');
  });

  it('draws another key for every start', async () => {
    const [one, two] = [
      await rehearse('--json', '--for', '1ms').ended,
      await rehearse('--json', '--for', '1ms').ended,
    ];
    expect(firstLine(one.stdout).api_key).not.toBe(firstLine(two.stdout).api_key);
    expect(firstLine(one.stdout).api_secret).not.toBe(firstLine(two.stdout).api_secret);
  });
});

describe('tradectl rehearse refuses', () => {
  it.each([
    ['a port that is none', ['--port', '70000'], 'Expected a port, 0 to 65535'],
    ['a duration that is none', ['--for', 'long'], 'Expected a duration'],
    ['no time at all', ['--for', '0s'], 'Expected a duration'],
    ['a feed that is not there', ['--feed', '/nowhere'], '/nowhere: no candle files'],
    [
      'a fault file that is not there',
      ['--faults', '/nowhere.json'],
      '/nowhere.json: cannot be read',
    ],
    ['a pace that is none', ['--speed', 'fast'], 'Expected a number, 0 to 100000'],
    ['an unknown flag', ['--bogus'], "unknown option '--bogus'"],
  ])('%s, with exit code 2', async (_what, args, message) => {
    const ended = await tradectl(['rehearse', ...args], { cwd: folder, env: { TMPDIR: folder } });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(leftIn()).toEqual([]);
  });

  it.each([
    ['no JSON', '[', 'is no JSON'],
    ['an unknown action', '[{"action":"explode"}]', 'rule 1: action: "explode" is none of'],
  ])('a fault file with %s', async (_what, text, message) => {
    const file = join(folder, 'bad-faults.json');
    writeFileSync(file, text);
    const { code, stderr } = await rehearse('--faults', file).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('a port that is taken, naming it', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const { code, stdout, stderr } = await rehearse('--port', String(port), '--json').ended;
    other.close();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ code: 'USAGE', message: `port ${port} is taken` });
    expect(leftIn()).toEqual([]);
  });
});
