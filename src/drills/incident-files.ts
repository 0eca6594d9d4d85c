/** The files of an incident, written from its facts: `fixtures/incidents/NAME/`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, TradectlError } from '../domain/errors.ts';
import { packageFacts } from '../host/package-facts.ts';
import type { DrillName } from './drill.ts';

export function incidentFile(name: DrillName, file: string): string {
  return join(packageFacts().root, 'fixtures', 'incidents', name, file);
}

/** Throws FILE_INVALID when the installation has no such file. */
export function readIncident(name: DrillName, file: string): unknown {
  const path = incidentFile(name, file);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = messageOf(error);
    throw new TradectlError('FILE_INVALID', `${path} cannot be read: ${why}`, {
      hint: 'install tradectl again: its fixtures are not complete',
    });
  }
}
