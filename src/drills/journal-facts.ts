/** What the journal of a drill's home says, for its checks. */
import type { HomePaths } from '../core/home.ts';
import { registryView } from '../core/registry-view.ts';
import { withState } from '../core/open-state.ts';
import type { EventOf, EventType } from '../domain/event.ts';

/** All events of one type, oldest first. */
export function eventsOf<T extends EventType>({ state }: HomePaths, type: T): EventOf<T>[] {
  return withState(state, {}, (db) => registryView(db).eventsAfter(0, { type }) as EventOf<T>[]);
}
