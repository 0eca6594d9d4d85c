/** `tradectl backup FILE`: a verified copy of the journal and registry. */
import { backUp } from '../src/engine/operations/back-up.ts';
import type { Context } from './context.ts';
import { differenceLines } from './output/differences.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';

/** Exit 1 when the copy, and so the home, is not what its events say; it is kept all the same. */
export async function backup(context: Context, file: string): Promise<number> {
  const document = backUp(context.home, file, context.clock.now(), { fold: true });
  const sound = document.differences.length === 0;
  if (context.json) context.out(jsonLine(document));
  else if (sound) {
    context.out(`Saved ${safeText(document.file)}: ${document.head_seq} events, verified.\n`);
  } else {
    context.out(`Saved ${safeText(document.file)}: ${document.head_seq} events.\n`);
    context.out('It is a true copy of a home that is not what its events say:\n');
    context.out(differenceLines(document.differences));
    context.out('Next:\n  tradectl events verify --fold\n');
  }
  return sound ? 0 : 1;
}
