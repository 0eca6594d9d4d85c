/**
 * Measures what the README's table says, each figure beside its floor, both in this one run.
 * Nothing here passes or fails: timing belongs in a table, never in a test.
 *
 *   npm run bench [-- NAME...]    names: recording, cycle, status, append, planning, startup, live, journal
 *   npm run bench -- journal --large    also a journal of ten million events: some twenty minutes
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../', import.meta.url).pathname;
const ENTRY = join(ROOT, 'dist/bin/tradectl.js');
const FEED = join(ROOT, '../shared/markets');

interface Row {
  readonly figure: string;
  readonly value: string;
  readonly aim: string;
  readonly floor: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'tradectl-bench-'));
const BENCHES: Record<string, () => Row[] | Promise<Row[]>> = {
  recording: benchRecording,
  cycle: benchCycle,
  status: benchStatus,
  append: benchAppend,
  planning: benchPlanning,
  startup: benchStartup,
  live: benchLive,
  journal: benchJournals,
};

async function main(words: readonly string[]): Promise<void> {
  const names = words.filter((word) => !word.startsWith('--'));
  const rows: Row[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) rows.push(...(await bench()));
  }
  rmSync(scratch, { recursive: true, force: true });
  process.stdout.write(`| figure | measured | aim | floor, same run |\n|---|---|---|---|\n`);
  for (const row of rows) {
    process.stdout.write(`| ${row.figure} | ${row.value} | ${row.aim} | ${row.floor} |\n`);
  }
}

/** The whole recording of real markets; the floor reads the same bytes. */
function benchRecording(): Row[] {
  if (!existsSync(FEED)) return [absent('243-market recording')];
  const home = join(scratch, 'recording');
  const run = time(['run', '--feed', FEED, '--home', home, '--json']);
  const summary = JSON.parse(run.stdout) as { rss_max_mb: number; cycles: number; candles: number };
  const floor = elapsed(() => {
    for (const folder of ['1d', '4h', '1h']) {
      for (const file of readdirSync(join(FEED, folder))) readFileSync(join(FEED, folder, file));
    }
  });
  return [
    {
      figure: `243-market recording, ${summary.cycles} cycles, ${summary.candles} candles`,
      value: `${(run.ms / 1000).toFixed(1)} s, ${summary.rss_max_mb.toFixed(0)} MB`,
      aim: 'under 15 s, 150 MB',
      floor: `${(floor / 1000).toFixed(2)} s to read the same files`,
    },
  ];
}

/** CPU of one steady cycle: the difference between a long and a short run over the same markets. */
function benchCycle(): Row[] {
  if (!existsSync(FEED)) return [absent('one steady cycle')];
  const cpu = (cycles: number): number => {
    const home = join(scratch, `cycle-${cycles}`);
    const run = time(['run', '--feed', FEED, '--home', home, '--cycles', String(cycles), '--json']);
    return (JSON.parse(run.stdout) as { cpu_ms: number }).cpu_ms;
  };
  const [few, many] = [40, 2040];
  const each = (cpu(many) - cpu(few)) / (many - few);
  return [
    {
      figure: 'one steady cycle over 243 markets',
      value: `${each.toFixed(2)} ms CPU`,
      aim: 'under 10 ms CPU',
      floor: `mean of ${many - few} cycles`,
    },
  ];
}

/** `status` from a cold start beside an empty Node, in turn. */
function benchStatus(): Row[] {
  const home = join(scratch, 'status');
  time(['run', '--home', home, '--cycles', '50', '--json']);
  const [bare, status, rss]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < 21; round += 1) {
    bare.push(elapsed(() => spawnSync(process.execPath, ['-e', '0'])));
    status.push(elapsed(() => spawnSync(process.execPath, [ENTRY, 'status', '--home', home])));
  }
  for (let round = 0; round < 3; round += 1) rss.push(peakMegabytes(['status', '--home', home]));
  const [floor, mine] = [median(bare), median(status)];
  return [
    {
      figure: '`status` from a cold start',
      value: `${mine.toFixed(0)} ms (${(mine / floor).toFixed(2)}x), ${median(rss).toFixed(0)} MB`,
      aim: 'at most 2.5x, 60 MB',
      floor: `${floor.toFixed(0)} ms for \`node -e 0\``,
    },
  ];
}

/** One durable append of one event, beside `fdatasync` of the same bytes. */
async function benchAppend(): Promise<Row[]> {
  const { benchAppendInProcess } = await import('./bench-append.ts');
  const { appendMs, bytes } = benchAppendInProcess(join(scratch, 'append'));
  const file = openSync(join(scratch, 'raw'), 'w');
  const payload = Buffer.alloc(bytes, 120);
  const raw: number[] = [];
  for (let n = 0; n < 2000; n += 1) {
    raw.push(
      elapsed(() => {
        writeSync(file, payload);
        fdatasyncSync(file);
      }),
    );
  }
  closeSync(file);
  const [mine, floor] = [median(appendMs), median(raw)];
  return [
    {
      figure: `durable append, one event of ${bytes} bytes`,
      value: `${mine.toFixed(3)} ms (${(mine / floor).toFixed(2)}x)`,
      aim: 'within 1.5x',
      floor: `${floor.toFixed(3)} ms for write + fdatasync`,
    },
  ];
}

