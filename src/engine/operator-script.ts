/**
 * The operator of a recording: commands at given times, executed through the same operations as a
 * person's. A recording without a script has no operator; its halts stay.
 */
import { parseTime, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';
import { HALT_KINDS, type HaltKind } from '../domain/trading-state.ts';

export interface ScriptedCommand {
  readonly atMs: Ms;
  readonly command: 'halt clear';
  /** Clears the halts of this kind that stand at that time. */
  readonly kind: HaltKind;
  readonly reason: string;
}

const SCHEMA = 'tradectl.operator_script/1';

/** Reads `operator.json`; throws FILE_INVALID naming the file, the place and what is expected. */
export function parseOperatorScript(text: string, file: string): ScriptedCommand[] {
  const refuse = (where: string, expected: string): never => {
    throw new TradectlError('FILE_INVALID', `${file}: ${where}: expected ${expected}`, {
      hint: 'fix the operator script of the recording, or remove it',
    });
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('whole file', 'JSON');
  }
  if (!isRecord(parsed) || parsed['schema'] !== SCHEMA) refuse('schema', SCHEMA);
  const commands = (parsed as Record<string, unknown>)['commands'];
  if (!Array.isArray(commands)) return refuse('commands', 'a list');
  const script = commands.map((row: unknown, index): ScriptedCommand => {
    if (!isRecord(row)) return refuse(`commands[${index}]`, 'an object');
    const atMs = typeof row['at'] === 'string' ? parseTime(row['at']) : null;
    if (atMs === null) return refuse(`commands[${index}].at`, 'an ISO time');
    if (row['command'] !== 'halt clear')
      return refuse(`commands[${index}].command`, '"halt clear"');
    const { kind, reason } = row;
    if (!isHaltKind(kind)) return refuse(`commands[${index}].kind`, 'the kind of a halt');
    if (typeof reason !== 'string') return refuse(`commands[${index}].reason`, 'a sentence');
    return { atMs, command: 'halt clear', kind, reason };
  });
  return script.sort((a, b) => a.atMs - b.atMs);
}

/** Commands due in (after, until]. */
export function dueCommands(
  script: readonly ScriptedCommand[],
  after: Ms,
  until: Ms,
): ScriptedCommand[] {
  return script.filter((command) => command.atMs > after && command.atMs <= until);
}

function isHaltKind(value: unknown): value is HaltKind {
  return HALT_KINDS.some((kind) => kind === value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
