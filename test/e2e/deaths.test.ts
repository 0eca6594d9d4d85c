/** Real processes that end in every way a test can bring about, and what `deaths` says of each. */
import { copyFileSync, cpSync, readdirSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { differences, readDocumentation } from '../support/json-documentation.ts';
import { realTime } from '../support/living-bot.ts';
import { readHomeLog } from '../../src/core/log-reader.ts';
import { cleanUp, document, freshHome, tradectl, type Ended } from '../support/tradectl.ts';

interface Life {
  readonly pid: number;
  readonly how: string;
  readonly certainty: string;
  readonly sentence: string;
  readonly evidence: readonly { readonly source: string; readonly text: string }[];
  readonly first_event: { readonly seq: number; readonly type: string } | null;
  readonly last_event: { readonly seq: number } | null;
  readonly next_event: { readonly seq: number; readonly type: string } | null;
}

afterAll(cleanUp);

async function lives(home: string): Promise<readonly Life[]> {
  return (await document(['deaths', '--home', home]))['lives'] as readonly Life[];
}

/** As systemd calls ExecStopPost when the process is gone. */
function recordExit(
  home: string,
  result: string,
  status: string,
  ...flags: readonly string[]
): Promise<Ended> {
  const env = { SERVICE_RESULT: result, EXIT_CODE: 'killed', EXIT_STATUS: status };
  return tradectl(['internal', 'record-exit', '--home', home, ...flags], { env });
}

/** Events without a line, and how many lines were written by a later start. */
function logOf(home: string): { readonly seqs: readonly number[]; readonly replayed: number } {
  const events = [...readHomeLog(`${home}/tradectl.log`)].flatMap(
    (line) => line.record?.event ?? [],
  );
  const seqs = [...new Set(events.map(({ seq }) => seq))];
  return { seqs, replayed: events.filter(({ replayed }) => replayed).length };
}

describe('a bot in real time', () => {
  test('SIGTERM is an end in order', async () => {
    const home = freshHome('term');
    const bot = await realTime(home);
    const [alive] = await lives(home);
    expect(alive).toMatchObject({ how: 'running', pid: bot.child.pid });
    const said = (await tradectl(['deaths', '--home', home])).stdout;
    expect(said).toMatch(/RUNNING: it runs, its last sign of life [\dhms ]+ ago$/m);
    bot.child.kill('SIGTERM');
    await bot.ended;
    expect((await lives(home))[0]).toMatchObject({ how: 'clean', certainty: 'proven' });
    expect(readFileSync(`${home}/tradectl.log`, 'utf8')).toContain('SIGTERM: stopping in order');
  });

  test('SIGKILL is unknown from inside, and proven by the record of the service manager', async () => {
    const home = freshHome('kill');
    const bot = await realTime(home);
    bot.child.kill('SIGKILL');
    await bot.ended;
    expect((await lives(home))[0]).toMatchObject({ how: 'unknown', certainty: 'unknown' });
    const recorded = await recordExit(home, 'signal', 'KILL', '--json');
    expect(differences(JSON.parse(recorded.stdout), readDocumentation())).toEqual([]);
    expect((await lives(home))[0]).toMatchObject({ how: 'signal', certainty: 'proven' });
    const again = await realTime(home);
    again.child.kill('SIGTERM');
    await again.ended;
    const [second, first] = await lives(home);
    expect(second).toMatchObject({ how: 'clean' });
    expect(first).toMatchObject({ how: 'signal', next_event: second?.first_event });
    expect(first?.last_event?.seq).toBe((second?.first_event?.seq ?? 0) - 1);
    const shown = (await tradectl(['deaths', '--limit', '1', '--home', home])).stdout;
    expect(shown).toMatch(
      /^The newest of 2 lives; none died\. All:\n {2}tradectl deaths --limit 0 --home /m,
    );
    const { seqs } = logOf(home);
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
  });
});

describe('an end that is not in the run table', () => {
  test('a life that ended after the copy was made ended in order, restored or copied over by hand', async () => {
    const home = freshHome('copied');
    const bot = await realTime(home);
    await tradectl(['backup', `${home}/copy.db`, '--home', home]);
    bot.child.kill('SIGTERM');
    await bot.ended;
    const byHand = freshHome('by-hand');
    cpSync(home, byHand, { recursive: true });
    for (const ending of ['', '-wal', '-shm'])
      rmSync(`${byHand}/state.db${ending}`, { force: true });
    copyFileSync(`${home}/copy.db`, `${byHand}/state.db`);
    const [told] = await lives(byHand);
    expect(told).toMatchObject({ how: 'clean', certainty: 'proven', ended_ms: null });
    expect(told?.sentence).toContain('it ended in order, says its log');
    expect(told?.evidence.at(-1)?.text).toMatch(
      /^its last line, .*: run ended in order \(signal\)$/,
    );
    await tradectl(['restore', `${home}/copy.db`, '--confirm', 'paper', '--home', home]);
    // The journal that went knew the end.
    const [restored] = await lives(home);
    expect(restored).toMatchObject({ how: 'clean', evidence: [{ source: 'runs' }] });
    const next = await tradectl(['run', '--cycles', '1', '--home', home]);
    expect(next.stderr).not.toContain('died without an end');
  });
});

/** A module that fills the heap of its process as soon as a file is there. */
function leakWhenThere(file: string): string {
  return `import { existsSync } from 'node:fs';
    const kept = [];
    setInterval(() => {
      while (existsSync('${file}')) kept.push(Array.from({ length: 10_000 }, (_, n) => ({ n })));
    }, 20).unref();`;
}

describe('a heap that is full', () => {
  test('leaves its own report, without a key, and the next start goes on', async () => {
    const home = freshHome('heap');
    // How much the bot itself needs changes with each version: something beside it fills the heap.
    writeFileSync(`${home}-leak.mjs`, leakWhenThere(`${home}-leak`));
    const options = `--max-old-space-size=40 --import=${home}-leak.mjs`;
    const env = { NODE_OPTIONS: options, BYBIT_API_SECRET: 'canary-4f1c' };
    const bot = await realTime(home, { env });
    writeFileSync(`${home}-leak`, '');
    const dead = await bot.ended;
    expect([dead.code, dead.signal]).toContainEqual(dead.code === null ? 'SIGABRT' : 134);
    const reports = readdirSync(home).filter((name) => name.startsWith('abort-'));
    expect(reports).toHaveLength(1);
    expect(readFileSync(`${home}/${reports[0] ?? ''}`, 'utf8')).not.toContain('canary-4f1c');
    const [died] = await lives(home);
    expect(died).toMatchObject({ how: 'heap_abort', certainty: 'proven' });
    await document(['run', '--home', home, '--cycles', '5']);
    const printed = await document(['deaths', '--home', home]);
    expect(differences(printed, readDocumentation())).toEqual([]);
    const [second, first] = await lives(home);
    expect([second?.how, first?.how]).toEqual(['clean', 'heap_abort']);
    const text = await tradectl(['deaths', '--home', home]);
    expect(text.stdout).toMatch(/HEAP ABORT: V8 ended it because its heap was full/);
    expect(Math.max(...text.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('homes in any state', () => {
  test('an empty one and one that is not there', async () => {
    const home = freshHome('empty');
    for (const each of [home, `${home}/none`]) {
      const { code, stderr } = await tradectl(['deaths', '--home', each]);
      expect(code).toBe(2);
      expect(stderr).toBe(`tradectl: no bot has run in ${each}\n  tradectl run --home ${each}\n`);
    }
    expect(readdirSync(home)).toEqual([]);
  });

  test('a -wal that was cut, and a database that is none', async () => {
    const home = freshHome('cut');
    await document(['run', '--home', home, '--cycles', '5']);
    const bot = await realTime(home);
    bot.child.kill('SIGKILL');
    await bot.ended;
    const wal = readFileSync(`${home}/state.db-wal`);
    writeFileSync(`${home}/state.db-wal`, wal.subarray(0, Math.floor(wal.length / 2)));
    expect((await tradectl(['deaths', '--home', home])).code).toBe(0);
    copyFileSync(`${home}/hwm`, `${home}/state.db`);
    const broken = await tradectl(['deaths', '--home', home]);
    expect(broken.code).toBe(5);
    expect(broken.stderr).toMatch(/^tradectl: .*state.db/);
  });

  test('record-exit without a service manager is a usage error and writes nothing', async () => {
    const home = freshHome('none');
    const { code, stderr } = await tradectl(['internal', 'record-exit', '--home', home]);
    expect([code, readdirSync(home)]).toEqual([2, []]);
    expect(stderr).toMatch(/SERVICE_RESULT is not set/);
  });
});
