/** A systemd unit as systemd reads it: sections do not matter here, drop-ins come later, an empty value resets. */
import { join } from 'node:path';
import type { Host } from './host.ts';

export interface UnitFile {
  /** `tradectl.service`. */
  readonly name: string;
  readonly path: string;
  readonly isEnabled: boolean;
  /** Values in order, by key. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** Units that start tradectl; a name in an earlier folder hides the same name in a later one. */
export function tradectlUnits(host: Host): UnitFile[] {
  const seen = new Set<string>();
  return FOLDERS.flatMap((folder) =>
    host.list(folder).flatMap((name): UnitFile[] => {
      if (!name.endsWith('.service') || seen.has(name)) return [];
      seen.add(name);
      const path = join(folder, name);
      const text = host.read(path);
      if (text === null || !/^ExecStart=.*tradectl/m.test(text)) return [];
      const values = unitValues([text, ...dropIns(host, name)]);
      return [{ name, path, values, isEnabled: isEnabled(host, name) }];
    }),
  );
}

/** Those that start the bot of this home. */
export function unitsOf(units: readonly UnitFile[], home: string): UnitFile[] {
  return units.filter((unit) => startsHome(unit, home));
}

function startsHome({ values }: UnitFile, home: string): boolean {
  const start = (values.get('ExecStart') ?? [])
    .join(' ')
    .replaceAll('%%', '%')
    .replaceAll('$$', '$');
  const environment = (values.get('Environment') ?? []).join(' ').replaceAll('"', ' ');
  const end = '(?=["\'\\s]|$)';
  const path = home.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return (
    new RegExp(`--home[ =]["']?${path}/?${end}`).test(start) ||
    new RegExp(`TRADECTL_HOME=${path}/?${end}`).test(environment)
  );
}

function dropIns(host: Host, name: string): string[] {
  return FOLDERS.toReversed().flatMap((folder) => {
    const dir = join(folder, `${name}.d`);
    const files = host.list(dir).filter((file) => file.endsWith('.conf'));
    return files.toSorted().map((file) => host.read(join(dir, file)) ?? '');
  });
}

export function unitValues(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const text of texts) {
    for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
      const [, key, value] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (key === undefined || value === undefined) continue;
      if (value === '') values.set(key, []);
      else values.set(key, [...(values.get(key) ?? []), value]);
    }
  }
  return values;
}

function isEnabled(host: Host, name: string): boolean {
  return FOLDERS.some((folder) =>
    host
      .list(folder)
      .filter((each) => /\.(wants|requires)$/.test(each))
      .some((each) => host.list(join(folder, each)).includes(name)),
  );
}

/** `450M` as bytes; null for `infinity`, a percentage, nothing. */
export function sizeOf(value: string | undefined): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(value ?? '') ?? [];
  if (digits === undefined) return null;
  return Number(digits) * 1_024 ** ['', 'K', 'M', 'G', 'T'].indexOf(unit);
}
