/** Who else may read the home, and above all the keys: a key is money. */
import { dirname, join } from 'node:path';
import { chmodSync } from 'node:fs';
import type { Check, Finding, Repair } from './check.ts';
import type { Host } from './host.ts';
import { shellWord } from '../domain/shell-word.ts';
import { tradectlUnits, unitsOf } from './unit-file.ts';

export interface FilePlaces {
  readonly home: string;
  readonly cwd: string;
  /** Files of a bot, by name, as they may lie in the home. */
  readonly ownNames: readonly string[];
}

const SECRETS = '.env.local';

const MODES_WHY = 'The home tells every position and every order to whoever may read it.';
const UMASK_WHY =
  'The bot gives each of its files a mode of its own; what you write beside it (a copy, an export) gets this one.';
const SECRETS_WHY =
  'Whoever reads a key trades with your money. One that others could read must be replaced at the venue, not only hidden.';

export function fileChecks(host: Host, places: FilePlaces): Check[] {
  return [
    { name: 'modes', why: MODES_WHY, run: () => checkModes(host, places) },
    { name: 'umask', why: UMASK_WHY, run: () => checkUmask(host) },
    { name: 'secrets', why: SECRETS_WHY, run: () => checkSecrets(host, places) },
  ];
}

function checkModes(host: Host, { home, ownNames }: FilePlaces): Finding {
  const folder = host.stat(home);
  const why = MODES_WHY;
  if (folder === null)
    return { verdict: 'ok', figure: `nothing to see: ${home} does not exist`, why };
  const present = host.list(home);
  const isOurs = present.some((name) => ownNames.includes(name));
  const files = present
    .filter((name) => ownNames.some((own) => belongs(name, own)))
    .map((name) => join(home, name));
  // A folder that holds nothing of ours may be anybody's: its mode is not ours to judge.
  const looked = isOurs ? [home, ...files] : files;
  const open = looked.filter((path) => ((host.stat(path)?.mode ?? 0) & 0o077) !== 0);
  const foreign = looked.filter((path) => host.stat(path)?.uid !== host.uid);
  const repairs = open
    .filter((path) => host.stat(path)?.uid === host.uid)
    .map((path) => tighten(path, privateMode(host, path)));
  const details = [
    ...open.map((path) => `${modeText(host, path)}  ${path}`),
    ...(foreign.length === 0
      ? []
      : [`${foreign.length} of another user, the first: ${foreign[0]}`]),
  ];
  const commands = open.map(
    (path) => `chmod ${privateMode(host, path).toString(8)} ${shellWord(path)}`,
  );
  return {
    verdict: open.length > 0 || foreign.length > 0 ? 'warn' : 'ok',
    figure:
      open.length > 0
        ? `${open.length} of ${looked.length} can be read by others`
        : foreign.length > 0
          ? `${foreign.length} of ${looked.length} belong to another user`
          : looked.length === 0
            ? 'no file of a bot is there'
            : `${looked.length} private`,
    numbers: { looked_at: looked.length, open: open.length, of_others: foreign.length },
    why:
      foreign.length === 0
        ? why
        : 'Files of two users in one home: the bot cannot write what another user made. Run every command as the user of the bot.',
    details,
    fix: [
      ...commands,
      ...(foreign.length === 0 ? [] : [`sudo chown -R ${folder.uid} ${shellWord(home)}`]),
    ],
    repairs,
  };
}

/** `state.db` with `state.db-wal`, `tradectl.log` with `tradectl.log.1`. */
function belongs(name: string, own: string): boolean {
  return (
    name === own ||
    (name.startsWith(own) && /^(-wal|-shm|-journal|\.\d+)$/.test(name.slice(own.length)))
  );
}

function checkUmask({ umask }: Host): Finding {
  const isLoose = (umask & 0o022) !== 0o022;
  return {
    verdict: isLoose ? 'warn' : 'ok',
    figure: umask.toString(8).padStart(4, '0'),
    numbers: { umask },
    why: UMASK_WHY,
    fix: isLoose
      ? ['umask 077   # in the profile of the user; the service unit has it already']
      : [],
  };
}

function checkSecrets(host: Host, { home, cwd }: FilePlaces): Finding {
  const places = [join(home, SECRETS), join(cwd, SECRETS), ...credentialsOf(host, home)];
  const files = [...new Set(places)].filter((path) => host.stat(path) !== null);
  const unseen = [...new Set(places)].filter((path) => host.hidden(dirname(path)) !== null);
  if (unseen.length > 0 && files.length === 0) {
    throw new Error(unseen.map((path) => `cannot be seen by this user: ${path}`).join('\n'));
  }
  const open = files.filter((path) => ((host.stat(path)?.mode ?? 0) & 0o077) !== 0);
  const tracked = files.filter((path) => path.endsWith(SECRETS) && isTracked(host, path));
  return {
    verdict: open.length > 0 || tracked.length > 0 ? 'fail' : 'ok',
    figure:
      files.length === 0
        ? `no ${SECRETS}, no credentials of a service`
        : [
            `${files.length} file${files.length === 1 ? '' : 's'}`,
            ...(open.length > 0 ? [`${open.length} readable by others`] : []),
            ...(tracked.length > 0 ? [`${tracked.length} in git`] : []),
          ].join(', '),
    numbers: { files: files.length, open: open.length, in_git: tracked.length },
    why: SECRETS_WHY,
    details: [
      ...open.map((path) => `${modeText(host, path)}  ${path}`),
      ...unseen.map((path) => `not seen, this user may not look there: ${path}`),
    ],
    fix: [
      ...open.map((path) => {
        const sudo = host.stat(path)?.uid === host.uid ? '' : 'sudo ';
        return `${sudo}chmod 600 ${shellWord(path)}`;
      }),
      ...tracked.flatMap((path) => [
        `git rm --cached ${shellWord(path)}`,
        '# it is in the history too: make a new key at the venue, delete the old one',
      ]),
    ],
    repairs: open
      .filter((path) => host.stat(path)?.uid === host.uid)
      .map((path) => tighten(path, 0o600)),
  };
}

/** Files of keys that the unit of this home hands to the bot: `LoadCredential=exchange.json:/etc/x.json`. */
function credentialsOf(host: Host, home: string): string[] {
  return unitsOf(tradectlUnits(host), home)
    .flatMap(({ values }) => values.get('LoadCredential') ?? [])
    .flatMap((value) => /^[^:]+:(\/.*)$/.exec(value)?.[1] ?? []);
}

function isTracked(host: Host, path: string): boolean {
  const args = ['-C', join(path, '..'), 'ls-files', '--error-unmatch', '--', SECRETS];
  return host.output('git', args) !== null;
}

function tighten(path: string, mode: number): Repair {
  const octal = mode.toString(8).padStart(4, '0');
  return {
    what: `chmod ${octal} ${path}`,
    run() {
      chmodSync(path, mode);
      return `${path} is ${octal} now`;
    },
  };
}

function privateMode(host: Host, path: string): number {
  return host.stat(path)?.isDirectory === true ? 0o700 : 0o600;
}

function modeText(host: Host, path: string): string {
  return (host.stat(path)?.mode ?? 0).toString(8).padStart(4, '0');
}
