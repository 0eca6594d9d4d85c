/**
 * Halts as an operator handles them. Setting one needs no lock and no database: it is a file, and the
 * holder of the lock journals it when it sees it. Clearing is executed by whoever holds the lock.
 */
import { text, type Decimal, type DecimalText } from '../../domain/decimal.ts';
import type { Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { Registry } from '../../domain/registry.ts';
import type { Halt } from '../../domain/trading-state.ts';
import { archiveHalt, haltOf, readHalts, writeHalt } from '../../core/halt-files.ts';
import type { HomePaths } from '../../core/home.ts';
import { operatorText, type Operator } from './operator.ts';

export interface ClearRequest {
  readonly id: string;
  readonly reason: string;
  readonly despiteFindings: boolean;
  /**
   * Measure drawdown from now on, whatever the halt was: a flat account that is DEGRADED by its drawdown
   * can trade its way back no other way. Clearing a drawdown halt always does.
   */
  readonly resetPeak: boolean;
  readonly by: Operator;
}

export interface Cleared {
  readonly halt: Halt;
  /** The peak that drawdown is measured from now, when it was reset. */
  readonly peakReset: DecimalText | null;
  readonly archived: string;
}

/** What clearing needs to know and to write. */
export interface ClearContext {
  readonly paths: HomePaths;
  readonly now: Ms;
  readonly registry: Registry;
  /** Equity net of deposits as last known: the new peak after a drawdown. */
  readonly equity: Decimal | null;
  /** Why the cause of a halt still holds; null when it does not, or cannot be checked. */
  readonly causeHolds: (halt: Halt) => string | null;
  readonly append: (events: readonly NewEvent[]) => void;
}

export function setHalt(
  paths: HomePaths,
  facts: { readonly reason: string; readonly now: Ms; readonly by: Operator },
): Halt {
  const halt = haltOf({
    kind: 'operator',
    reason: facts.reason,
    findings: [],
    setMs: facts.now,
    setBy: operatorText(facts.by),
  });
  return writeHalt(paths, halt).halt;
}

/**
 * The kill switch: an operator's halt of everything. It flattens nothing and touches no protection. While
 * one stands a second is the same one: pressing twice must not need clearing twice.
 */
export function setKill(
  paths: HomePaths,
  facts: { readonly reason: string; readonly now: Ms; readonly by: Operator },
): Halt {
  const standing = readHalts(paths).find(({ halt }) => halt.kind === 'kill');
  if (standing !== undefined) return standing.halt;
  const halt = haltOf({
    kind: 'kill',
    reason: facts.reason,
    findings: [],
    setMs: facts.now,
    setBy: operatorText(facts.by),
  });
  return writeHalt(paths, halt).halt;
}

/**
 * Clears one halt: journals it, then archives its file. Throws NOT_FOUND for an unknown id, and
 * CAUSE_HOLDS while the cause is still there, unless the operator said so twice.
 */
export function clearHalt(context: ClearContext, request: ClearRequest): Cleared {
  const standing = readHalts(context.paths).find(({ halt }) => halt.id === request.id);
  if (standing === undefined) {
    throw new TradectlError('NOT_FOUND', `no halt ${JSON.stringify(request.id)} stands`, {
      hint: 'list them with `tradectl halt show`',
    });
  }
  const { halt } = standing;
  const holds = context.causeHolds(halt);
  if (holds !== null && !request.despiteFindings) {
    throw new TradectlError('CAUSE_HOLDS', `the cause of ${halt.id} still holds: ${holds}`, {
      hint: 'mend the cause, or add --despite-findings when you accept it',
    });
  }
  const peakReset =
    (request.resetPeak || halt.kind === 'equity_drawdown') && context.equity !== null
      ? text(context.equity)
      : null;
  context.append([clearedEvent(halt, request, peakReset)]);
  const archived = archiveHalt(context.paths, halt.id, context.now);
  return { halt, peakReset, archived };
}

function clearedEvent(halt: Halt, request: ClearRequest, peak: DecimalText | null): NewEvent {
  return {
    type: 'HALT_CLEARED',
    payload: {
      halt_id: halt.id,
      kind: halt.kind,
      reason: request.reason,
      uid: request.by.uid,
      terminal: request.by.terminal,
      despite_findings: request.despiteFindings,
      peak_equity: peak,
    },
  };
}

/** Halts whose file was seen but which the journal does not know yet. */
export function haltSetEvent(halt: Halt): NewEvent {
  return {
    type: 'HALT_SET',
    payload: {
      halt_id: halt.id,
      kind: halt.kind,
      reason: halt.reason,
      findings: halt.findings,
      set_by: halt.set_by,
    },
  };
}
