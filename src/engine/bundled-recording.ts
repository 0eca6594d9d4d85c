/** Where the recording that ships with the program lies. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TradectlError } from '../domain/errors.ts';
import { packageFacts } from '../host/package-facts.ts';

export function bundledRecording(): string {
  const folder = join(packageFacts().root, 'fixtures', 'markets');
  if (existsSync(join(folder, 'instruments.csv'))) return folder;
  throw new TradectlError(
    'FILE_INVALID',
    'the bundled recording is not part of this installation',
    {
      hint: 'name a recording with --feed DIR',
    },
  );
}
