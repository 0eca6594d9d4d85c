/**
 * Plays drills, one after the other, each in a scratch folder of its own. A drill whose claims hold leaves
 * nothing behind; one that failed keeps its folder, because that is where the answer lies.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ms, type Clock, type Ms } from '../domain/clock.ts';
import { DRILLS } from './all-drills.ts';
import type { DrillName, Step } from './drill.ts';
import type { Program } from './program.ts';
import { createStage } from './stage.ts';

export interface DrillOptions {
  readonly program: Program;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Keep the scratch folder in any case. */
  readonly keep: boolean;
  readonly onStep: (step: Step) => void;
}

export interface DrillResult {
  readonly name: DrillName;
  readonly incident: string;
  readonly ok: boolean;
  readonly tookMs: Ms;
  /** The scratch folder, when it was kept. */
  readonly kept: string | null;
  readonly steps: readonly Step[];
}

/** Throws what a drill itself throws: then the drill is broken, not the claim. */
export async function runDrill(name: DrillName, options: DrillOptions): Promise<DrillResult> {
  const { clock, program, signal } = options;
  const drill = DRILLS[name];
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-drill-'));
  const steps: Step[] = [];
  const onStep = (step: Step): void => {
    steps.push(step);
    options.onStep(step);
  };
  const started = clock.monotonic();
  let keep = options.keep;
  try {
    const stage = createStage({ dir, program, clock, signal, onStep });
    await drill.play(stage);
    stage.end();
    const checks = steps.flatMap((step) => step.checks);
    const ok = checks.length > 0 && checks.every(({ holds }) => holds);
    keep ||= !ok;
    const tookMs = ms(Math.round(clock.monotonic() - started));
    return { name, incident: drill.incident, ok, tookMs, kept: keep ? dir : null, steps };
  } finally {
    if (!keep) rmSync(dir, { recursive: true, force: true });
  }
}
