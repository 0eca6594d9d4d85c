/**
 * What a run of vitest proves of a mutant. Red is a test that ran and failed: a file that cannot be
 * loaded also ends with exit 1, and says nothing about the incident.
 */
import { transpileModule } from 'typescript';

export type TestOutcome = 'green' | 'red' | 'broken';

/** `output` is stdout and stderr, without colours. */
export function testOutcome(status: number | null, output: string): TestOutcome {
  if (/Failed Suites|Unhandled Errors/.test(output)) return 'broken';
  // A name that matches no test would "pass"; vitest then reports only skipped tests.
  if (status === 0) return /^ *Tests +\d+ passed/m.test(output) ? 'green' : 'broken';
  return /^ *Tests +\d+ failed/m.test(output) ? 'red' : 'broken';
}

/** False for a patch that left no program: its test would fail whatever it tests. */
export function parses(source: string): boolean {
  const { diagnostics = [] } = transpileModule(source, { reportDiagnostics: true });
  return diagnostics.length === 0;
}
