/** What declarations share: how a handler is called, and how a help page shows examples. */
import type { Context } from './context.ts';

/** Does the work of one command and returns the exit code. */
export type Handler = (context: Context) => Promise<number>;

/** Builds the context from the flags of this invocation and runs the handler. */
export type Dispatch = (handler: Handler) => Promise<void>;

/** The examples at the end of a help page. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
