/** One thing is told as one, in the words that every sentence about events shares. */
import { expect, test } from 'vitest';
import { counted } from '../../../src/domain/counted.ts';
import { goneText, missingText } from '../../../src/domain/lost-events.ts';

test.each([
  [counted(0, 'event'), 'no events'],
  [counted(1, 'event'), '1 event'],
  [counted(3, 'event'), '3 events'],
  [counted(2, 'warning or error', 'warnings and errors'), '2 warnings and errors'],
  [goneText(7, 7), 'event 7 was committed and is gone'],
  [goneText(7, 9), 'events 7 to 9 were committed and are gone'],
  [missingText(7, 7), 'committed event 7 is missing from the journal'],
  [missingText(7, 9), 'committed events 7 to 9 are missing from the journal'],
])('%s', (told, expected) => {
  expect(told).toBe(expected);
});
