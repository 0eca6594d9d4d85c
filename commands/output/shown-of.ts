/** The last line of a list that is not whole: nobody may take the newest fifty for all there is. */
import type { Context } from '../context.ts';

export function printShownOf(context: Context, shown: number, total: number): void {
  if (shown < total) context.out(`${shown} of ${total} shown; --limit 0 shows all\n`);
}
