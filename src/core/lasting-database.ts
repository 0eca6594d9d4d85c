/**
 * One handle on a database that outlives its connections. After an I/O error a connection is not to be trusted:
 * the kernel reports a failed fsync once and then calls the lost pages clean, so a second try on the same
 * connection would acknowledge what is not on the disk. The handle refuses every write from then on, opens a
 * new connection, lets it be compared with what was committed, and only then goes on, with the same statements.
 */
import type Database from 'better-sqlite3';
import { ms, SECOND, MINUTE, type Clock } from '../domain/clock.ts';
import { messageOf, TradectlError } from '../domain/errors.ts';
import { isIoError, type Db } from './database.ts';

export interface LastingOptions {
  /** One more connection, proven by a durable write. */
  readonly open: () => Db;
  /** Throws when the file does not hold what was committed. */
  readonly verify: (db: Db) => void;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Told when a connection is given up, when none can be had (once per reason), and when writing goes on. */
  readonly say: (line: string) => void;
}

type Statement = Database.Statement<unknown[]>;
type Work = (...values: unknown[]) => unknown;

const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = MINUTE;

/** Throws what `open` throws. Closing it closes the connection of the moment. */
export function lastingDatabase(options: LastingOptions): Db {
  const connection = new Connection(options);
  const own: Partial<Record<string | symbol, unknown>> = {
    prepare: (sql: string) => statementOf(connection, sql),
    transaction: (work: Work) => transactionOf(connection, work),
    exec: (sql: string) => connection.guarded(() => connection.forWriting().exec(sql)),
    pragma: (...asked: Parameters<Db['pragma']>) =>
      connection.guarded(() => connection.db.pragma(...asked)),
    close: () => connection.db.close(),
  };
  return new Proxy(connection.db, {
    get: (_first, key) => own[key] ?? (Reflect.get(connection.db, key) as unknown),
  });
}

class Connection {
  db: Db;
  /** Statements and transactions of an earlier one are made anew. */
  generation = 0;
  private readonly options: LastingOptions;
  private failure: Error | null = null;
  private pause = FIRST_PAUSE;
  private nextTryMs = 0;
  private said = '';

  constructor(options: LastingOptions) {
    this.options = options;
    this.db = options.open();
  }

  /** A connection that has not failed; throws the failure while there is none. */
  forWriting(): Db {
    if (this.failure === null) return this.db;
    // What was begun on a failed connection ends there.
    if (this.db.inTransaction) throw this.failure;
    const now = this.options.clock.monotonic();
    if (now < this.nextTryMs) throw this.failure;
    this.nextTryMs = now + this.pause;
    this.pause = ms(Math.min(this.pause * 2, LONGEST_PAUSE));
    return this.renew(this.failure);
  }

  guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.noticed(error);
      throw error;
    }
  }

  /** Of every error: one of the disk ends the trust in this connection. */
  noticed(error: unknown): void {
    if (isIoError(error) && this.failure === null) this.distrust(error);
  }

  private distrust(error: Error): void {
    this.failure = error;
    this.pause = FIRST_PAUSE;
    this.nextTryMs = this.options.clock.monotonic();
    this.tell(
      `${this.db.name}: ${messageOf(error)}; nothing is written with this connection again`,
    );
  }

  /**
   * The new one is opened before the old one goes: as long as one of them is open, what the failed commit left
   * in the log is not taken for committed, and the next write goes over it.
   */
  private renew(failure: Error): Db {
    const { open, verify } = this.options;
    let fresh: Db | null = null;
    try {
      fresh = open();
      verify(fresh);
    } catch (error) {
      fresh?.close();
      const hint = error instanceof TradectlError && error.hint !== null ? `; ${error.hint}` : '';
      this.tell(`no new connection: ${messageOf(error)}${hint}`);
      throw failure;
    }
    const failed = this.db;
    this.db = fresh;
    this.generation += 1;
    this.failure = null;
    failed.close();
    this.tell(`${fresh.name} was opened again and holds what was committed: writing goes on`);
    return fresh;
  }

  private tell(line: string): void {
    if (line !== this.said) this.options.say(line);
    this.said = line;
  }
}

/** What `make` made for the connection of now. */
function perConnection<T>(connection: Connection, make: (db: Db) => T): () => T {
  let made = make(connection.db);
  let { generation } = connection;
  return () => {
    if (generation !== connection.generation) {
      made = make(connection.db);
      ({ generation } = connection);
    }
    return made;
  };
}

/** Reading goes on with a connection that failed; writing never does. */
function statementOf(connection: Connection, sql: string): Statement {
  const shape: ((statement: Statement) => unknown)[] = [];
  const current = perConnection(connection, (db) => {
    const statement = connection.guarded(() => db.prepare<unknown[]>(sql));
    for (const apply of shape) apply(statement);
    return statement;
  });
  const isWrite = !current().readonly;
  // Plain functions on a plain object: a proxy in the way of each row cost a recording a tenth of its time.
  const doing =
    (name: 'run' | 'get' | 'all' | 'iterate'): Work =>
    (...values) => {
      try {
        if (isWrite) connection.forWriting();
        return current()[name](...values);
      } catch (error) {
        connection.noticed(error);
        throw error;
      }
    };
  const shaped =
    (name: 'pluck' | 'raw') =>
    (on = true): Statement => {
      const apply = (statement: Statement): unknown => statement[name](on);
      shape.push(apply);
      apply(current());
      return handle;
    };
  const handle = {
    readonly: !isWrite,
    source: sql,
    run: doing('run'),
    get: doing('get'),
    all: doing('all'),
    iterate: doing('iterate'),
    pluck: shaped('pluck'),
    raw: shaped('raw'),
    columns: () => current().columns(),
  } as unknown as Statement;
  return handle;
}

/** A transaction that only reads may be deferred; the kinds that lock at once are for writing. */
function transactionOf(connection: Connection, work: Work): Work {
  const current = perConnection(connection, (db) => db.transaction(work));
  const deferred: Work = (...values) => connection.guarded(() => current()(...values));
  const locking =
    (kind: 'immediate' | 'exclusive'): Work =>
    (...values) =>
      connection.guarded(() => {
        connection.forWriting();
        return current()[kind](...values);
      });
  return Object.assign(deferred, {
    default: deferred,
    deferred,
    immediate: locking('immediate'),
    exclusive: locking('exclusive'),
  });
}
