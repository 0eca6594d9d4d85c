/** Confirmation: severe wants the name, mild a yes, and without a terminal the flag is named. */
import { describe, expect, test } from 'vitest';
import { confirmMild, confirmSevere } from '../../../commands/confirm.ts';
import { createContext, type GlobalFlags } from '../../../commands/context.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';

const context = (
  tty: boolean,
  flags: GlobalFlags = {},
  env = {},
): ReturnType<typeof createContext> =>
  createContext(fakeTerminal({ inIsTty: tty, errIsTty: tty, env }).terminal, flags);
const types = (answer: string) => async (): Promise<string> => answer;
const never = async (): Promise<string> => {
  throw new Error('asked');
};
const clear = (given?: string) => ({ what: 'clear halt h-1', name: 'h-1', given });

describe('severe', () => {
  test('the name typed is enough', () => confirmSevere(context(true), clear(), types('h-1')));
  test('the name in the flag asks nothing', () =>
    confirmSevere(context(false), clear('h-1'), never));
  test.each([
    ['yes is not the name', true, undefined, 'yes', 'not confirmed: clear halt h-1'],
    ['another name in the flag', true, 'h-2', '', '--confirm h-2 is not h-1'],
    ['no terminal', false, undefined, '', 'not confirmed: clear halt h-1'],
  ])('refused: %s', async (...row) => {
    const [, tty, given, answer, message] = row;
    const asking = confirmSevere(context(tty), clear(given), types(answer));
    await expect(asking).rejects.toMatchObject({ code: 'NOT_CONFIRMED', exitCode: 3, message });
  });
  test('without a terminal the flag to pass is named', () =>
    expect(confirmSevere(context(false), clear(), never)).rejects.toMatchObject({
      hint: 'no terminal to ask on: pass --confirm h-1',
    }));
});

describe('mild', () => {
  const what = 'close long 10 TON/USD:USD';
  test.each(['y', 'Yes', ' y '])('%j goes on', (answer) =>
    confirmMild(context(true), { what, yes: false }, types(answer)),
  );
  test.each(['', 'n', 'yeah'])('%j does not', async (answer) => {
    const asking = confirmMild(context(true), { what, yes: false }, types(answer));
    await expect(asking).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
  });
  test('--yes asks nothing', () => confirmMild(context(false), { what, yes: true }, never));
  test.each([
    ['--no-input', context(true, { input: false })],
    ['CI', context(true, {}, { CI: 'true' })],
    ['no terminal', context(false)],
  ])('%s never asks', (_name, quiet) =>
    expect(confirmMild(quiet, { what, yes: false }, never)).rejects.toMatchObject({
      hint: 'no terminal to ask on: pass --yes',
    }),
  );
});

describe('Ctrl-C and Ctrl-D at a question', () => {
  const leaves = async (): Promise<string> => {
    throw Object.assign(new Error('User force closed the prompt'), { name: 'ExitPromptError' });
  };
  const breaks = async (): Promise<string> => {
    throw new TypeError('a bug');
  };
  const declined = { code: 'NOT_CONFIRMED', exitCode: 3, hint: 'nothing was changed' };

  test('are a no, and nothing was changed', async () => {
    await expect(confirmSevere(context(true), clear(), leaves)).rejects.toMatchObject(declined);
    const mild = confirmMild(context(true), { what: 'close', yes: false }, leaves);
    await expect(mild).rejects.toMatchObject(declined);
  });

  test('any other failure of the question is told as it is', () =>
    expect(confirmSevere(context(true), clear(), breaks)).rejects.toThrow('a bug'));
});
