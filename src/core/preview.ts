/**
 * What the registry would be after events that are not committed: for planners, which must see what
 * their own actions come to, and for the events that wait while the disk is full. It is the very fold
 * of the journal, so a plan and its result cannot differ.
 */
import type { Ms } from '../domain/clock.ts';
import type { NewEvent, StoredEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Preview, Registry } from '../domain/registry.ts';
import { fold } from './fold.ts';

/** Throws INTERNAL for an event that contradicts the state, as `append` would. */
export function previewAt(now: Ms): Preview {
  return (state, event) => fold(state, asStored(event, state, now));
}

/** The event as the journal would number it, were it written now. Its hash is not known yet. */
export function asStored(event: NewEvent, state: Registry, now: Ms): StoredEvent {
  return {
    ...event,
    seq: state.seq + 1,
    runId: '' as RunId,
    tsMs: event.tsMs ?? now,
    recordedMs: now,
    symbol: event.symbol ?? null,
    positionId: event.positionId ?? null,
    clientOrderId: event.clientOrderId ?? null,
    signalId: event.signalId ?? null,
    correlationId: event.correlationId ?? null,
    causationSeq: event.causationSeq ?? null,
    hash: '',
  };
}
