/** `tradectl drill`: words around past incidents that are played again, each step as it ends. */
import { DRILLS } from '../src/drills/all-drills.ts';
import { DRILL_NAMES, type Check, type DrillName, type Step } from '../src/drills/drill.ts';
import { runDrill, type DrillResult } from '../src/drills/run-drill.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeLines, safeText } from './output/safe-text.ts';
import { wrapped } from './output/wrap.ts';
import { paintFor, type Paint } from './paint.ts';
import { stopOnSignals } from './stop-on-signals.ts';

export interface DrillFlags {
  readonly list?: boolean;
  readonly keep?: boolean;
}

/** Not 0 as of a bot that was stopped in order: claims that nobody asked hold nothing. */
const INCOMPLETE = 6;
const WIDEST = 80;
/** Lines of a command's output that are shown; `--json` has all of them. */
const MOST_LINES = 16;

export async function drill(
  context: Context,
  written: string | null,
  flags: DrillFlags,
): Promise<number> {
  if (flags.list === true) return list(context);
  const names = written === null ? DRILL_NAMES : [nameOf(written)];
  // What a drill has started dies with it, and its folder goes.
  const stop = stopOnSignals();
  try {
    const results = await playAll(context, names, {
      keep: flags.keep === true,
      signal: stop.signal,
    });
    const ok = results.every((result) => result.ok);
    if (context.json) context.out(jsonLine(document(context, results, ok)));
    else if (results.length > 1) context.out(summary(results));
    return ok ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    context.err(`stopped${flags.keep === true ? '' : '; what the drill had made is gone'}\n`);
    return INCOMPLETE;
  } finally {
    stop.release();
  }
}

async function playAll(
  context: Context,
  names: readonly DrillName[],
  { keep, signal }: { keep: boolean; signal: AbortSignal },
): Promise<DrillResult[]> {
  const paint = await paintFor(context.outColour);
  const program = { node: process.execPath, entry: process.argv[1] ?? '' };
  const results: DrillResult[] = [];
  for (const name of names) {
    let number = 0;
    if (!context.json) context.out(heading(name, paint));
    const result = await runDrill(name, {
      program,
      clock: context.clock,
      signal,
      keep,
      onStep: (step) => {
        if (step.title !== '') number += 1;
        if (!context.json) context.out(stepText(step, number, paint));
      },
    });
    if (!context.json) context.out(ending(result, paint));
    results.push(result);
  }
  return results;
}

function list(context: Context): number {
  const drills = DRILL_NAMES.map((name) => ({ name, incident: DRILLS[name].incident }));
  if (context.json) context.out(jsonLine({ schema: 'tradectl.drill_list/1', drills }));
  else {
    const lines = drills.flatMap(({ name, incident }) => wrapped(`${name}: ${incident}`, '    '));
    context.out(`${lines.join('\n')}\n\nPlay one with: tradectl drill NAME\n`);
  }
  return 0;
}

function nameOf(written: string): DrillName {
  const name = DRILL_NAMES.find((each) => each === written);
  if (name !== undefined) return name;
  throw new TradectlError('USAGE', `there is no drill ${JSON.stringify(written)}`, {
    hint: `one of: ${DRILL_NAMES.join(', ')}`,
  });
}

function heading(name: DrillName, paint: Paint): string {
  const incident = wrapped(DRILLS[name].incident, '').join('\n');
  return `${paint.strong(`Drill ${name}`)}\n${incident}\n\n`;
}

function stepText(step: Step, number: number, paint: Paint): string {
  const title = step.title === '' ? [] : wrapped(`${number}. ${safeText(step.title)}`, '   ');
  const lines = [
    ...title.map((line) => paint.strong(line)),
    ...(step.command === null ? [] : wrapped(`   $ ${safeText(step.command)}`, '       ')),
    ...outputLines(step),
    ...step.checks.flatMap((check) => checkLines(check, paint)),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** The real output, no wider and no longer than a screen takes. */
function outputLines({ command, output, errors, exit }: Step): string[] {
  // The summary of a run is a screen of its own.
  const isRun = command?.startsWith('tradectl run') === true && exit === 0;
  const [said, warned] = [shownLines(output), shownLines(errors)];
  // What the drill itself shows was chosen, and is shown whole.
  const most = command === null ? said.length : isRun ? 1 : MOST_LINES;
  const shown = [...warned.slice(0, MOST_LINES), ...said.slice(0, most)];
  const left = warned.length + said.length - shown.length;
  return [
    ...shown,
    ...(left > 0 ? [`   | ... ${left} more lines`] : []),
    ...(exit === null || exit === 0 ? [] : [`   exit ${exit}`]),
  ];
}

function shownLines(text: string | null): string[] {
  return linesOf(text).flatMap((line) => wrapped(`   | ${line}`, '   |     ').map(cut));
}

function linesOf(text: string | null): string[] {
  return safeLines(text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function cut(line: string): string {
  return line.length <= WIDEST ? line : `${line.slice(0, WIDEST - 3)}...`;
}

function checkLines({ claim, holds, found }: Check, paint: Paint): string[] {
  if (holds) return [`   ${paint.good('ok')}      ${claim}`];
  const told = cut(`           found: ${safeText(found ?? '')}`);
  return [`   ${paint.bad('FAILED')}  ${claim}`, told];
}

function ending({ ok, steps, tookMs, kept }: DrillResult, paint: Paint): string {
  const checks = steps.flatMap((step) => step.checks);
  const holding = checks.filter(({ holds }) => holds).length;
  const figure = `${holding} of ${checks.length} checks hold`;
  const took = `${(tookMs / 1_000).toFixed(1)} s`;
  const where = kept === null ? '' : `The scratch folder is kept: ${safeText(kept)}\n`;
  return `${ok ? paint.good(figure) : paint.bad(figure)}, in ${took}.\n${where}\n`;
}

function summary(results: readonly DrillResult[]): string {
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  const good = results.length - failed.length;
  const left = failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`;
  return `${good} of ${results.length} drills hold${left}.\n`;
}

function document(
  { clock }: Context,
  results: readonly DrillResult[],
  ok: boolean,
): Readonly<Record<string, unknown>> {
  return {
    schema: 'tradectl.drill/1',
    as_of_ms: clock.now(),
    ok,
    drills: results.map(({ name, incident, ok: holds, tookMs, kept, steps }) => {
      return { name, incident, ok: holds, took_ms: tookMs, kept, steps };
    }),
  };
}
