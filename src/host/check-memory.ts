/**
 * Memory, swap and load. The incident: 330 MB for 243 markets on a host of 961 MB without swap, killed five
 * times in two days. What is advised is our own measured need, or what this home's bot really took.
 */
import { MB, megabytes } from '../domain/megabytes.ts';
import type { Check, Finding } from './check.ts';
import type { Host } from './host.ts';
import { largestProcesses, hostMemory, type HostMemory } from './host-memory.ts';

export interface MemoryNeed {
  /** Peak of this home's earlier lives; null when none has ended. */
  readonly peakBytes: number | null;
  /** The running bot; it holds what it needs already. */
  readonly botPid: number | null;
}

/** Measured, resident at the peak: 12 markets on a recording, 243 on a rehearsed live venue. */
const MEASURED_NEED = { few: { markets: 12, mb: 120 }, many: { markets: 243, mb: 160 } };
/** For the kernel's cache and the command that an operator types beside the bot. */
const HEADROOM = 150 * MB;
/** Below it a peak of anything on the host meets the end of memory. */
const SMALL_HOST = 2_200 * MB;

const MEMORY_WHY =
  'When memory ends the kernel kills a process without a word, and it is usually the bot.';
const SWAP_WHY = 'Swap takes what is not in use, so that a peak is slow instead of deadly.';
const LOAD_WHY = 'A host that is always behind answers its watchdog and its operator late.';

export function memoryChecks(host: Host, need: MemoryNeed): Check[] {
  return [
    {
      name: 'memory',
      why: MEMORY_WHY,
      otherwise: ['free -m'],
      run: () => checkMemory(host, need),
    },
    {
      name: 'swap',
      why: SWAP_WHY,
      otherwise: ['swapon --show', 'sysctl vm.swappiness'],
      run: () => checkSwap(host, need),
    },
    { name: 'load', why: LOAD_WHY, otherwise: ['uptime'], run: () => checkLoad(host) },
  ];
}

function checkMemory(host: Host, need: MemoryNeed): Finding {
  const facts = hostMemory(host);
  const { many } = MEASURED_NEED;
  const wanted = need.peakBytes ?? many.mb * MB;
  // A bot that runs has taken its share already.
  const left = need.botPid === null ? facts.availableBytes - wanted : facts.availableBytes;
  const verdict = left < 0 ? 'fail' : left < HEADROOM ? 'warn' : 'ok';
  const isSmall = verdict !== 'ok' || facts.totalBytes < SMALL_HOST;
  const whose = need.peakBytes === null ? `measured with ${many.markets} markets` : 'its own peak';
  return {
    verdict,
    figure: `${megabytes(facts.availableBytes)} of ${memoryOf(facts)} available; the bot needs ${megabytes(wanted)} MB (${whose})`,
    numbers: {
      total_bytes: facts.totalBytes,
      available_bytes: facts.availableBytes,
      needed_bytes: wanted,
    },
    why: MEMORY_WHY,
    details: isSmall ? holders(host, need) : [],
    fix: verdict === 'ok' ? [] : LESS_OR_MORE,
  };
}

/** What no command mends. */
const LESS_OR_MORE = [
  '# 2 GB of memory, or fewer processes beside the bot, or fewer markets:',
  `# ${MEASURED_NEED.few.mb} MB with ${MEASURED_NEED.few.markets} markets, ${MEASURED_NEED.many.mb} MB with ${MEASURED_NEED.many.markets}; in tradectl.toml`,
  '# [markets]',
  '# max_markets = 50',
];

