/** `tradectl backup FILE`: a verified copy of the journal and registry. */
import { backUp } from '../src/engine/operations/back-up.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';

export async function backup(context: Context, file: string): Promise<number> {
  const document = backUp(context.home, file, context.clock.now());
  const said = `Saved ${safeText(document.file)}: ${document.head_seq} events, verified.\n`;
  context.out(context.json ? jsonLine(document) : said);
  return 0;
}
