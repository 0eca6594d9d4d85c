/**
 * Text of strangers in every place that holds text, and every command over it: no character arrives that moves
 * a cursor, colours a line or turns the reading direction, in text, on a terminal, in JSON and in CSV.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UNSAFE_CHARACTERS } from '../../../src/domain/unsafe-characters.ts';
import { wallClock } from '../../../src/domain/clock.ts';
import { commandNames, everyCall, type Words } from '../../support/every-command.ts';
import { printed } from '../../support/fake-terminal.ts';
import { HOSTILE, makeHostile } from '../../support/hostile-home.ts';
import { homeWithPositions } from '../../support/living-bot.ts';
import { cleanUp, freshHome } from '../../support/tradectl.ts';

let home = '';
let words: Words;

beforeAll(async () => {
  const folder = freshHome('hostile');
  // The name of a folder is somebody's text, too.
  home = join(folder, 'h\u001b[31m\u009b\u202e\n  tradectl x');
  renameSync(await homeWithPositions(), home);
  const { position, row, seq } = makeHostile(home);
  const ledger = join(folder, 'ledger.json');
  writeFileSync(ledger, JSON.stringify([{ symbol: HOSTILE, side: HOSTILE, [HOSTILE]: HOSTILE }]));
  mkdirSync(join(folder, 'new'));
  let number = 0;
  words = {
    symbol: 'BTC',
    hostile: HOSTILE,
    newFile: () => join(folder, 'new', `\u001b[2J${(number += 1)}`),
    db: join(home, 'state.db'),
    row,
    position,
    seq,
    ledger,
  };
});
afterAll(cleanUp);

/** All but line ends. */
function unsafe(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => line.match(UNSAFE_CHARACTERS) ?? [])
    .map((each) => each.codePointAt(0)!.toString(16));
}

const FORMS = {
  text: { flags: [], facts: {} },
  terminal: {
    flags: ['--no-color'],
    facts: { outIsTty: true, errIsTty: true, env: { LANG: 'C.UTF-8', NO_COLOR: '1' } },
  },
  json: { flags: ['--json'], facts: {} },
} as const;

test('the program names its commands', () => {
  expect(commandNames().length).toBeGreaterThan(40);
});

test.each(['text', 'terminal', 'json'] as const)(
  'every command, as %s',
  async (form) => {
    const { flags, facts } = FORMS[form];
    const found: string[] = [];
    let escaped = 0;
    for (const call of everyCall(words)) {
      const at = call.includes('--home') ? [] : ['--home', home];
      const { exit, out, err } = await printed([...at, ...flags, ...call], {
        ...facts,
        clock: wallClock(),
      });
      const told = JSON.stringify(call.join(' ')).slice(0, 90);
      if (exit === 70) found.push(`${told}: a bug: ${err.slice(0, 200)}`);
      escaped += /\\x1b|\\u001b/.test(out + err) ? 1 : 0;
      const stderr = form === 'terminal' ? withoutProgress(err) : err;
      for (const [stream, text] of [
        ['stdout', out],
        ['stderr', stderr],
      ] as const) {
        const characters = new Set(unsafe(text));
        if (characters.size > 0) found.push(`${told} ${stream}: ${[...characters].join(' ')}`);
      }
      if (form !== 'json' || out === '') continue;
      for (const line of out.trimEnd().split('\n')) {
        if (call[0] !== 'service' && !isJson(line))
          found.push(`${told}: not JSON: ${line.slice(0, 60)}`);
      }
    }
    expect(found).toEqual([]);
    // Most commands had some of it to print.
    expect(escaped).toBeGreaterThan(40);
  },
  240_000,
);

test('CSV: no control character, no formula, one row one line', async () => {
  const views = [
    'v_events',
    'v_orders',
    'v_runs',
    'v_staged_rows',
    'v_commands',
    'v_decisions',
    'v_halts',
  ];
  for (const view of views) {
    const { exit, out } = await printed(
      ['--home', home, 'query', '--csv', `SELECT * FROM ${view}`],
      {
        clock: wallClock(),
      },
    );
    expect(exit, view).toBe(0);
    expect(unsafe(out), view).toEqual([]);
    const cells = out.match(/"(?:[^"]|"")*"/g) ?? [];
    expect(cells.length, view).toBeGreaterThan(5);
    expect(
      cells.filter((cell) => /^"[=+\-@]/.test(cell) && !/^"-?\d+(\.\d+)?"$/.test(cell)),
    ).toEqual([]);
  }
});

/** A progress line goes back to its beginning and clears what is behind it. */
function withoutProgress(text: string): string {
  return text.replaceAll('\r', '').replaceAll('\u001b[K', '');
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
