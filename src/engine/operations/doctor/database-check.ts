/**
 * The journal's file: does it open, is it whole, does it still hold what was committed. SQLite itself calls a
 * journal healthy whose tail is gone, so the high-water mark is asked too, and the newest links of the hash
 * chain. Bounded: a large journal is not read to its end while a bot waits for the disk.
 */
import { storeError, type Db } from '../../../core/database.ts';
import { chainHash, EVENT_COLUMNS, type EventRow } from '../../../core/event-row.ts';
import { hashAt, readHead } from '../../../core/head.ts';
import { compareWithHead, readHighWaterMark } from '../../../core/high-water-mark.ts';
import type { HomePaths } from '../../../core/home.ts';
import { openStateReadonly } from '../../../core/open-state.ts';
import type { TradectlError } from '../../../domain/errors.ts';
import { MB, megabytes } from '../../../domain/megabytes.ts';
import type { Check, Finding } from '../../../host/check.ts';
import type { Host } from '../../../host/host.ts';
import { shellWord } from '../../../domain/shell-word.ts';
import { toLookInto } from './hidden-home.ts';
import { goneText } from '../../../domain/lost-events.ts';

/** Read whole up to here: about a second on a slow disk. */
const WHOLE_BYTES = 256 * MB;
const NEWEST_EVENTS = 1_000;
const PROBLEMS = 5;
const WHY =
  'The journal is the only file that must not be lost: positions, orders and stops are known from it.';

export function databaseCheck(host: Host, paths: HomePaths): Check {
  return { name: 'database', why: WHY, run: () => checkDatabase(host, paths) };
}

function checkDatabase(host: Host, paths: HomePaths): Finding {
  const hidden = host.hidden(paths.dir);
  if (hidden !== null) {
    return { verdict: 'fail', figure: hidden, why: WHY, fix: toLookInto(host, paths.dir) };
  }
  const file = host.stat(paths.state);
  if (file === null) {
    return { verdict: 'ok', figure: `no journal: no bot has run in ${paths.dir}`, why: WHY };
  }
  // Before the journal: a bot that writes meanwhile puts the mark behind the head, never ahead of it.
  const mark = readHighWaterMark(paths.highWaterMark);
  try {
    const db = openStateReadonly(paths.state);
    try {
      // Every page is read once: a cache of them would only be memory that the bot beside needs.
      db.pragma('cache_size=-512');
      return judge(db, { paths, mark, bytes: file.bytes });
    } finally {
      db.close();
    }
  } catch (error) {
    return broken(paths, storeError(error, paths.state));
  }
}

interface Looked {
  readonly paths: HomePaths;
  readonly mark: ReturnType<typeof readHighWaterMark>;
  readonly bytes: number;
}

function judge(db: Db, { paths, mark, bytes }: Looked): Finding {
  const isWhole = bytes <= WHOLE_BYTES;
  const damage = [...pageProblems(db, isWhole), ...chainProblems(db)];
  const head = readHead(db);
  const compared = compareWithHead(mark, head, (seq) => hashAt(db, seq));
  const size = `${megabytes(bytes)} MB, up to event ${head.seq}`;
  const numbers = { bytes, head_seq: head.seq, is_whole: isWhole ? 1 : 0 };
  if (damage.length > 0) {
    const figure = `${size}: damaged`;
    return { verdict: 'fail', figure, numbers, why: WHY, details: damage, fix: rescue(paths) };
  }
  if (compared.verdict !== 'ok') {
    const lost =
      compared.verdict === 'behind' ? goneText(compared.lostFrom, compared.lostTo) : compared.why;
    return {
      verdict: 'fail',
      figure: `${size}: ${lost}`,
      numbers,
      why: 'What the venue did meanwhile is not known here. The bot starts HALTED, imports and protects what it finds.',
      fix: [
        `tradectl reconcile --home ${shellWord(paths.dir)}`,
        `tradectl halt show --home ${shellWord(paths.dir)}`,
      ],
    };
  }
  const read = isWhole
    ? 'every page read'
    : `registry and the newest ${NEWEST_EVENTS} events read; all of it: tradectl events verify --full`;
  return {
    verdict: 'ok',
    figure: `${size}, agrees with its high-water mark`,
    numbers,
    why: WHY,
    details: [read],
  };
}

/** Of a large journal all tables but the events: those are checked from the end. */
function pageProblems(db: Db, isWhole: boolean): string[] {
  if (isWhole) return quickCheck(db, `quick_check(${PROBLEMS})`);
  const tables = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('events', 'fills')",
    )
    .all();
  return tables.flatMap(({ name }) => quickCheck(db, `quick_check("${name}")`));
}

function quickCheck(db: Db, pragma: string): string[] {
  const rows = db.pragma(pragma) as { quick_check: string }[];
  return rows.map((row) => row.quick_check).filter((said) => said !== 'ok');
}

function chainProblems(db: Db): string[] {
  const rows = db
    .prepare<[number], EventRow>(`SELECT ${EVENT_COLUMNS} FROM events ORDER BY seq DESC LIMIT ?`)
    .all(NEWEST_EVENTS + 1)
    .toReversed();
  return rows.slice(1).flatMap((row, index) => {
    const before = rows[index];
    const isLinked = before !== undefined && chainHash(before.hash, row) === row.hash;
    return isLinked ? [] : [`event ${row.seq}: its hash does not follow from the one before`];
  });
}

function broken(paths: HomePaths, error: TradectlError): Finding {
  const { code, message, hint } = error;
  const isDamaged = code === 'STORE_CORRUPT';
  return {
    verdict: code === 'STORE_OLDER' || code === 'STORE_BUSY' ? 'warn' : 'fail',
    figure: message,
    why: WHY,
    fix: isDamaged ? rescue(paths) : hint === null ? [] : [`# ${hint}`],
  };
}

/** Nothing is deleted: what is damaged is the evidence. */
function rescue({ dir }: HomePaths): string[] {
  const home = shellWord(dir);
  return [
    '# stop the bot and keep the damaged files:',
    `cp -a ${home} ${shellWord(`${dir}.damaged`)}`,
    `ls -t ${shellWord(`${dir}/backups`)}`,
    '# with a copy; without one the start below makes a new journal, imports what',
    '# the venue has, and protects it: move state.db, its -wal and hwm away first',
    `tradectl restore FILE --home ${home}`,
    `tradectl run --home ${home}`,
  ];
}
