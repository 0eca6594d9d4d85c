/**
 * How a life of the bot ended: a pure judgement over what the run table and the machine say. Each statement
 * names its source. What only suggests is `likely`, and where nothing speaks the answer is `unknown`: a
 * SIGKILL leaves no word, and inventing one is what sent people looking in the wrong place.
 */
import { isoTime, type Ms } from '../domain/clock.ts';
import type {
  DeathEvidence,
  ExitRecord,
  Found,
  KernelLine,
  MemoryFacts,
  ServiceState,
} from '../domain/death-evidence.ts';
import { megabytes } from '../domain/megabytes.ts';

export type HowEnded =
  | 'running'
  | 'clean'
  | 'error'
  | 'signal'
  | 'oom_kill'
  | 'heap_abort'
  | 'watchdog'
  | 'reboot'
  | 'unknown';

/** `proven`: a source says so of this very process. `likely`: what is known fits, and nothing else does better. */
export type Certainty = 'proven' | 'likely' | 'unknown';

export interface Statement {
  readonly source: string;
  readonly text: string;
}

/** What a process wrote last, and when, on the wall clock. */
export interface LastWords extends Statement {
  readonly atMs: Ms;
}

export interface Judgement {
  readonly how: HowEnded;
  readonly certainty: Certainty;
  /** One sentence. */
  readonly sentence: string;
  readonly evidence: readonly Statement[];
}

/** One life, as the run table knows it. */
export interface LifeFacts {
  readonly pid: number | null;
  readonly bootId: string | null;
  readonly startedMs: Ms;
  readonly lastBeatMs: Ms;
  readonly lastRssBytes: number | null;
  readonly endedMs: Ms | null;
  readonly endReason: string | null;
  /** It holds the lock now. */
  readonly isAlive: boolean;
  /** When the next life began and on which boot; null when there is none. */
  readonly next: { readonly startedMs: Ms; readonly bootId: string | null } | null;
  /** The last line of the log that this process wrote; null when it wrote none. */
  readonly lastWords: LastWords | null;
}

interface Clue extends Statement {
  /** Null for what only belongs to the picture. */
  readonly how: HowEnded | null;
  /** 3: proven, and says why. 2: proven. 1: likely. 0: no conclusion. Of equals the first one counts. */
  readonly weight: 0 | 1 | 2 | 3;
  /** Says more than the kind of end does. */
  readonly sentence?: string;
}

/** Share of the limit at which memory explains a death that nothing else explains. */
const NEAR_LIMIT = 0.9;
/** A record of the end comes after the last sign of life; clocks are read twice. */
const SLACK_MS = 1_000;
const LONGEST_WORDS = 160;

/** Without evidence of the machine only what the run table says is judged. */
export function judgeDeath(life: LifeFacts, evidence: DeathEvidence | null): Judgement {
  if (life.endedMs !== null) return orderly(life);
  if (life.isAlive) {
    return of('running', 'proven', 'it runs', [
      { source: 'lock', text: `held by ${processName(life)}` },
    ]);
  }
  const clues = [
    { how: null, weight: 0, source: 'runs', text: silenceText(life) },
    ...(evidence === null ? [] : machineClues(life, evidence)),
    ...lastWords(life),
  ] satisfies Clue[];
  const best = [...clues].sort((a, b) => b.weight - a.weight)[0];
  const told = clues.map(({ source, text }) => ({ source, text }));
  if (best === undefined || best.how === null || best.weight === 0) {
    return of('unknown', 'unknown', unknownSentence(life, evidence), told);
  }
  return of(
    best.how,
    best.weight >= 2 ? 'proven' : 'likely',
    best.sentence ?? SENTENCES[best.how],
    told,
  );
}

function of(
  how: HowEnded,
  certainty: Certainty,
  sentence: string,
  evidence: readonly Statement[],
): Judgement {
  return { how, certainty, sentence, evidence };
}

/** A later life had to take the lock first; of the newest one the lock itself says that it is gone. */
function silenceText({ next }: LifeFacts): string {
  return next === null
    ? 'no end was noted, and it does not hold the lock'
    : 'no end was noted before the next life began';
}

const SENTENCES: Readonly<Record<HowEnded, string>> = {
  running: 'it runs',
  clean: 'it ended in order',
  error: 'it ended with an error',
  signal: 'it was killed by a signal',
  oom_kill: 'the kernel killed it because memory ran out',
  heap_abort: 'V8 ended it because its heap was full',
  watchdog: 'the service manager killed it: it gave no sign of life for too long',
  reboot: 'the machine went down with it',
  unknown: 'how it ended cannot be known from this evidence',
};

