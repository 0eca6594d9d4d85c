/**
 * The program from argv to exit code. Declarations are eager so that help and usage errors know every
 * command; handlers are loaded when they run, so `status` pays for nothing else. The one catch is
 * here. `process.exitCode` is set, never `process.exit`, which would cut piped output.
 */
import { CommanderError } from 'commander';
import { namedHome, processTerminal, type GlobalFlags, type Terminal } from './context.ts';
import { failureOf } from './errors.ts';
import { buildProgram } from './program.ts';

/** Runs `tradectl` with these arguments and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  process.exitCode = await runProgram(argv, processTerminal());
}

/** The same on any terminal; returns the exit code. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  const json = argv.includes('--json');
  let exit = 0;
  const program = buildProgram(terminal, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (isVersionRequest(thrown)) {
      const { printVersion } = await import('./version.ts');
      printVersion(terminal, json);
      return 0;
    }
    const home = namedHome(program.opts<GlobalFlags>(), terminal);
    const failure = failureOf(thrown, json, home);
    if (failure.text !== '') terminal.write.err(failure.text);
    return failure.exit;
  }
}

function isVersionRequest(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.code === 'tradectl.version';
}

/** `tradectl orders | head -1` is no failure: whoever read the pipe has seen enough. */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exitCode = 0;
    });
  }
}
