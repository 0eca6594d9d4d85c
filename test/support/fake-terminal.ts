/** A terminal of buffers, and the program on it: what was printed where, and the exit code. */
import { runProgram } from '../../commands/main.ts';
import type { Terminal } from '../../commands/context.ts';
import { ms, virtualClock } from '../../src/domain/clock.ts';

export interface Printed {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface FakeTerminal {
  readonly terminal: Terminal;
  out(): string;
  err(): string;
}

/** Piped, without colour, on a clock that stands, unless told otherwise. */
export function fakeTerminal(facts: Partial<Terminal> = {}): FakeTerminal {
  let [out, err] = ['', ''];
  return {
    terminal: {
      write: { out: (text) => void (out += text), err: (text) => void (err += text) },
      outIsTty: false,
      errIsTty: false,
      inIsTty: false,
      columns: 80,
      env: {},
      userHome: '/nowhere',
      clock: virtualClock(ms(1_700_000_600_000)),
      ...facts,
    },
    out: () => out,
    err: () => err,
  };
}

export async function printed(
  argv: readonly string[],
  facts: Partial<Terminal> = {},
): Promise<Printed> {
  const fake = fakeTerminal(facts);
  const exit = await runProgram(argv, fake.terminal);
  return { exit, out: fake.out(), err: fake.err() };
}
