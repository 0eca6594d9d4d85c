/** Who starts the bot again: the service unit, is it there and is it sane; and whether the host keeps its log. */
import type { Check, Finding } from './check.ts';
import type { Host } from './host.ts';
import { FINAL_EXITS } from './service-unit.ts';
import { shellWord } from '../domain/shell-word.ts';
import { sizeOf, tradectlUnits, unitsOf, unitValues, type UnitFile } from './unit-file.ts';

const JOURNALD_WHY =
  'After a reboot the words of the kernel are the only proof of how the bot died.';

export function serviceChecks(host: Host, home: string): Check[] {
  return [
    {
      name: 'service',
      why: WHY,
      otherwise: [
        'systemctl status tradectl   # of a container: on its host; there also',
        "docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' CONTAINER",
      ],
      run: () => checkService(host, home),
    },
    {
      name: 'journald',
      why: JOURNALD_WHY,
      otherwise: ['journalctl --list-boots   # of a container: on its host'],
      run: () => checkJournald(host),
    },
  ];
}

const WHY =
  'A bot that dies at night stays dead until somebody starts it; its stops at the venue are all that is left.';

function checkService(host: Host, home: string): Finding {
  requireSystemd(host, 'what starts the bot again');
  const units = tradectlUnits(host);
  const ours = unitsOf(units, home);
  const unit = ours[0];
  const make = [
    `tradectl service --home ${shellWord(home)} --out tradectl.service`,
    '# it prints the commands that put the unit in force',
  ];
  if (unit === undefined) {
    const others = units.map(({ path }) => `${path} runs another home`);
    return {
      verdict: 'warn',
      figure: 'no unit starts this home',
      numbers: { units: 0 },
      why: WHY,
      details: others,
      fix: make,
    };
  }
  const failed = failureOf(host, unit.name);
  const faults = [...(failed === null ? [] : [failed]), ...faultsOf(host, unit)];
  const restarts = restartsOf(host, unit.name);
  return {
    verdict: failed !== null ? 'fail' : faults.length > 0 ? 'warn' : 'ok',
    figure: `${unit.name}: ${faults.length === 0 ? 'sane' : `${faults.length} to mend`}${restarts === null ? '' : `, ${restarts} restarts`}`,
    numbers: {
      units: ours.length,
      faults: faults.length,
      ...(restarts === null ? {} : { restarts }),
    },
    why: WHY,
    details: faults,
    fix: [
      ...(failed === null ? [] : startAgain(unit, home)),
      ...(faults.length === 0 || (failed !== null && faults.length === 1)
        ? []
        : [
            `tradectl service --home ${shellWord(home)} --out ${shellWord(unit.name)}`,
            `diff ${shellWord(unit.path)} ${shellWord(unit.name)}`,
          ]),
      ...(unit.isEnabled ? [] : [`sudo systemctl enable ${shellWord(unit.name)}`]),
    ],
  };
}

/** First why, then the start: the same cause ends the next one too. */
function startAgain({ name }: UnitFile, home: string): string[] {
  const unit = shellWord(name);
  return [
    `journalctl -u ${unit} -n 50 --no-pager`,
    `tradectl deaths --home ${shellWord(home)}`,
    `sudo systemctl reset-failed ${unit}`,
    `sudo systemctl start ${unit}`,
  ];
}

function requireSystemd(host: Host, what: string): void {
  if (host.stat('/run/systemd/system') !== null) return;
  throw new Error(`no systemd here: ${what} cannot be seen from inside`);
}

