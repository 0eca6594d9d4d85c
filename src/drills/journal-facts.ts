/** What the journal of a drill's home says, for its checks. */
import { openReadonly } from '../core/database.ts';
import type { HomePaths } from '../core/home.ts';
import { registryView } from '../core/registry-view.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../core/schema.ts';
import type { EventOf, EventType } from '../domain/event.ts';

/** All events of one type, oldest first. */
export function eventsOf<T extends EventType>({ state }: HomePaths, type: T): EventOf<T>[] {
  const db = openReadonly(state, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
  try {
    return registryView(db).eventsAfter(0, { type }) as EventOf<T>[];
  } finally {
    db.close();
  }
}
