/**
 * RSRUSDT: two investigations, ten hours, two opposite conclusions. The other bot's files are read as they were
 * found, and the verdict has to name what they prove, what contradicts what, and what cannot be known.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill } from './drill.ts';
import { incidentFile } from './incident-files.ts';
import type { Stage } from './stage.ts';

interface Statement {
  readonly rule: string;
  readonly topic: string;
  readonly text: string;
  readonly evidence: readonly unknown[];
}

/** What a statement of the verdict must say, by its rule. */
interface Expected {
  readonly rule: string;
  readonly claim: string;
  readonly words: readonly string[];
}

const FILES = ['events.jsonl', 'notes.jsonl', 'signals.jsonl', 'positions.csv', 'bot-log.txt'];
const MAP = ['--map', 'files/map.toml', '--db', 'incident.db'];

const SILENCE: readonly Expected[] = [
  {
    rule: 'silent-death',
    claim: 'process 10893 died without a word after 14:44:59',
    words: ['10893', '14:44:59', '15:00:02'],
  },
  {
    rule: 'recorded-late',
    claim: 'an hour lies between happening and recording',
    words: ['14:07:15.098', '15:07:18', '1h'],
  },
];

const NUMBERS: readonly Expected[] = [
  {
    rule: 'number-hole',
    claim: 'the hole in the numbers is named, and is no count of lost events',
    words: ['779293', '785192', 'no count of lost'],
  },
  {
    rule: 'log-against-database',
    claim: 'log and database part by position id',
    words: ['1275', '1277', '1317', '1318', '1319', '1320'],
  },
];

const CONTRADICTIONS: readonly Expected[] = [
  {
    rule: 'signal-id',
    claim: 'NULL in the row, a signal in the event',
    words: ['NULL', '4869992'],
  },
  { rule: 'batch-count', claim: '24 events written, the count grew by 54', words: ['24', '54'] },
  { rule: 'tracked-or-not', claim: 'found and not tracked, both told', words: ['not tracked'] },
  { rule: 'created-elsewhere', claim: '"created externally" does not stand', words: ['785194'] },
  {
    rule: 'conclusions-exclude',
    claim: 'the two conclusions exclude each other',
    words: ['exclude each other', 'Neither is a line of the bot itself'],
  },
  {
    rule: 'distance-for-count',
    claim: '"5,902 events in its queue" is a distance',
    words: ['5,902', '785194'],
  },
];

export const lostQueue: Drill = {
  name: 'lost-queue',
  incident: 'A position on the exchange and in the database, not in the cache, not in the log.',
  async play(stage) {
    cpSync(incidentFile('lost-queue', ''), join(stage.dir, 'files'), { recursive: true });
    stage.step('The files that the other bot left behind go into a database of their own.');
    const read = await stage.run('import-events', ...FILES.map((file) => `files/${file}`), ...MAP);
    stage.check('all five are understood', read.exit === 0, read.stderr);
    stage.step('One command instead of ten hours.');
    const traced = await stage.run('trace', 'RSRUSDT', '--db', 'incident.db');
    stage.check('it answers', traced.exit === 0, traced.stderr);
    const document = await stage.ask('trace', 'RSRUSDT', '--db', 'incident.db');
    const verdict = document['verdict'] as readonly Statement[];
    tell(stage, verdict, {
      title: 'Its verdict: the silence, and the hour after it.',
      told: SILENCE,
    });
    tell(stage, verdict, { title: 'The numbers, and what they do not say.', told: NUMBERS });
    tell(stage, verdict, { title: 'What contradicts what.', told: CONTRADICTIONS });
    conclude(stage, verdict);
  },
};

function tell(
  stage: Stage,
  verdict: readonly Statement[],
  { title, told }: { title: string; told: readonly Expected[] },
): void {
  stage.step(title);
  const statements = told.map(({ rule }) =>
    verdict.find((each) => each.rule === rule && each.topic !== 'settle'),
  );
  stage.show(statements.flatMap((each) => (each === undefined ? [] : [each.text])));
  told.forEach(({ claim, words }, at) => {
    const statement = statements[at];
    const isSaid = words.every((word) => statement?.text.includes(word) === true);
    stage.check(claim, isSaid && statement?.evidence.length !== 0, statement?.text ?? 'not said');
  });
}

function conclude(stage: Stage, verdict: readonly Statement[]): void {
  stage.step('What remains, what would settle it, and what cannot be known.');
  const of = (topic: string): readonly Statement[] =>
    verdict.filter((each) => each.topic === topic);
  const possible = of('explanation').filter(({ text }) => text.startsWith('Possible'));
  const ruledOut = of('ruled_out').filter(({ rule }) => rule === 'memory-ends');
  const unknown = of('unknown');
  stage.show([...ruledOut, ...possible, ...unknown].map(({ text }) => text));
  const isOut = ruledOut.length === 1 && ruledOut[0]?.text.startsWith('Ruled out') === true;
  stage.check('memory does not survive a process: that one is ruled out', isOut, ruledOut);
  stage.check('more than one explanation remains, and is said', possible.length > 1, possible);
  stage.check('what would settle it is listed', of('settle').length > 2, of('settle').length);
  const isHonest = unknown.some(({ text }) => text.includes('Cannot be known'));
  stage.check('and it says what cannot be known from this', isHonest, unknown);
}
