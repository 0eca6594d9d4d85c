/** The stored registry, as something that can be checked against its events and put right. */
import type { Db } from '../core/database.ts';
import { mendProjection, quarantineEvents } from '../core/mend-projection.ts';
import { restoreRegistry } from '../core/restore.ts';
import type { RestoreProblem } from '../core/restore-problem.ts';
import type { NewEvent } from '../domain/event.ts';
import type { Registry } from '../domain/registry.ts';

export interface StoredRegistry {
  /** What does not agree with the journal now. */
  check(): readonly RestoreProblem[];
  /** The events that keep what will be taken out, and that say once what cannot be read. */
  quarantine(problems: readonly RestoreProblem[]): NewEvent[];
  /** Writes the rows anew; returns the events of rows that were in the way. */
  mend(registry: Registry, problems: readonly RestoreProblem[]): NewEvent[];
}

export function storedRegistry(db: Db): StoredRegistry {
  return {
    check: () => restoreRegistry(db).problems,
    quarantine: (problems) => quarantineEvents(db, problems),
    mend: (registry, problems) => mendProjection(db, registry, problems),
  };
}
