/**
 * From anything thrown to what the operator reads and the exit code. The one place that knows
 * commander's codes: its usage errors are exit 2 here, help and version are 0.
 */
import { CommanderError } from 'commander';
import { TradectlError } from '../src/domain/errors.ts';
import { jsonLine } from './output/json.ts';
import { hintWithHome } from './output/named-home.ts';
import { safeLines, safeText } from './output/safe-text.ts';

export interface Failure {
  readonly exit: number;
  /** What goes to stderr; empty when there is nothing to say. */
  readonly text: string;
}

/** Words and exit code for whatever a command threw; `home` is what the operator named, for the hints. */
export function failureOf(thrown: unknown, json: boolean, home: string | null = null): Failure {
  if (thrown instanceof CommanderError) return commanderFailure(thrown, json);
  if (thrown instanceof TradectlError && thrown.code !== 'INTERNAL') {
    return { exit: thrown.exitCode, text: told(thrown, json, home) };
  }
  const bug = thrown instanceof Error ? thrown : new Error(String(thrown));
  const internal = new TradectlError('INTERNAL', bug.message, {
    hint: 'this is a bug in tradectl: please report it with the lines above',
    cause: bug,
  });
  if (json) return { exit: internal.exitCode, text: told(internal, true) };
  const stack = safeLines(bug.stack ?? bug.message);
  return { exit: internal.exitCode, text: `${stack}\n${told(internal, false)}` };
}

function commanderFailure(error: CommanderError, json: boolean): Failure {
  if (error.exitCode === 0) return { exit: 0, text: '' };
  // Bare `tradectl` or a bare group: commander has printed the help already.
  if (error.code === 'commander.help') return { exit: 2, text: '' };
  const [message = '', ...suggestions] = error.message.replace(/^error: /, '').split('\n');
  const near = suggestions.join(' ').replace(/^\(|\)$/g, '');
  const hint = near === '' ? 'tradectl --help lists commands and flags' : near;
  return { exit: 2, text: told(new TradectlError('USAGE', message, { hint }), json) };
}

function told(error: TradectlError, json: boolean, home: string | null = null): string {
  const said = error.hint !== null && home !== null ? hintWithHome(error.hint, home) : error.hint;
  if (json) {
    return jsonLine({
      schema: 'tradectl.error/1',
      code: error.code,
      message: error.message,
      hint: said,
      exit: error.exitCode,
    });
  }
  const hint = said === null ? '' : `  ${safeLines(said).replaceAll('\n', '\n  ')}\n`;
  // Its lines are ours, one per violation; in any other message a line end came from outside.
  const message =
    error.code === 'CONFIG_INVALID' ? safeLines(error.message) : safeText(error.message);
  return `tradectl: ${message}\n${hint}`;
}
