/** The commands about a journal, as a test asks them: documents with `--json`, text without. */
import { join } from 'node:path';
import { expect } from 'vitest';
import type { GapDocument, GapFinding } from '../../src/forensics/gap-finding.ts';
import type { VerifyDocument } from '../../src/forensics/verify-journal.ts';
import { damage } from './damaged-home.ts';
import { openState } from './journal-home.ts';
import { differences, readDocumentation } from './json-documentation.ts';
import { tradectl, type Ended } from './tradectl.ts';

const documentation = readDocumentation();

/** What a command printed with `--json`, documented in every key, and its exit code. */
export async function json<T>(
  args: readonly string[],
  home: string,
): Promise<T & { exit: number | null }> {
  const { code, stdout, stderr } = await tradectl([...args, '--json', '--home', home]);
  if (stdout === '') throw new Error(`${args.join(' ')}: exit ${code}\n${stderr}`);
  const read = JSON.parse(stdout) as T;
  expect(differences(read, documentation), args.join(' ')).toEqual([]);
  return { ...read, exit: code };
}

export const gap = (home: string, ...flags: string[]) =>
  json<GapDocument>(['events', 'gap', ...flags], home);
export const verify = (home: string, ...flags: string[]) =>
  json<VerifyDocument>(['events', 'verify', ...flags], home);
export const kinds = ({ findings }: { findings: readonly GapFinding[] }): string[] =>
  findings.map(({ kind }) => kind);
export const text = (args: readonly string[], home: string): Promise<Ended> =>
  tradectl([...args, '--home', home]);

/** Past the rules that refuse it. */
export function change(home: string, sql: string): void {
  const db = openState(join(home, 'state.db'));
  damage({ db }, sql);
  db.close();
}
