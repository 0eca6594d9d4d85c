/** A home whose journal writes its log, as `openHome` puts them together. */
import { join } from 'node:path';
import { openEventLog, type EventLog } from '../../src/core/event-log.ts';
import type { LogLimits } from '../../src/core/log-file.ts';
import { readHomeLog, type LogLine } from '../../src/core/log-reader.ts';
import type { Journal } from '../../src/core/journal.ts';
import { journalHome, type JournalHome } from './journal-home.ts';

export interface LoggedHome {
  readonly home: JournalHome;
  readonly file: string;
  readonly said: readonly string[];
  open(limits?: Partial<LogLimits>): EventLog;
  /** A life of the bot: its log catches up, then its journal writes. */
  start(limits?: Partial<LogLimits>): { log: EventLog; journal: Journal };
  lines(): LogLine[];
  /** `1 2 3r`: the events of the log in order, `r` for replayed ones. */
  told(): string;
}

export function loggedHome(): LoggedHome {
  const home = journalHome();
  const file = join(home.dir, 'tradectl.log');
  const said: string[] = [];
  const lines = (): LogLine[] => [...readHomeLog(file)];
  const open = (limits: Partial<LogLimits> = {}): EventLog =>
    openEventLog({
      file,
      limits: { maxBytes: 5_000_000, files: 4, ...limits },
      db: home.db,
      wall: home.clock,
      pid: 42,
      onTrouble: (line) => said.push(line),
    });
  return {
    home,
    file,
    said,
    open,
    start: (limits) => {
      const log = open(limits);
      return { log, journal: home.reopen({ onCommitted: log.committed }).journal };
    },
    lines,
    told: () =>
      lines()
        .flatMap(({ record }) => record?.event ?? [])
        .map(({ seq, replayed }) => `${seq}${replayed ? 'r' : ''}`)
        .join(' '),
  };
}
