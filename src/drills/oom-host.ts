/** The host of the incident, asked by the very checks and judgements that ask this one. */
import type { HomePaths } from '../core/home.ts';
import { withState } from '../core/open-state.ts';
import { ms } from '../domain/clock.ts';
import { deathsDocument, type LifeRow } from '../forensics/death-report.ts';
import { readLives, type LifeWithEvents } from '../forensics/lives.ts';
import { memoryChecks } from '../host/check-memory.ts';
import { runChecks } from '../host/check.ts';
import { readDeathEvidence } from '../host/death-evidence.ts';
import { readIncident } from './incident-files.ts';
import { recordedHost, type HostTexts } from './recorded-host.ts';
import type { Stage } from './stage.ts';

/** The checks of `tradectl doctor`, on the host of the incident instead of this one. */
export async function examineHost(stage: Stage): Promise<void> {
  stage.step('On that host: what `tradectl doctor --only memory,swap` says of it.');
  const host = recordedHost(readIncident('oom-no-swap', 'host.json') as HostTexts);
  const checks = memoryChecks(host, { peakBytes: null, botPid: null });
  const results = await runChecks(checks.filter(({ name }) => name !== 'load'));
  stage.show(
    results.flatMap(({ name, verdict, figure, details, fix }) => [
      `${verdict.toUpperCase()}  ${name}: ${figure}`,
      ...[...details, ...fix].map((line) => `  ${line}`),
    ]),
  );
  const swap = results.find(({ name }) => name === 'swap');
  stage.check('no swap is a failure, not a remark', swap?.verdict === 'fail', swap?.verdict);
  const commands = ['fallocate', 'mkswap', 'swapon', '/etc/fstab', 'swappiness'];
  const isWhole = commands.every((word) => swap?.fix.some((line) => line.includes(word)));
  stage.check('with every command that ends it', isWhole, swap?.fix);
  const isNamed = swap?.details.some((line) => line.includes('collector.py')) === true;
  stage.check('and who else holds the memory', isNamed, swap?.details);
}

/** The very judgement of `tradectl deaths`, with the kernel's line that the host of the incident had. */
export function judgeThere(stage: Stage): void {
  stage.step('Without a word of the kernel no cause is claimed. On that host it had one:');
  const { kernel } = readIncident('oom-no-swap', 'host.json') as HostTexts;
  const lives = livesOf(stage.home);
  const before = judged(stage, lives, null);
  const line = kernel.replace('{pid}', String(lives[0]?.run.pid));
  const after = judged(stage, lives, line);
  stage.show([
    `here   ${before?.how ?? '?'}: ${before?.sentence ?? ''}`,
    `there  ${after?.how ?? '?'}: ${after?.sentence ?? ''}`,
    ...(after?.evidence ?? []).map(({ source, text }) => `       ${source}: ${text}`),
  ]);
  stage.check('silence is called unknown', before?.how === 'unknown', before?.how);
  const isProven = after?.how === 'oom_kill' && after.certainty === 'proven';
  stage.check('with the line it is a proven OOM kill', isProven, after);
}

function livesOf({ state }: HomePaths): LifeWithEvents[] {
  return withState(state, {}, (db) => readLives(db, 1));
}

function judged(
  { home, clock }: Stage,
  lives: readonly LifeWithEvents[],
  kernel: string | null,
): LifeRow | undefined {
  const died = lives[0]?.run;
  const at = ((died?.lastBeatMs ?? 0) + 500) / 1_000;
  const stdout = kernel === null ? '' : `${at.toFixed(6)} host kernel: ${kernel}\n`;
  const nothing = { ok: false, why: 'not on this host' } as const;
  const evidence = readDeathEvidence(
    {
      readText: () => {
        throw new Error('not on this host');
      },
      abortReports: () => [],
      run: (command) =>
        command === 'journalctl' && kernel !== null ? { ok: true, stdout } : nothing,
    },
    {
      home: home.dir,
      sinceMs: died?.startedMs ?? ms(0),
      unit: null,
      exits: { state: 'read', source: 'exits.jsonl', value: [] },
    },
  );
  const facts = { home: home.dir, asOfMs: clock.now(), lives, bot: 'none' as const, evidence };
  return deathsDocument({
    ...facts,
    lastWords: new Map(),
    markSeq: null,
    livesTotal: facts.lives.length,
  }).lives[0];
}
