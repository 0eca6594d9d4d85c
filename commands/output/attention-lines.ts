/** Markets that wait for their operator, with the command that answers: on its own line, so that it can be copied. */
import { paragraph } from './plan-lines.ts';
import { safeText } from './safe-text.ts';

export function attentionLines(symbols: readonly string[], width: number): string[] {
  return symbols.flatMap((symbol) => [
    ...paragraph(`${symbol} waits for you: look at the venue, then`, { indent: 0, width }),
    `  tradectl acknowledge ${safeText(symbol)} --reason TEXT`,
  ]);
}
