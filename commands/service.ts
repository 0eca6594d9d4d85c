/**
 * `tradectl service`: the systemd unit of this installation, on stdout or in a file, and the commands that put
 * it in force. Nothing is installed from here: that is root's to do, and to read first.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, TradectlError } from '../src/domain/errors.ts';
import { packageFacts } from '../src/host/package-facts.ts';
import { installCommands, serviceUnit, type UnitFacts } from '../src/host/service-unit.ts';
import { confirmMild } from './confirm.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeLines, safeText } from './output/safe-text.ts';

export interface ServiceFlags {
  readonly user: string;
  readonly out?: string;
  readonly yes?: boolean;
}

/** Where a service keeps its state when no home was named. */
const SERVICE_HOME = '/var/lib/tradectl';
const UNIT_NAME = 'tradectl.service';

export async function service(context: Context, flags: ServiceFlags): Promise<number> {
  const facts: UnitFacts = {
    home: context.homeIsNamed ? context.home : SERVICE_HOME,
    user: flags.user,
    node: process.execPath,
    program: join(packageFacts().root, 'dist/bin/tradectl.js'),
  };
  const unit = serviceUnit(facts);
  const file = flags.out === undefined ? null : unitFile(flags.out);
  if (file !== null) await save(context, { file, unit, yes: flags.yes === true });
  const install = installCommands(facts, file ?? UNIT_NAME, isKnownUser(facts.user));
  if (context.json) {
    const { home, user } = facts;
    const as_of_ms = context.clock.now();
    context.out(
      jsonLine({ schema: 'tradectl.service/1', as_of_ms, home, user, file, unit, install }),
    );
    return 0;
  }
  if (file === null) {
    context.out(safeLines(unit));
    // A redirected unit stays a unit; at a terminal the next step is wanted.
    if (context.terminal.outIsTty) {
      context.err(
        'Save it, and see how it is put in force:\n  tradectl service --out tradectl.service\n',
      );
    }
    return 0;
  }
  const lines = install.map((command) => `  ${safeText(command)}\n`);
  context.out(`Saved ${safeText(file)}. In force with:\n${lines.join('')}`);
  return 0;
}

/** systemd goes by the name of the file. */
function unitFile(written: string): string {
  const file = resolve(written);
  if (/[\w@:.-]\.service$/.test(file)) return file;
  throw new TradectlError('USAGE', `${written} is not the name of a service`, {
    hint: 'its name ends in .service: --out tradectl.service',
  });
}

async function save(
  context: Context,
  { file, unit, yes }: { file: string; unit: string; yes: boolean },
): Promise<void> {
  if (existsSync(file) && readFileSync(file, 'utf8') !== unit) {
    await confirmMild(context, { what: `replace ${file}, which differs`, yes });
  }
  try {
    writeFileSync(file, unit);
    // Whatever the umask: a unit holds no secret, and systemd warns of stranger modes.
    chmodSync(file, 0o644);
  } catch (cause) {
    const why = messageOf(cause);
    throw new TradectlError('USAGE', `${file} cannot be written: ${why}`, {
      hint: 'name a file that you may write, or print it: tradectl service',
      cause,
    });
  }
}

function isKnownUser(name: string): boolean {
  try {
    return readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`);
  } catch {
    return false;
  }
}
