/**
 * Brings the rows of a legacy ledger in, through the staging path: what can be a position becomes one, the
 * rest waits beside the registry for reconciliation to judge it. Importing a file twice changes nothing.
 * The journal is copied first: a ledger can hold a million rows that turn out to be the wrong ones.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '../../domain/event.ts';
import { judgeRow } from '../../reconcile/judge-row.ts';
import type { LedgerRow } from '../../reconcile/stage-ledger.ts';
import { stageLedger, type Staged } from '../../reconcile/stage-ledger.ts';
import type { Bot } from '../bot.ts';
import { backUp } from './back-up.ts';
import type { Operator } from './operator.ts';

export interface LedgerImport {
  /** Rows that became open positions. */
  readonly positions: number;
  /** Rows that wait beside the registry. */
  readonly staged: number;
  /** Of those that wait, how many cannot be a position. */
  readonly malformed: number;
  readonly closed: number;
  /** Rows that an earlier import brought in. */
  readonly known: number;
  /** Copy of the journal from before; null when nothing was written. */
  readonly backup: string | null;
}

export interface LedgerFile {
  readonly file: string;
  readonly rows: readonly LedgerRow[];
}

/** Rows per transaction: a ledger of a million rows must not be one of a gigabyte. */
const BATCH = 500;

/** What an import would do. Nothing is written. */
export function previewLedger(bot: Bot, ledger: LedgerFile): LedgerImport {
  return countsOf(bot, stageAll(bot, ledger), null);
}

/** Throws STORE_* when the journal cannot be copied first; nothing was imported then. */
export function importLedger(
  bot: Bot,
  ledger: LedgerFile & { readonly by: Operator },
): LedgerImport {
  const staging = stageAll(bot, ledger);
  const { fresh } = staging;
  if (fresh.length === 0) return countsOf(bot, staging, null);
  const backup = backUpBefore(bot);
  bot.journal.append([commandEvent(ledger.file, ledger.by)]);
  for (let from = 0; from < fresh.length; from += BATCH) {
    bot.journal.append(fresh.slice(from, from + BATCH).flatMap(({ events }) => events));
  }
  return countsOf(bot, staging, backup);
}

interface Staging {
  readonly all: readonly Staged[];
  /** Those that no import before brought in. */
  readonly fresh: readonly Staged[];
}

function stageAll(bot: Bot, { file, rows }: LedgerFile): Staging {
  const all = stageLedger(rows, {
    registry: bot.journal.registry(),
    instruments: bot.instruments,
    aliases: bot.aliases,
    source: file.slice(file.lastIndexOf('/') + 1),
    nowMs: bot.clock.now(),
  });
  return { all, fresh: all.filter((row) => !isKnown(bot, row)) };
}

function countsOf(bot: Bot, { all, fresh }: Staging, backup: string | null): LedgerImport {
  const rowsAs = (as: Staged['as']): Staged[] => fresh.filter((row) => row.as === as);
  const waiting = rowsAs('staged');
  return {
    positions: rowsAs('position').length,
    staged: waiting.length,
    malformed: waiting.filter(({ row }) => judgeRow(row, bot.aliases).kind === 'malformed').length,
    closed: rowsAs('closed-position').length,
    known: all.length - fresh.length,
    backup,
  };
}

function isKnown({ view }: Bot, { rowId, positionId }: Staged): boolean {
  return view.stagedRow(rowId) !== null || view.positionById(positionId) !== null;
}

/** One copy per state of the journal: killed right after it was made, it is the same journal still. */
function backUpBefore({ paths, journal, wall }: Bot): string {
  const folder = join(paths.dir, 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `state-${journal.registry().seq}-import.db`);
  return existsSync(file) ? file : backUp(paths.dir, file, wall.now()).file;
}

function commandEvent(file: string, by: Operator): NewEvent {
  const { uid, terminal } = by;
  return {
    type: 'OPERATOR_COMMAND',
    payload: { command: 'quarantine import', arguments: { file }, uid, terminal, reason: null },
  };
}
