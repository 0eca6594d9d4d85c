/**
 * The systemd unit of a bot, as text. Its numbers are of a host with 1 GB: V8's own limit lies well below the
 * service's, so that a leak ends with a stack and not with a kill, and both lie below what the host has. What
 * restarting cannot help (configuration, lock, database) is not restarted.
 */
import { basename } from 'node:path';
import { TradectlError } from '../domain/errors.ts';
import { shellWord } from '../domain/shell-word.ts';

export interface UnitFacts {
  /** Absolute path of the bot's home. */
  readonly home: string;
  readonly user: string;
  /** Absolute path of the Node to run it with. */
  readonly node: string;
  /** Absolute path of `dist/bin/tradectl.js`. */
  readonly program: string;
}

/** Flags of the unit's Node: 256 MB of heap and a young generation that stays small. */
export const NODE_FLAGS = ['--max-old-space-size=256', '--max-semi-space-size=2'] as const;
/** Exit codes that a restart cannot help. */
export const FINAL_EXITS = '2 3 5';
/** Where a service keeps its state by itself. */
const STATE_ROOT = '/var/lib/';
/** What `ProtectHome=yes` and `PrivateTmp=yes` hide. */
const HOMES = ['/home/', '/root/', '/run/user/'];
const TEMPORARY = ['/tmp/', '/var/tmp/'];

/** Throws VALUE_INVALID for a user or a path that a unit cannot name. */
export function serviceUnit(facts: UnitFacts): string {
  const { home, user, node, program } = facts;
  if (!/^[a-z_][a-z0-9_-]*\$?$/i.test(user)) {
    throw new TradectlError('VALUE_INVALID', `${JSON.stringify(user)} is not the name of a user`, {
      hint: 'name the user the bot runs as: --user tradectl',
    });
  }
  const start = [argument(node), ...NODE_FLAGS, argument(program)].join(' ');
  const at = `--home ${argument(home)}`;
  return [
    '[Unit]',
    'Description=tradectl, a crypto-futures bot',
    'Wants=network-online.target',
    'After=network-online.target time-sync.target',
    '# Five starts in a quarter of an hour are a loop: it stops, and you look.',
    'StartLimitIntervalSec=15min',
    'StartLimitBurst=5',
    '# To be told when it fails, write a unit that tells you and name it here:',
    '# OnFailure=tradectl-alert.service',
    '',
    '[Service]',
    'Type=notify',
    '# Signs of life come from a child of the bot.',
    'NotifyAccess=all',
    '# Live trading is typed: add --confirm and the name of the account to this line.',
    `ExecStart=${start} run ${at}`,
    '# One arena of the C library: 7 MB less, and nothing here allocates in parallel.',
    'Environment=MALLOC_ARENA_MAX=1',
    '# Keeps how it ended, for `tradectl deaths`.',
    `ExecStopPost=-${start} internal record-exit ${at}`,
    `User=${user}`,
    '# Keys for live trading, kept by root and shown to this service alone:',
    '# LoadCredential=exchange.json:/etc/tradectl/exchange.json',
    ...stateLines(home),
    'UMask=0077',
    'Restart=on-failure',
    'RestartSec=10s',
    '# Configuration, refused, database: a restart cannot help. 75 is a planned one: memory ran short.',
    `RestartPreventExitStatus=${FINAL_EXITS}`,
    'TimeoutStartSec=180s',
    'TimeoutStopSec=45s',
    'KillMode=mixed',
    'WatchdogSec=90s',
    'MemoryHigh=380M',
    'MemoryMax=450M',
    'MemorySwapMax=256M',
    'OOMPolicy=stop',
    'OOMScoreAdjust=-500',
    'TasksMax=64',
    'CPUWeight=200',
    'IOWeight=200',
    ...sandbox(facts),
    'StandardOutput=journal',
    'LogRateLimitIntervalSec=30s',
    'LogRateLimitBurst=5000',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** The home is the one place it may write; below /var/lib systemd makes it and gives it to the user. */
function stateLines(home: string): string[] {
  const below = home.startsWith(STATE_ROOT) ? home.slice(STATE_ROOT.length) : '';
  if (below !== '' && !below.split('/').includes('..')) {
    return [
      `StateDirectory=${word(below)}`,
      'StateDirectoryMode=0700',
      `WorkingDirectory=${line(home)}`,
    ];
  }
  return [`ReadWritePaths=${word(home)}`, `WorkingDirectory=${line(home)}`];
}

/** Hidden, the bot would not find itself, its Node or its home. */
function sandbox({ home, node, program }: UnitFacts): string[] {
  const needs = (roots: readonly string[]): boolean =>
    [home, node, program].some((path) => roots.some((root) => `${path}/`.startsWith(root)));
  return [
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    `ProtectHome=${needs(HOMES) ? 'read-only' : 'yes'}`,
    `PrivateTmp=${needs(TEMPORARY) ? 'no' : 'yes'}`,
    'PrivateDevices=yes',
    'PrivateUsers=yes',
    'ProtectProc=invisible',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'RemoveIPC=yes',
    'CapabilityBoundingSet=',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    '# Refused calls fail; a kill would be one more death to explain.',
    'SystemCallErrorNumber=EPERM',
  ];
}

/** A path as one word of a unit: quoted, with nothing in it that systemd would expand. */
function word(path: string): string {
  const plain = line(path);
  return /^[\w./@%+:$-]+$/.test(plain)
    ? plain
    : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The same in a command line, where `$` begins a variable. */
function argument(path: string): string {
  return word(path).replaceAll('$', '$$$$');
}

/** A path that is a whole value: only `%` means something there. */
function line(path: string): string {
  if (/\p{Cc}/u.test(path)) {
    throw new TradectlError('VALUE_INVALID', `${JSON.stringify(path)} cannot stand in a unit`, {
      hint: 'name a path without line ends and control characters',
    });
  }
  return path.replaceAll('%', '%%');
}

/** The commands that put a saved unit in force, for a user that may not exist yet. */
export function installCommands(
  { user, home }: UnitFacts,
  file: string,
  userExists: boolean,
): string[] {
  const placed = file.startsWith('/etc/systemd/system/');
  return [
    ...(userExists ? [] : [`sudo useradd --system --shell /usr/sbin/nologin ${user}`]),
    ...(home.startsWith(STATE_ROOT)
      ? []
      : [`sudo install -d -m 0700 -o ${user} ${shellWord(home)}`]),
    ...(placed ? [] : [`sudo cp ${shellWord(file)} /etc/systemd/system/`]),
    'sudo systemctl daemon-reload',
    `sudo systemctl enable --now ${shellWord(basename(file))}`,
  ];
}
