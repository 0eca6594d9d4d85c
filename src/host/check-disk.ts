/** The disk below the home: room, kind of file system, how long a durable write takes. */
import { MB, megabytes } from '../domain/megabytes.ts';
import type { Check, Finding } from './check.ts';
import type { Host, SyncProbe } from './host.ts';
import { nearestFolder } from './nearest-folder.ts';
import { shellWord } from '../domain/shell-word.ts';

const LOW = 1_024 * MB;
const EMPTY = 128 * MB;
const ALONE: SyncProbe = { count: 200, pauseMs: 0, budgetMs: 3_000 };
/** A commit of the bot waits for a probe on the same disk: few, and room between them. */
const BESIDE_BOT: SyncProbe = { count: 50, pauseMs: 20, budgetMs: 3_000 };
/** Above it each decision of the bot waits noticeably for the disk. */
const SLOW_P99_MS = 20;

/** File systems by the kernel's number: where a write-ahead log cannot work, or nothing lasts. */
const NETWORK: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x517b: 'SMB',
  0x65735546: 'FUSE',
  0x01021997: '9p',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x73757245: 'Coda',
};
const FLEETING: Readonly<Record<number, string>> = { 0x01021994: 'tmpfs', 0x858458f6: 'ramfs' };
const LAYERED: Readonly<Record<number, string>> = { 0x794c7630: 'overlay' };
const LOCAL: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'XFS',
  0x9123683e: 'btrfs',
  0x2fc12fc1: 'ZFS',
  0xf2f52010: 'F2FS',
};

const ROOM_WHY =
  'On a full disk the bot opens nothing and only protects. A busy journal grows by 17 MB a day.';
const KIND_WHY = 'The journal lies on a local disk, or it can be damaged.';
const SYNC_WHY =
  'Each decision is on the disk before it is acted on: this is what an order waits for.';

/** `hasBot`: whether one may be writing to this disk now. */
export function diskChecks(host: Host, home: string, hasBot: () => boolean): Check[] {
  const folder = nearestFolder(host, home);
  const seen = [`df -hT ${shellWord(folder)}`];
  return [
    { name: 'disk', why: ROOM_WHY, otherwise: seen, run: () => checkRoom(host, folder) },
    { name: 'filesystem', why: KIND_WHY, otherwise: seen, run: () => checkKind(host, folder) },
    {
      name: 'fsync',
      why: SYNC_WHY,
      otherwise: ['# as the user of the bot, who may write there:', `ls -ld ${shellWord(folder)}`],
      run: () => checkSync(host, folder, hasBot()),
    },
  ];
}

function checkRoom(host: Host, folder: string): Finding {
  const facts = host.fileSystem(folder);
  if (facts === null) throw new Error(`${folder}: the file system cannot be asked`);
  const { freeBytes, totalBytes, freeFiles } = facts;
  // Some file systems have no fixed number of files and answer 0.
  const outOfFiles = freeFiles > 0 && freeFiles < 100;
  const verdict = freeBytes < EMPTY || outOfFiles ? 'fail' : freeBytes < LOW ? 'warn' : 'ok';
  return {
    verdict,
    figure: `${megabytes(freeBytes)} MB free of ${megabytes(totalBytes)} MB${outOfFiles ? `, ${freeFiles} files` : ''}`,
    numbers: { free_bytes: freeBytes, total_bytes: totalBytes, free_files: freeFiles },
    why: ROOM_WHY,
    fix:
      verdict === 'ok'
        ? []
        : [
            `du -xh --max-depth=2 ${shellWord(folder)} / 2>/dev/null | sort -h | tail -20`,
            'sudo journalctl --vacuum-size=200M',
            'sudo apt-get clean',
          ],
  };
}

function checkKind(host: Host, folder: string): Finding {
  const type = host.fileSystem(folder)?.type;
  if (type === undefined) throw new Error(`${folder}: the file system cannot be asked`);
  const [network, fleeting, layered] = [NETWORK[type], FLEETING[type], LAYERED[type]];
  const name = network ?? fleeting ?? layered ?? LOCAL[type] ?? `type 0x${type.toString(16)}`;
  const numbers = { type };
  const elsewhere = ['# stop the bot, then move the home to a local disk:', 'df -hT'];
  if (network !== undefined) {
    return {
      verdict: 'fail',
      figure: `${name}: over a network or in user space`,
      numbers,
      why: 'The journal needs memory shared between processes and locks that hold; over a network it has neither and can be damaged.',
      fix: elsewhere,
    };
  }
  if (fleeting !== undefined) {
    return {
      verdict: 'fail',
      figure: `${name}: it lives in memory`,
      numbers,
      why: 'The journal is gone at the next boot, and it takes the memory of the bot.',
      fix: elsewhere,
    };
  }
  return layered === undefined
    ? { verdict: 'ok', figure: name, numbers, why: 'The journal lies on a local disk.' }
    : {
        verdict: 'warn',
        figure: `${name}: the layer of a container`,
        numbers,
        why: 'What is written there is gone with the container.',
        fix: ['# mount a volume for the home: docker run -v tradectl:/var/lib/tradectl ...'],
      };
}

async function checkSync(host: Host, folder: string, hasBot: boolean): Promise<Finding> {
  const probe = hasBot ? BESIDE_BOT : ALONE;
  const took = (await host.probeSync(folder, probe)).toSorted((a, b) => a - b);
  if (took.length === 0) throw new Error('no durable write ended in time');
  const [p50, p99] = [quantile(took, 0.5), quantile(took, 0.99)];
  const isSlow = p99 > SLOW_P99_MS;
  return {
    verdict: isSlow ? 'warn' : 'ok',
    figure: `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms over ${took.length} durable writes`,
    numbers: { p50_ms: p50, p99_ms: p99, writes: took.length },
    why: SYNC_WHY,
    fix: isSlow
      ? [
          'iostat -x 1 5   # who writes, from the package sysstat',
          '# a disk on SSD; a plan that is not burst-limited',
        ]
      : [],
  };
}

/** Of sorted values, the smallest that at least this share lies at or below. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
