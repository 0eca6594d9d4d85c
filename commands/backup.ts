/** `tradectl backup FILE`: a verified copy of the journal and registry. */
import { counted } from '../src/domain/counted.ts';
import { backUp, type BackupDocument } from '../src/engine/operations/back-up.ts';
import type { Context } from './context.ts';
import { differenceLines } from './output/differences.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';

/** Exit 1 when the copy, and so the home, is not whole or not what its events say; it is kept all the same. */
export async function backup(context: Context, file: string): Promise<number> {
  const document = backUp(context.home, file, context.clock.now(), { fold: true });
  const { differences, missing } = document;
  const sound = differences.length === 0 && missing === null;
  if (context.json) context.out(jsonLine(document));
  else if (sound) {
    context.out(`Saved ${safeText(document.file)}: ${countText(document)}, verified.\n`);
  } else {
    context.out(`Saved ${safeText(document.file)}: ${countText(document)}.\n`);
    if (missing !== null) {
      context.out(`It is a true copy of a home that is not whole:\n  ${safeText(missing)}\n`);
    }
    if (differences.length > 0) {
      context.out('It is a true copy of a home that is not what its events say:\n');
      context.out(differenceLines(differences));
    }
    const look = differences.length > 0 ? 'verify --fold' : 'gap';
    context.out(`Next:\n  tradectl events ${look}\n`);
  }
  return sound ? 0 : 1;
}

/** A journal that lost some has fewer events than its last one's number. */
function countText({ verified_events: count, head_seq: head }: BackupDocument): string {
  return count === null || count === head
    ? counted(head, 'event')
    : `${counted(count, 'event')}, up to ${head}`;
}
