/**
 * How an operator asks a running bot: a row in `commands` that the bot takes at its next safe point
 * and answers. A command lives no longer than the two that share it: one that nobody took is
 * withdrawn when its poster gives up, one that a dead bot left is failed by the next. An order
 * to close given at night is never executed in the morning.
 */
import type { Brand } from '../domain/brand.ts';
import { canonicalJson, type Json } from '../domain/canonical-json.ts';
import { ms, type Clock, type Ms } from '../domain/clock.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { sha256 } from '../domain/random.ts';
import { openDatabase, type Db } from './database.ts';
import { openStateReadonly } from './open-state.ts';
import { STATE_APPLICATION_ID, STATE_MIGRATIONS } from './schema.ts';

export type CommandId = Brand<string, 'CommandId'>;
export type CommandArguments = Readonly<Record<string, string | number | boolean | null>>;

export interface PostedBy {
  readonly uid: number | null;
  readonly tty: string | null;
  readonly pid: number;
}

export interface OperatorCommand {
  readonly id: CommandId;
  /** Wall clock. */
  readonly postedMs: Ms;
  readonly postedBy: PostedBy;
  readonly command: string;
  readonly arguments: CommandArguments;
}

export type CommandAnswer =
  | { readonly outcome: 'done'; readonly result: Json }
  | {
      readonly outcome: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | null;
    };

export interface Inbox {
  post(command: Omit<OperatorCommand, 'id'>): CommandId;
  /** Marks every waiting command as taken and returns them, oldest first. */
  take(): OperatorCommand[];
  /** Commands that are not answered yet, oldest first; nothing is marked. */
  waiting(): OperatorCommand[];
  answer(id: CommandId, answer: CommandAnswer): void;
  /** Null while there is none. */
  answerOf(id: CommandId): CommandAnswer | null;
  /** Takes a command back that nobody took; false when it is too late for that. */
  withdraw(id: CommandId): boolean;
  /** For a bot that starts, holding the lock: fails what no bot will answer. Returns how many. */
  failAbandoned(): number;
}

interface Row {
  readonly id: CommandId;
  readonly posted_ms: Ms;
  readonly posted_by: string;
  readonly command: string;
  readonly arguments: string;
}

const POLL_MS = ms(100);
const POSTER_BUSY_TIMEOUT_MS = 5_000;

const NOT_TAKEN: CommandAnswer = {
  outcome: 'failed',
  code: 'STORE_BUSY',
  message: 'the bot did not take the command; it was withdrawn and nothing was done',
  hint: 'see what the bot does with `tradectl status`, then try again',
};
const NEVER_TAKEN: CommandAnswer = {
  outcome: 'failed',
  code: 'NOT_FOUND',
  message: 'failed: the bot ended before it took the command; nothing was done',
  hint: 'try again: a bot runs now',
};
const BOT_DIED: CommandAnswer = {
  outcome: 'failed',
  code: 'APPLY_INCOMPLETE',
  message: 'failed: the bot died while it executed the command',
  hint: 'look at positions and orders before trying again',
};

/** The inbox over an open `state.db`. */
export function openInbox(db: Db): Inbox {
  const answer = db.prepare("UPDATE commands SET state = 'answered', answer = ? WHERE id = ?");
  const answerOf = db.prepare('SELECT answer FROM commands WHERE id = ?').pluck();
  const withdraw = db.prepare(
    "UPDATE commands SET state = 'answered', answer = ? WHERE id = ? AND state = 'posted'",
  );
  // Both conditions, so that the partial index answers: this is asked every cycle.
  const waiting = db.prepare(
    "SELECT 1 FROM commands WHERE state <> 'answered' AND state = 'posted' LIMIT 1",
  );
  const taken = db.prepare(
    "UPDATE commands SET state = 'answered', answer = ? WHERE state = ? RETURNING id",
  );
  return {
    post: (command) => db.transaction(() => insert(db, command)).immediate(),
    take: () => (waiting.get() === undefined ? [] : db.transaction(() => takeAll(db)).immediate()),
    waiting: () =>
      (
        db
          .prepare("SELECT * FROM commands WHERE state <> 'answered' ORDER BY posted_ms, rowid")
          .all() as Row[]
      ).map(commandOf),
    answer: (id, given) => void answer.run(canonicalJson(given), id),
    answerOf(id) {
      const written = answerOf.get(id) as string | null | undefined;
      return written === null || written === undefined
        ? null
        : (JSON.parse(written) as CommandAnswer);
    },
    withdraw: (id) => withdraw.run(canonicalJson(NOT_TAKEN), id).changes === 1,
    failAbandoned: () =>
      db
        .transaction(() => {
          const died = taken.all(canonicalJson(BOT_DIED), 'taken');
          return died.length + taken.all(canonicalJson(NEVER_TAKEN), 'posted').length;
        })
        .immediate(),
  };
}

/**
 * Opens `state.db` beside a running bot, to post one command. The schema must be the bot's own: an
 * operator's newer program never migrates the file under it. Close `db` when answered.
 */
export function openInboxBeside(statePath: string): { readonly inbox: Inbox; readonly db: Db } {
  openStateReadonly(statePath).close();
  const db = openDatabase(statePath, {
    applicationId: STATE_APPLICATION_ID,
    migrations: STATE_MIGRATIONS,
    durability: 'full',
    busyTimeoutMs: POSTER_BUSY_TIMEOUT_MS,
  });
  return { inbox: openInbox(db), db };
}

/**
 * Waits for the answer of a posted command, at most `timeoutMs` of the wall clock. A command that
 * was not taken by then is withdrawn; null means it was taken and its outcome is not known yet.
 */
export async function waitForAnswer(
  inbox: Inbox,
  id: CommandId,
  clock: Clock,
  { timeoutMs, signal }: { readonly timeoutMs: Ms; readonly signal?: AbortSignal },
): Promise<CommandAnswer | null> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const answer = inbox.answerOf(id);
    if (answer !== null) return answer;
    if (clock.monotonic() >= deadline || signal?.aborted === true) break;
    await clock.sleep(POLL_MS, signal);
  }
  return inbox.withdraw(id) ? NOT_TAKEN : inbox.answerOf(id);
}

function insert(db: Db, command: Omit<OperatorCommand, 'id'>): CommandId {
  const before = db.prepare('SELECT count(*) FROM commands').pluck().get() as number;
  const facts = canonicalJson({ ...command, before });
  const id = `cmd-${sha256(facts).slice(0, 16)}` as CommandId;
  db.prepare(
    `INSERT INTO commands(id, posted_ms, posted_by, command, arguments, state)
     VALUES (?, ?, ?, ?, ?, 'posted')`,
  ).run(
    id,
    command.postedMs,
    canonicalJson(command.postedBy),
    command.command,
    canonicalJson(command.arguments),
  );
  return id;
}

function takeAll(db: Db): OperatorCommand[] {
  const rows = db
    .prepare("SELECT * FROM commands WHERE state = 'posted' ORDER BY posted_ms, rowid")
    .all() as Row[];
  db.prepare("UPDATE commands SET state = 'taken' WHERE state = 'posted'").run();
  return rows.map(commandOf);
}

function commandOf(row: Row): OperatorCommand {
  return {
    id: row.id,
    postedMs: row.posted_ms,
    postedBy: JSON.parse(row.posted_by) as PostedBy,
    command: row.command,
    arguments: JSON.parse(row.arguments) as CommandArguments,
  };
}
