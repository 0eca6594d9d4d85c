import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../../scripts/scenarios/read-scenario.ts';
import { createScenarioVenue } from '../../../scripts/scenarios/scenario-venue.ts';
import { virtualClock } from '../../../src/domain/clock.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/scenarios');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

/** What a scenario's name starts with: the number, the startup case or the subject of its file. */
function subjectOf(file: string): string {
  return file.slice(0, file.indexOf('-'));
}

describe('the scenario files', () => {
  it('are there', () => {
    expect(FILES.length).toBeGreaterThan(60);
  });

  it.each(FILES)('%s is read, is called what its file is called, and expects something', (file) => {
    const read = readScenario(join(FOLDER, file));
    expect(read.name.startsWith(`${subjectOf(file)}: `)).toBe(true);
    expect(Object.keys(read.expect)).not.toEqual([]);
  });

  it('have names of their own', () => {
    const names = FILES.map((file) => readScenario(join(FOLDER, file)).name);
    expect(new Set(names).size).toBe(FILES.length);
  });

  it.each(FILES)('%s has a venue that answers', async (file) => {
    const { venue: observations, instruments, registry, nowMs } = readScenario(join(FOLDER, file));
    const venue = createScenarioVenue({
      observations,
      instruments,
      registryOrders: registry.orders,
      clock: virtualClock(nowMs),
    });
    const positions = await venue.reader.positions();
    expect(positions.read).toBe(observations[0]?.positions.read);
  });
});
