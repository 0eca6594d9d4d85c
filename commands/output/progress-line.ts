/** Progress of a run: one line on stderr that is rewritten, on a terminal only; nothing when piped. */
import type { RunProgress } from '../../src/engine/run-options.ts';
import type { Context } from '../context.ts';
import { money, utcMinute } from './numbers.ts';

export interface ProgressLine {
  draw(progress: RunProgress): void;
  /** Takes the line off the screen. */
  clear(): void;
}

const ERASE_LINE = '\r\u001b[2K';

export function progressLine(context: Context): ProgressLine {
  const shown = context.terminal.errIsTty && context.env['TERM'] !== 'dumb' && !context.json;
  let drawn = false;
  return {
    draw(progress) {
      if (!shown) return;
      drawn = true;
      context.err(`${ERASE_LINE}${progressText(progress).slice(0, context.columns - 1)}`);
    },
    clear() {
      if (drawn) context.err(ERASE_LINE);
      drawn = false;
    },
  };
}

export function progressText(progress: RunProgress): string {
  const of = progress.cycles === null ? '' : `/${progress.cycles}`;
  const share =
    progress.cycles === null || progress.cycles === 0
      ? ''
      : ` ${Math.floor((100 * progress.cycle) / progress.cycles)}%`;
  const held = `${progress.positions} open`;
  const parts = [utcMinute(progress.at), `equity ${money(progress.equity)}`, held, progress.state];
  return `cycle ${progress.cycle}${of}${share}  ${parts.join('  ')}`;
}