function orderly({ endReason }: LifeFacts): Judgement {
  const isError = endReason === 'error';
  const sentence =
    endReason === 'signal'
      ? 'it was asked to stop by a signal and stopped in order'
      : endReason === 'memory'
        ? 'it ended in order and planned, to be started again: its memory was nearly at the limit'
        : SENTENCES[isError ? 'error' : 'clean'];
  return of(isError ? 'error' : 'clean', 'proven', sentence, [
    { source: 'runs', text: `it noted its own end: ${endReason ?? 'no reason given'}` },
  ]);
}

function machineClues(life: LifeFacts, evidence: DeathEvidence): Clue[] {
  return [
    ...recordClues(life, evidence.exits),
    ...serviceClues(life, evidence.service),
    ...abortClues(life, evidence.aborts),
    ...kernelClues(life, evidence),
    ...bootClues(life, evidence.bootId),
    ...memoryClues(life, evidence),
  ];
}

function recordClues(life: LifeFacts, exits: DeathEvidence['exits']): Clue[] {
  if (exits.state === 'unreadable') return [silent(exits.source, `cannot be read: ${exits.why}`)];
  const record = exits.value.find((each) => isOf(life, each));
  if (record === undefined) return [];
  const { result, code, status } = record;
  const said = `the service manager says ${result}, ${code ?? 'no code'} ${status ?? ''}`.trim();
  return [{ ...managerVerdict(result, status), source: exits.source, text: said }];
}

function isOf(life: LifeFacts, record: ExitRecord): boolean {
  const isSameBoot = life.bootId === null || record.bootId === life.bootId;
  const isSamePid = record.pid === null || life.pid === null || record.pid === life.pid;
  const isAfter = record.atMs >= life.lastBeatMs - SLACK_MS;
  return isSameBoot && isSamePid && isAfter && record.atMs <= endOf(life) + SLACK_MS;
}

function serviceClues(life: LifeFacts, service: Found<ServiceState> | null): Clue[] {
  if (service === null) return [];
  if (service.state === 'unreadable') {
    return [silent(service.source, `cannot be asked: ${service.why}`)];
  }
  const { mainPid, result, status, exitMs } = service.value;
  const isThen = exitMs === null || (exitMs >= life.startedMs && exitMs <= endOf(life) + SLACK_MS);
  if (mainPid !== life.pid || !isThen) return [];
  const text = `its last process was this one: ${result}, status ${status}`;
  return [{ ...managerVerdict(result, status), source: service.source, text }];
}

/** What a result of systemd means, `$SERVICE_RESULT` and `Result=` alike. */
function managerVerdict(
  result: string,
  status: string | null,
): Pick<Clue, 'how' | 'weight' | 'sentence'> {
  if (result === 'oom-kill') return { how: 'oom_kill', weight: 3 };
  if (result === 'watchdog') return { how: 'watchdog', weight: 3 };
  if (result === 'timeout') {
    const sentence = 'the service manager killed it: it did not start or stop in time';
    return { how: 'signal', weight: 3, sentence };
  }
  // V8 ends a process with SIGABRT when its heap is full; so does whoever sends that signal.
  if (status === 'ABRT' || status === '6' || status === '134') {
    return { how: 'heap_abort', weight: 1 };
  }
  // Who sent it may be told by the kernel.
  if (result === 'signal' || result === 'core-dump') {
    const name = signalName(status);
    return { how: 'signal', weight: 2, ...(name === null ? {} : { sentence: killedBy(name) }) };
  }
  if (status === '137' || status === '143') return { how: 'signal', weight: 2 };
  return result === 'exit-code' ? { how: 'error', weight: 2 } : { how: null, weight: 0 };
}

/** `KILL` of `$EXIT_STATUS`, `9` of `systemctl show`. */
function signalName(status: string | null): string | null {
  const names: Readonly<Record<string, string>> = { 9: 'KILL', 15: 'TERM', 11: 'SEGV', 2: 'INT' };
  if (status === null || status === '') return null;
  const name = names[status] ?? status;
  return /^[A-Z]+$/.test(name) ? `SIG${name}` : `signal ${name}`;
}

function killedBy(name: string): string {
  return `it was killed by ${name}; the record does not say who sent it`;
}

function abortClues(life: LifeFacts, aborts: DeathEvidence['aborts']): Clue[] {
  if (aborts.state === 'unreadable')
    return [silent(aborts.source, `cannot be read: ${aborts.why}`)];
  const report = aborts.value.find(
    ({ pid, atMs }) => pid === life.pid && atMs >= life.startedMs && atMs <= endOf(life) + SLACK_MS,
  );
  if (report === undefined) return [silent(aborts.source, 'no report of an abort of V8')];
  const isHeap = report.trigger === 'OOMError' || /heap/i.test(report.event);
  const text = `${report.trigger}: ${report.event}`;
  // Named by the process itself while it died: it also explains the signal that others saw.
  return [{ how: isHeap ? 'heap_abort' : 'error', weight: 3, source: report.file, text }];
}

