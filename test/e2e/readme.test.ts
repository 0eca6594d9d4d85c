/**
 * Every example of the README runs as printed, in order, in one folder, the way a newcomer types them:
 * through a shell, because they pipe and keep ids in variables. A line marked `# not run:` says why.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanUp, freshHome, ROOT } from '../support/tradectl.ts';

afterAll(cleanUp);

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The blocks tagged `sh`, each with its lines that start the program. */
function examplesOf(markdown: string): Line[][] {
  const blocks: Line[][] = [];
  let isShell = false;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (text.startsWith('```')) {
      isShell = !isShell && text.trim() === '```sh';
      if (isShell) blocks.push([]);
    } else if (isShell && /\btradectl\b/.test(text) && !text.includes('# not run:')) {
      blocks.at(-1)?.push({ number: index + 1, text });
    }
  }
  return blocks.filter((lines) => lines.length > 0);
}

/** Runs a block; the first line that fails ends it and is named on stderr. */
function runBlock(lines: readonly Line[], folder: string): Promise<{ code: number; err: string }> {
  const program = `'${process.execPath}' '${join(ROOT, 'dist/bin/tradectl.js')}'`;
  const script = [
    'set -e',
    `tradectl() { ${program} "$@"; }`,
    'npx() { "$@"; }',
    'trap \'[ $? = 0 ] || echo "README line $line" >&2\' EXIT',
    ...lines.map(({ number, text }) => `line=${number}\n${text}`),
  ].join('\n');
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder, NO_COLOR: '1' };
  const shell = spawn('bash', ['-c', script], { cwd: folder, env });
  let err = '';
  shell.stdout.resume();
  shell.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  return new Promise((resolve) => {
    shell.on('close', (code) => resolve({ code: code ?? -1, err }));
  });
}

const readme = join(ROOT, 'README.md');
const present = existsSync(readme);
const blocks = present ? examplesOf(readFileSync(readme, 'utf8')) : [];

describe.skipIf(!present)(`README examples${present ? '' : ' (skipped: no README.md)'}`, () => {
  const folder = freshHome('reader');
  if (present) symlinkSync(join(ROOT, 'fixtures'), join(folder, 'fixtures'));

  test('there are some', () => {
    expect(blocks.flat().length).toBeGreaterThan(0);
  });

  test.each(blocks.map((lines) => [lines[0]?.number, lines] as const))(
    'the block at line %i runs as printed',
    async (_number, lines) => {
      const { code, err } = await runBlock(lines, folder);
      expect(code, err).toBe(0);
    },
  );
});

test('a failing line is named; a marked one is left out', async () => {
  const markdown = '```sh\nnpx tradectl --version\ntradectl status --bogus\n```\n';
  const marked = '```sh\ntradectl run --speed real # not run: it never ends\n```\n';
  const [lines = []] = examplesOf(markdown);
  const { code, err } = await runBlock(lines, freshHome('reader'));
  expect({ code, said: err.trimEnd().split('\n').at(-1) }).toEqual({
    code: 2,
    said: 'README line 3',
  });
  expect(examplesOf(marked)).toEqual([]);
});