/** Repair and protection planned for accounts of three sizes; linear when the cost of a position stays. */
async function benchPlanning(): Promise<Row[]> {
  const { benchPlanningInProcess } = await import('./bench-planning.ts');
  return [1_000, 10_000, 100_000].map((count) => {
    const { planMs, floorMs, actions } = benchPlanningInProcess(count);
    const each = ((planMs * 1_000) / count).toFixed(1);
    const size = count.toLocaleString('en-US');
    return {
      figure: `planning ${size} positions, ${size} venue rows, ${(3 * count).toLocaleString('en-US')} orders`,
      value: `${planMs.toFixed(0)} ms, ${each} us each, ${actions} actions`,
      aim: count === 10_000 ? 'under 100 ms, linear' : '',
      floor: `${floorMs.toFixed(1)} ms to group the rows by market`,
    };
  });
}

/** A start with ten positions that lost their stops: until everything is protected or alarmed. */
async function benchStartup(): Promise<Row[]> {
  const { benchStartupInProcess } = await import('./bench-startup.ts');
  const { wallMs, venueMs, requests, positions } = await benchStartupInProcess(
    join(scratch, 'startup'),
  );
  return [
    {
      figure: `start with ${positions} unknown positions: all protected`,
      value: `${wallMs.toFixed(0)} ms of ours, ${(venueMs / 1000).toFixed(1)} s of venue latency`,
      aim: '',
      floor: `${requests} round trips`,
    },
  ];
}

/** The bot on a rehearsal of Kraken Futures with as many markets as the venue lists. */
async function benchLive(): Promise<Row[]> {
  if (!existsSync(FEED)) return [absent('live venue')];
  const { benchLiveInProcess, rssOfThousandCycles } = await import('./bench-live.ts');
  const folder = join(scratch, 'live');
  const live = await benchLiveInProcess(folder, FEED);
  const cycles = 1_000;
  const unit = ['--max-old-space-size=256', '--max-semi-space-size=2'];
  const flagged = await rssOfThousandCycles(folder, { entry: ENTRY, flags: unit, cycles });
  const plain = await rssOfThousandCycles(folder, { entry: ENTRY, flags: [], cycles });
  const row = (figure: string, value: string, aim: string, floor = ''): Row => {
    return { figure, value, aim, floor };
  };
  const { boundary, boundaryMarkets, startWithTen, cancelMs, queued } = live;
  return [
    row('live: requests of a steady cycle, nothing open', `${live.steady}`, 'at most 4'),
    row('live: requests of a full look, nothing open', `${live.fullLook}`, 'at most 4'),
    row(
      `live: requests of a 4h boundary, ${boundaryMarkets} markets traded`,
      `${boundary}`,
      `at most ${boundaryMarkets} + 4`,
    ),
    row('live: requests of a cycle with 5 positions', `${live.withFive}`, ''),
    row('live: start to first cycle', `${live.firstCycleMs.toFixed(0)} ms`, ''),
    row(
      'live: start with 10 unknown positions: all protected',
      `${startWithTen.ms.toFixed(0)} ms`,
      '',
      `${startWithTen.requests} round trips`,
    ),
    row(
      `live: a cancel behind ${queued} candle requests`,
      `${cancelMs.toFixed(0)} ms`,
      'one limiter step',
    ),
    row(
      `live: memory of ${cycles} cycles, ${flagged.markets} markets, flags of the unit`,
      `${flagged.maxMb} MB, ${(flagged.ms / 1000).toFixed(0)} s`,
      'under 120 MB',
    ),
    row('live: the same without flags', `${plain.maxMb} MB`, 'under 150 MB'),
  ];
}

/** The forensic commands on a journal of a million events; ten million only when asked. */
async function benchJournals(): Promise<Row[]> {
  const { benchJournal } = await import('./bench-journal.ts');
  const sizes = process.argv.includes('--large') ? [1_000_000, 10_000_000] : [1_000_000];
  return sizes.flatMap((size) => {
    const { events, fileMegabytes, scanMs, figures } = benchJournal(join(scratch, 'journal'), size);
    const journal = `${events.toLocaleString('en-US')} events, ${fileMegabytes.toFixed(0)} MB`;
    return figures.map(({ command, aim, ms, megabytes }) => ({
      figure: `\`${command}\`, ${journal}`,
      value: `${ms.toFixed(0)} ms, ${megabytes.toFixed(0)} MB`,
      aim: size === 1_000_000 ? aim : 'memory flat',
      floor: `${scanMs.toFixed(0)} ms to read every column of every row`,
    }));
  });
}

function time(args: readonly string[]): { ms: number; stdout: string } {
  let stdout = '';
  const ms = elapsed(() => {
    const run = spawnSync(process.execPath, [ENTRY, ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (run.status !== 0) throw new Error(`${args.join(' ')} ended ${run.status}: ${run.stderr}`);
    stdout = run.stdout;
  });
  return { ms, stdout };
}

/** Peak resident memory of a whole process, from the kernel's own accounting. */
function peakMegabytes(args: readonly string[]): number {
  const run = spawnSync(process.execPath, ['-e', rssProbe(args)], { encoding: 'utf8' });
  return Number(run.stdout.split('\n').at(-1)) / 1024;
}

/** Loads the program in a process that prints its own peak as the last line. */
function rssProbe(args: readonly string[]): string {
  return `
    process.argv = [process.execPath, ${JSON.stringify(ENTRY)}, ...${JSON.stringify(args)}];
    process.stdout.write = ((write) => (piece, ...rest) => write.call(process.stderr, piece, ...rest))(process.stderr.write);
    process.on('exit', () => require('node:fs').writeSync(1, String(process.resourceUsage().maxRSS)));
    import(${JSON.stringify(ENTRY)});
  `;
}

function elapsed(work: () => unknown): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function absent(figure: string): Row {
  return { figure, value: 'not measured: ../shared/markets is absent', aim: '', floor: '' };
}

await main(process.argv.slice(2));
