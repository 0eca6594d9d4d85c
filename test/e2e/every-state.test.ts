/**
 * Every forensic command on every state a home is found in at 3 a.m. The answers themselves are tested where the
 * commands are; here it is that each gives one, says with its exit code how much it is worth, and changes nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { cutLastCommits } from '../support/cut-wal.ts';
import { strayPosition } from '../support/damaged-home.ts';
import { change } from '../support/journal-commands.ts';
import { differences, readDocumentation } from '../support/json-documentation.ts';
import { homeWithPositions, realTime } from '../support/living-bot.ts';
import { cleanUp, freshHome, tradectl, type Running } from '../support/tradectl.ts';

const bots: Running[] = [];
afterAll(async () => {
  for (const bot of bots) bot.child.kill('SIGKILL');
  await Promise.all(bots.map(({ ended }) => ended));
  cleanUp();
});

/** A home, and whether somebody writes in it. */
const STATES = {
  living: async () => {
    const home = await homeWithPositions();
    bots.push(await realTime(home));
    return home;
  },
  dead: deadHome,
  'cut -wal': async () => {
    const home = await deadHome();
    cutLastCommits(join(home, 'state.db-wal'));
    return home;
  },
  'corrupt row': async () => {
    const home = await deadHome();
    change(home, strayPosition());
    change(home, "UPDATE events SET payload = '{broken' WHERE seq = 100");
    return home;
  },
  empty: () => Promise.resolve(freshHome('empty')),
};
type State = keyof typeof STATES;

async function deadHome(): Promise<string> {
  const home = await homeWithPositions();
  const bot = await realTime(home);
  bot.child.kill('SIGKILL');
  await bot.ended;
  return home;
}

/** 0 an answer, 1 findings, 2 no bot has run here: in the order of {@link STATES}. */
const EXITS: Readonly<Record<string, readonly number[]>> = {
  'status --check': [0, 1, 1, 1, 0],
  'events tail --since 0': [0, 0, 0, 0, 2],
  'events show 100': [0, 0, 0, 1, 2],
  'events stats': [0, 0, 0, 0, 2],
  'events gap': [0, 1, 1, 1, 2],
  'events gap --venue': [0, 1, 1, 1, 2],
  'events verify': [0, 0, 1, 1, 2],
  'events verify --full --fold': [0, 0, 1, 1, 2],
  'trace BTC': [0, 0, 0, 0, 2],
  'trace 100': [0, 0, 0, 0, 2],
  deaths: [0, 0, 0, 0, 2],
  'query open-positions': [0, 0, 0, 0, 2],
  'query positions-without-events': [0, 0, 0, 0, 2],
  logs: [0, 0, 0, 0, 2],
  'logs --explain': [0, 0, 0, 0, 2],
  'reconcile --dry-run': [0, 0, 0, 1, 2],
};

const documentation = readDocumentation();

type Contents = Readonly<Record<string, string>>;

describe.each(Object.keys(STATES) as State[])('%s', (state) => {
  const home = STATES[state]();
  /** What the command before left is what the next one finds. */
  let found: Contents | null = null;

  test.each(Object.entries(EXITS))('%s', async (command, exits) => {
    const place = await home;
    // Who asks the venue takes the lock for that time and catches the log up, as every holder does.
    const own = /--venue|reconcile/.test(command) ? /\.log$/ : /^$/;
    const before = state === 'living' ? null : (found ?? contents(place));
    const args = [...command.split(' '), '--json', '--home', place];
    const { code, stdout, stderr } = await tradectl(args);
    expect(code, stderr).toBe(exits[Object.keys(STATES).indexOf(state)]);
    const printed: string = code === 2 ? stderr : stdout;
    for (const line of printed.trimEnd().split('\n')) {
      expect(differences(JSON.parse(line) as unknown, documentation)).toEqual([]);
    }
    if (before === null) return;
    found = contents(place);
    expect(without(found, own)).toEqual(without(before, own));
  });

  // What it says of this machine is not what is asked here.
  test('doctor', async () => {
    const { code, stdout } = await tradectl(['doctor', '--json', '--home', await home]);
    expect([0, 1]).toContain(code);
    expect(differences(JSON.parse(stdout) as unknown, documentation)).toEqual([]);
  });
});

/** Files by their digest; databases by their rows, for whoever asks the venue may empty their write-ahead logs. */
function contents(home: string): Contents {
  const files = readdirSync(home).filter(
    (name) => !/-(wal|shm|journal)$|^lock|^verified/.test(name),
  );
  return Object.fromEntries(
    files.map((name) => {
      const file = join(home, name);
      return [name, digest(name.endsWith('.db') ? rowsOf(file) : readFileSync(file))];
    }),
  );
}

function without(all: Contents, names: RegExp): Contents {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.test(name)));
}

function rowsOf(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all();
    return JSON.stringify(tables.map((table) => db.prepare(`SELECT * FROM ${table}`).raw().all()));
  } finally {
    db.close();
  }
}

function digest(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
