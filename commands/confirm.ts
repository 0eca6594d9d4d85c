/**
 * Confirmation. Towards safety nothing asks; away from it, severe steps want the name typed (or
 * `--confirm NAME`; `--yes` is not enough), mild ones y/N (or `--yes`). Without a terminal nothing
 * is asked: the command refuses and names the flag. Ctrl-C or Ctrl-D at a question is a no.
 */
import { TradectlError } from '../src/domain/errors.ts';
import type { Context } from './context.ts';
import { safeText } from './output/safe-text.ts';

/** Asks on stderr; returns what was typed. */
export type Ask = (question: string) => Promise<string>;

/** Throws NOT_CONFIRMED unless `name` was typed or given. */
export async function confirmSevere(
  context: Context,
  question: { what: string; name: string; given: string | undefined },
  ask: Ask = askOnTerminal,
): Promise<void> {
  const { what, name, given } = question;
  if (given === name) return;
  if (given !== undefined) {
    throw new TradectlError('NOT_CONFIRMED', `--confirm ${given} is not ${name}`, {
      hint: `pass --confirm ${name}`,
    });
  }
  if (!context.canPrompt) throw needsFlag(what, `--confirm ${name}`);
  const typed = await answerTo(ask, `${safeText(what)}. Type ${safeText(name)} to go on:`);
  if (typed?.trim() !== name) throw declined(what);
}

/** Throws NOT_CONFIRMED unless the answer is yes. */
export async function confirmMild(
  context: Context,
  question: { what: string; yes: boolean },
  ask: Ask = askOnTerminal,
): Promise<void> {
  if (question.yes) return;
  if (!context.canPrompt) throw needsFlag(question.what, '--yes');
  const typed = await answerTo(ask, `${safeText(question.what)}? [y/N]`);
  if (typed === null || !/^y(es)?$/i.test(typed.trim())) throw declined(question.what);
}

/** What was typed; null when the operator left the question with Ctrl-C or Ctrl-D. */
async function answerTo(ask: Ask, question: string): Promise<string | null> {
  try {
    return await ask(question);
  } catch (error) {
    // By name: its class is in a package that is loaded only when something is asked.
    if (error instanceof Error && error.name === 'ExitPromptError') return null;
    throw error;
  }
}

function needsFlag(what: string, flag: string): TradectlError {
  return new TradectlError('NOT_CONFIRMED', `not confirmed: ${what}`, {
    hint: `no terminal to ask on: pass ${flag}`,
  });
}

function declined(what: string): TradectlError {
  return new TradectlError('NOT_CONFIRMED', `not confirmed: ${what}`, {
    hint: 'nothing was changed',
  });
}

async function askOnTerminal(question: string): Promise<string> {
  const { default: inquirer } = await import('inquirer');
  // stdout is for the answer of the command; a question never goes there.
  const prompt = inquirer.createPromptModule({ output: process.stderr });
  const { answer } = await prompt<{ answer: string }>([
    { type: 'input', name: 'answer', message: question },
  ]);
  return answer;
}
