import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/domain/event.ts';
import { eventLevel } from '../../../src/domain/event-sentence.ts';

function changed(payload: object | null): StoredEvent {
  const event = { seq: 1, type: 'STATE_CHANGED', symbol: null, payload };
  return event as unknown as StoredEvent;
}

describe('a change of state wants attention unless the bot is well again', () => {
  it.each([
    ['back to normal', { from: 'DEGRADED', to: 'NORMAL', causes: [] }, 'info'],
    ['worse', { from: 'NORMAL', to: 'DEGRADED', causes: ['clock_skew'] }, 'warn'],
    [
      'worse, whatever its cause says',
      { from: 'NORMAL', to: 'HALTED', causes: ['a halt_file -> NORMAL'] },
      'warn',
    ],
    ['with a payload that cannot be read', {}, 'warn'],
    ['with no payload at all', null, 'warn'],
    ['damaged beyond its state', { to: 'NORMAL' }, 'info'],
  ])('%s', (_what, payload, level) => expect(eventLevel(changed(payload))).toBe(level));
});