function kernelClues(life: LifeFacts, { kernel, bootId }: DeathEvidence): Clue[] {
  if (kernel.state === 'unreadable') {
    return [silent(kernel.source, `cannot be read: ${kernel.why}`)];
  }
  const line = kernel.value.find((each) => isKillOf(life, each));
  if (line === undefined && kernel.source === 'dmesg' && life.bootId !== bootId) {
    return [silent(kernel.source, 'only knows the boot of now')];
  }
  if (line === undefined) {
    return [silent(kernel.source, `tells of no process ${life.pid ?? ''} killed for memory`)];
  }
  return [{ how: 'oom_kill', weight: 3, source: kernel.source, text: line.text }];
}

function isKillOf(life: LifeFacts, { atMs, text }: KernelLine): boolean {
  const [, pid] = /Killed process (\d+)\b/.exec(text) ?? [];
  if (pid === undefined || Number(pid) !== life.pid) return false;
  return atMs >= life.startedMs - SLACK_MS && atMs <= endOf(life) + SLACK_MS;
}

/** A machine that was started anew explains the end only where nothing tells of an earlier one. */
function bootClues({ bootId, next }: LifeFacts, currentBoot: string | null): Clue[] {
  const later = next === null ? currentBoot : next.bootId;
  if (bootId === null || later === null || bootId === later) return [];
  const when = next === null ? 'since' : 'before the next start';
  const text = `the machine was started anew ${when}: boot ${short(bootId)}, then ${short(later)}`;
  return [{ how: 'reboot', weight: 1, source: 'boot id', text }];
}

function memoryClues(life: LifeFacts, { memory, bootId }: DeathEvidence): Clue[] {
  if (memory === null || life.lastRssBytes === null) return [];
  const share = life.lastRssBytes / memory.limitBytes;
  const text =
    `${megabytes(life.lastRssBytes)} MB at its last sign of life, ${Math.round(share * 100)} % of ` +
    `${megabytes(memory.limitBytes)} MB (${memory.limitSource}, as it is now)`;
  const isNear = share >= NEAR_LIMIT;
  const used: Clue = {
    how: isNear ? 'oom_kill' : null,
    weight: isNear ? 1 : 0,
    source: 'runs',
    text,
  };
  const kills = life.bootId === bootId ? killsClue(memory) : [];
  return [used, ...kills];
}

function killsClue({ oomKills, oomSource }: MemoryFacts): Clue[] {
  if (oomKills === null || oomKills === 0 || oomSource === null) return [];
  return [silent(oomSource, `${oomKills} killed for memory in this control group; not said which`)];
}

const SAYS_ITS_LOG =
  'it ended in order, says its log; this journal lacks that end: it was restored from an earlier copy, or lost its tail';

function lastWords({ lastWords: words }: LifeFacts): Clue[] {
  if (words === null) return [];
  const { source, text, atMs } = words;
  const quoted = text.length <= LONGEST_WORDS ? text : `${text.slice(0, LONGEST_WORDS)}…`;
  const told = { source, text: `its last line, ${isoTime(atMs).slice(0, 19)}Z: ${quoted}` };
  // Written after the end was committed: a journal without it is not the one that it was committed to.
  if (/^run ended in order\b/.test(text)) {
    return [{ how: 'clean', weight: 3, sentence: SAYS_ITS_LOG, ...told }];
  }
  const isAsked = /^SIG[A-Z]+: /.test(text);
  return [{ how: isAsked ? 'signal' : null, weight: isAsked ? 1 : 0, ...told }];
}

function unknownSentence({ bootId }: LifeFacts, evidence: DeathEvidence | null): string {
  const isExcluded =
    evidence !== null &&
    evidence.bootId === bootId &&
    evidence.kernel.state === 'read' &&
    evidence.aborts.state === 'read';
  return isExcluded
    ? `${SENTENCES.unknown}; a SIGKILL from outside looks like this`
    : SENTENCES.unknown;
}

function silent(source: string, text: string): Clue {
  return { how: null, weight: 0, source, text };
}

function endOf({ next }: LifeFacts): number {
  return next?.startedMs ?? Number.POSITIVE_INFINITY;
}

function processName({ pid }: LifeFacts): string {
  return pid === null ? 'its process' : `pid ${pid}`;
}

function short(bootId: string): string {
  return bootId.slice(0, 8);
}
