/** Every drill is a test: the program plays the incident as a user would, and each of its claims must hold. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DRILL_NAMES, type Step } from '../../src/drills/drill.ts';
import { differences, readDocumentation } from '../support/json-documentation.ts';
import { ROOT, start, tradectl, type Ended } from '../support/tradectl.ts';

/** A copy of the sources without a build, as the mutants use it, runs as it is. */
const BUILT = join(ROOT, 'dist/bin/tradectl.js');
const entry = existsSync(BUILT) ? BUILT : join(ROOT, 'bin/tradectl.ts');
const documentation = readDocumentation();
const scratch = mkdtempSync(join(tmpdir(), 'tradectl-drills-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const drill = (...args: string[]): Promise<Ended> =>
  tradectl(['drill', ...args], { entry, env: { TMPDIR: scratch } });

interface Drilled {
  readonly schema: string;
  readonly ok: boolean;
  readonly drills: readonly { name: string; ok: boolean; kept: string | null; steps: Step[] }[];
}

describe('every claim of a drill holds', () => {
  test.each(DRILL_NAMES)('drill %s', async (name) => {
    const { code, stdout, stderr } = await drill(name, '--json');
    const document = JSON.parse(stdout || '{}') as Drilled;
    const [played] = document.drills;
    const failed = played?.steps.flatMap(({ checks }) => checks).filter(({ holds }) => !holds);
    expect(failed).toEqual([]);
    expect([code, stderr, document.schema, document.ok]).toEqual([0, '', 'tradectl.drill/1', true]);
    expect(differences(document, documentation)).toEqual([]);
    expect(played).toMatchObject({ name, ok: true, kept: null });
    expect(played?.steps.filter(({ command }) => command !== null).length).toBeGreaterThan(1);
  });

  test('nothing of them is left behind', () => {
    expect(readdirSync(scratch).filter((name) => name.startsWith('tradectl-'))).toEqual([]);
  });
});

describe('as a person reads it', () => {
  test('80 columns, numbered steps, the command, what it said, the verdict', async () => {
    const { code, stdout } = await drill('half-a-contract');
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^1\. A bot starts on GALA/m);
    expect(stdout).toMatch(/^ {3}\$ tradectl partial-close GALA --fraction 0\.5 --dry-run/m);
    expect(stdout).toContain('nearest valid: 1');
    expect(stdout).toMatch(/^(\d+) of \1 checks hold, in \d+\.\d s\.$/m);
  });

  test('--keep leaves the folder and names it', async () => {
    const { stdout } = await drill('zero-size-open', '--keep');
    const [, kept = ''] = /The scratch folder is kept: (\S+)/.exec(stdout) ?? [];
    expect(existsSync(join(kept, 'bot', 'state.db'))).toBe(true);
    rmSync(kept, { recursive: true });
  });

  test('--list plays nothing', async () => {
    const { code, stdout } = await drill('--list');
    expect(code).toBe(0);
    for (const name of DRILL_NAMES) expect(stdout).toContain(name);
    const listed = JSON.parse((await drill('--list', '--json')).stdout) as { drills: unknown[] };
    expect(differences(listed, documentation)).toEqual([]);
    expect(listed.drills).toHaveLength(DRILL_NAMES.length);
  });

  test('a drill that is none is a question of usage', async () => {
    const { code, stderr } = await drill('gala');
    expect(code).toBe(2);
    expect(stderr).toContain('half-a-contract');
  });

  test('Ctrl-C: incomplete, and nothing of it is left behind', async () => {
    const played = start(['drill'], { entry, env: { TMPDIR: scratch } });
    await played.until(/^1\. /m);
    played.child.kill('SIGINT');
    const { code, stderr } = await played.ended;
    expect([code, stderr]).toEqual([6, 'stopped; what the drill had made is gone\n']);
    expect(readdirSync(scratch).filter((name) => name.startsWith('tradectl-'))).toEqual([]);
  });
});
