/**
 * Runs scenario files, a line each:  npm run scenarios -- FILE...
 * Without files the ones of this project. Exit 1 when one fails, 2 when one cannot be read.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TradectlError } from '../src/domain/errors.ts';
import { runScenarioFile } from './scenarios/run-scenario.ts';

const OWN = join(new URL('../', import.meta.url).pathname, 'fixtures', 'scenarios');

async function main(named: readonly string[]): Promise<number> {
  const files = named.length > 0 ? named : ownFiles();
  let [passed, failed, unreadable] = [0, 0, 0];
  for (const file of files) {
    try {
      const { name, differences } = await runScenarioFile(pathOf(file));
      const ok = differences.length === 0;
      say(`${ok ? 'ok  ' : 'FAIL'} ${file}: ${name}`);
      for (const difference of differences) say(`       ${difference}`);
      if (ok) passed += 1;
      else failed += 1;
    } catch (error) {
      if (!(error instanceof TradectlError) || error.code !== 'FILE_INVALID') throw error;
      say(`FAIL ${file}: cannot be read`);
      process.stderr.write(`${error.message}\n`);
      unreadable += 1;
    }
  }
  say(`${passed} passed, ${failed + unreadable} failed`);
  return unreadable > 0 ? 2 : failed > 0 ? 1 : 0;
}

/** As typed where npm was called, which moves into the project before it runs this. */
function pathOf(file: string): string {
  if (existsSync(file)) return file;
  return resolve(process.env['INIT_CWD'] ?? '.', file);
}

function ownFiles(): string[] {
  const names = readdirSync(OWN).filter((name) => name.endsWith('.json'));
  return names.toSorted().map((name) => join(OWN, name));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