function checkSwap(host: Host, need: MemoryNeed): Finding {
  const facts = hostMemory(host);
  const swappiness = Number((host.read('/proc/sys/vm/swappiness') ?? '').trim() || NaN);
  const isSmall = facts.totalBytes < SMALL_HOST;
  const has = facts.swapTotalBytes > 0;
  const used = facts.swapTotalBytes - facts.swapFreeBytes;
  const isFull = has && facts.swapFreeBytes < facts.swapTotalBytes / 10;
  const isEager = has && isSmall && swappiness > EAGER;
  const verdict = !has && isSmall ? 'fail' : (isFull && isSmall) || isEager ? 'warn' : 'ok';
  const free = has ? `, ${megabytes(used)} MB used, swappiness ${swappiness}` : '';
  return {
    verdict,
    figure: `${megabytes(facts.swapTotalBytes)} MB of swap beside ${memoryOf(facts)} of memory${free}`,
    numbers: {
      swap_bytes: facts.swapTotalBytes,
      swap_free_bytes: facts.swapFreeBytes,
      ...(Number.isFinite(swappiness) ? { swappiness } : {}),
    },
    why: has
      ? SWAP_WHY
      : 'Without swap a peak of any process on a small host is a kill: a bot of 330 MB was killed five times in two days on 961 MB.',
    details: verdict === 'ok' ? [] : holders(host, need),
    fix: [
      ...(verdict === 'fail' ? ADD_SWAP : []),
      ...(verdict === 'fail' || isEager ? USE_IT_LATE : []),
      ...(verdict === 'fail' || isFull ? LESS_OR_MORE : []),
    ],
  };
}

/** Above it the kernel swaps a quiet bot out to keep files of others in memory. */
const EAGER = 30;

/** Allocate, mkswap, swapon, for the next boot too. */
const ADD_SWAP = [
  'sudo fallocate -l 1G /swapfile',
  '# where that fails: sudo dd if=/dev/zero of=/swapfile bs=1M count=1024',
  'sudo chmod 600 /swapfile',
  'sudo mkswap /swapfile',
  'sudo swapon /swapfile',
  "echo '/swapfile none swap sw 0 0' | sudo tee -a /etc/fstab",
];
/** Only when memory is short. */
const USE_IT_LATE = [
  "echo 'vm.swappiness=10' | sudo tee /etc/sysctl.d/99-swappiness.conf",
  'sudo sysctl -p /etc/sysctl.d/99-swappiness.conf',
];

function memoryOf({ totalBytes, isLimited }: HostMemory): string {
  return `${megabytes(totalBytes)} MB${isLimited ? ' (limit of this service)' : ''}`;
}

/** The largest other processes: what to stop first. */
function holders(host: Host, { botPid }: MemoryNeed): string[] {
  const largest = largestProcesses(host, 5, [process.pid, ...(botPid === null ? [] : [botPid])]);
  return largest.map(
    ({ pid, name, rssBytes }) =>
      `${String(megabytes(rssBytes)).padStart(5)} MB  ${name}, pid ${pid}`,
  );
}

function checkLoad(host: Host): Finding {
  const [one, five, fifteen] = (host.read('/proc/loadavg') ?? '').split(' ').map(Number);
  if (five === undefined || !Number.isFinite(five)) throw new Error('/proc/loadavg cannot be read');
  const [, stalled] =
    /^some avg10=\S+ avg60=([\d.]+)/m.exec(host.read('/proc/pressure/memory') ?? '') ?? [];
  const waiting = stalled === undefined ? null : Number(stalled);
  const isBusy = five > 2 * host.cores;
  const isThrashing = waiting !== null && waiting > 10;
  return {
    verdict: isBusy || isThrashing ? 'warn' : 'ok',
    figure: `${five} over 5 minutes on ${host.cores} core${host.cores === 1 ? '' : 's'}${
      waiting === null ? '' : `, ${waiting} % of the last minute waiting for memory`
    }`,
    numbers: {
      load_1m: one ?? five,
      load_5m: five,
      load_15m: fifteen ?? five,
      cores: host.cores,
      ...(waiting === null ? {} : { memory_stalled_percent: waiting }),
    },
    why: LOAD_WHY,
    fix:
      isBusy || isThrashing
        ? ['top -b -n 1 -o %CPU | head -15', 'top -b -n 1 -o %MEM | head -15']
        : [],
  };
}