/** What is missing or dangerous, a sentence each. */
function faultsOf(host: Host, unit: UnitFile): string[] {
  const last = (key: string): string | undefined => unit.values.get(key)?.at(-1);
  const start = last('ExecStart') ?? '';
  const [, heap] = /--max[-_]old[-_]space[-_]size=(\d+)/.exec(start) ?? [];
  const limit = sizeOf(last('MemoryMax'));
  const final = (unit.values.get('RestartPreventExitStatus') ?? []).join(' ').split(/\s+/);
  const missing = FINAL_EXITS.split(' ').filter((code) => !final.includes(code));
  const program = (start.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  const gone = program.filter((word) => /^\/.*(node|\.js)$/.test(word) && host.stat(word) === null);
  const sayIf = (holds: boolean, fault: string): string[] => (holds ? [fault] : []);
  return [
    ...sayIf(!unit.isEnabled, 'not enabled: it will not start after a reboot'),
    ...gone.map((path) => `${path} does not exist`),
    ...sayIf(
      !/^(on-failure|always|on-abnormal)$/.test(last('Restart') ?? 'no'),
      'Restart= is not set: nobody starts it again',
    ),
    ...sayIf(
      missing.length > 0,
      `RestartPreventExitStatus lacks ${missing.join(' ')}: a restart cannot help there`,
    ),
    ...sayIf(
      last('StartLimitBurst') === undefined,
      'no StartLimitBurst: a start that fails is tried for ever',
    ),
    ...sayIf(limit === null, 'no MemoryMax: a leak takes the whole host with it'),
    ...sayIf(heap === undefined, 'no --max-old-space-size: V8 plans with all memory of the host'),
    ...sayIf(
      limit !== null && heap !== undefined && Number(heap) * 1_024 ** 2 > limit * 0.8,
      'the heap of V8 is not well below MemoryMax: a leak is killed without a stack',
    ),
    ...sayIf(
      last('Type') !== 'notify' || last('WatchdogSec') === undefined,
      'no watchdog (Type=notify, WatchdogSec): a bot that hangs is not restarted',
    ),
    ...sayIf(
      last('Type') === 'notify' && last('NotifyAccess') !== 'all',
      'NotifyAccess is not all: signs of life come from a child and are not heard',
    ),
    ...sayIf(
      !(last('ExecStopPost') ?? '').includes('record-exit'),
      'no ExecStopPost: how it ended is not kept for `tradectl deaths`',
    ),
    ...sayIf((last('User') ?? 'root') === 'root', 'it runs as root'),
  ];
}

/** systemd has given up on it: a limit of starts, or an exit that a restart cannot help. */
function failureOf(host: Host, name: string): string | null {
  const shown = host.output('systemctl', ['show', '--property=ActiveState,Result', name]) ?? '';
  if (!/^ActiveState=failed$/m.test(shown)) return null;
  const [, result = 'unknown'] = /^Result=(.+)$/m.exec(shown) ?? [];
  return `failed (${result}): systemd does not start it again`;
}

function restartsOf(host: Host, name: string): number | null {
  const shown = host.output('systemctl', ['show', '--property=NRestarts', '--value', name]);
  return shown !== null && /^\d+\s*$/.test(shown) ? Number(shown) : null;
}

const JOURNALD = '/etc/systemd/journald.conf';

function checkJournald(host: Host): Finding {
  requireSystemd(host, 'where the log of the kernel goes');
  const dropIns = host.list(`${JOURNALD}.d`).toSorted();
  const texts = [JOURNALD, ...dropIns.map((name) => `${JOURNALD}.d/${name}`)].map(
    (path) => host.read(path) ?? '',
  );
  const storage = unitValues(texts).get('Storage')?.at(-1) ?? 'auto';
  const isKept =
    storage === 'persistent' || (storage === 'auto' && host.stat('/var/log/journal') !== null);
  return {
    verdict: isKept ? 'ok' : 'warn',
    figure: isKept ? 'kept on disk' : `lost at a reboot (Storage=${storage})`,
    numbers: { is_persistent: isKept ? 1 : 0 },
    why: JOURNALD_WHY,
    fix: isKept
      ? []
      : [
          'sudo mkdir -p /var/log/journal',
          'sudo systemd-tmpfiles --create --prefix /var/log/journal',
          ...(storage === 'auto'
            ? []
            : ["sudo sed -i 's/^ *Storage=.*/Storage=auto/' /etc/systemd/journald.conf"]),
          'sudo systemctl restart systemd-journald',
        ],
  };
}
