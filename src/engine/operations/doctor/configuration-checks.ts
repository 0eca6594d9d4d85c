/** The configuration as the next start would read it, and what the key at the venue may do. */
import type { ConfigSource } from '../../../config/inspect.ts';
import { tradesWithKey } from './ask-venue.ts';
import { inspectConfig } from '../../../config/inspect.ts';
import { violationText } from '../../../config/load.ts';
import { messageOf, TradectlError } from '../../../domain/errors.ts';
import { shellWord } from '../../../domain/shell-word.ts';
import type { Finding } from '../../../host/check.ts';

/** What a venue says of a key; null: it does not tell. */
export interface KeyReport {
  readonly canTrade: boolean | null;
  readonly canWithdraw: boolean | null;
  readonly canTransfer: boolean | null;
  readonly ipAllowList: boolean | null;
  /** Enough to recognise the key, not to use it. */
  readonly fingerprint: string;
  /** Why the account cannot be traded by this program; null when it can. */
  readonly refusal: string | null;
}

export type KeyAnswer =
  | { readonly asked: false; readonly why: string }
  | { readonly asked: true; readonly report: KeyReport };

const CONFIGURATION_WHY =
  'A safety limit tighter than an operating limit fires every time; the bot does not start with one.';

function judgeConfiguration(source: ConfigSource): Finding {
  const { file, settings, violations } = inspectConfig(source);
  const changed = settings.filter((row) => row.source !== 'default').length;
  const count = violations.length;
  const place = file ?? 'defaults';
  return {
    verdict: count > 0 ? 'fail' : 'ok',
    figure:
      count > 0
        ? `${count} violation${count === 1 ? '' : 's'} (${place})`
        : `valid, ${changed} set, the relations of all limits hold (${place})`,
    numbers: { violations: count, changed },
    why: CONFIGURATION_WHY,
    details: violations.map(violationText),
    fix: count === 0 ? [] : mending(file, source),
  };
}

/** `--config` is said again where it was said: without it another file would be judged. */
function mending(file: string | null, { configFile }: ConfigSource): string[] {
  const check = `tradectl config check${configFile === null ? '' : ` --config ${shellWord(configFile)}`}`;
  return [`# put right what is named above${file === null ? '' : ` in ${file}`}, then:`, check];
}

/** A file that cannot be read at all stops the next start as a violation does. */
export function checkConfiguration(source: ConfigSource): Finding {
  try {
    return judgeConfiguration(source);
  } catch (error) {
    if (!(error instanceof TradectlError)) throw error;
    const hint = error.hint === null ? [] : [`# ${error.hint}`];
    const fix = [...hint, ...mending(null, source)];
    return { verdict: 'fail', figure: error.message, why: CONFIGURATION_WHY, fix };
  }
}

const KEY_WHY =
  'Whoever gets hold of a key that may withdraw takes the money; one that works from any address works for them too.';

export async function checkKeyRights(
  source: ConfigSource,
  checkKey: () => Promise<KeyAnswer>,
): Promise<Finding> {
  let withKey: boolean;
  try {
    withKey = tradesWithKey(source);
  } catch (error) {
    const fix = mending(null, source);
    // Whoever wanted the venue asked hears why it was not.
    await checkKey().catch(() => null);
    return { verdict: 'unknown', figure: messageOf(error), why: KEY_WHY, fix };
  }
  if (!withKey) {
    return { verdict: 'ok', figure: 'none is needed: orders stay on paper', why: KEY_WHY };
  }
  const answer = await checkKey();
  if (!answer.asked) throw new Error(answer.why);
  return keyFinding(answer.report);
}

/** Withdrawal and transfer are never needed to trade; an address list is the fence between two hosts. */
export function keyFinding(report: KeyReport): Finding {
  const { canTrade, canWithdraw, canTransfer, ipAllowList, fingerprint, refusal } = report;
  const bad = [
    ...(canWithdraw === true ? ['it may withdraw'] : []),
    ...(canTransfer === true ? ['it may transfer'] : []),
    ...(refusal === null ? [] : [refusal]),
  ];
  const poor = [
    ...(canTrade === false ? ['it may not trade'] : []),
    ...(ipAllowList === false ? ['it works from any address'] : []),
  ];
  const untold = Object.entries({ canTrade, canWithdraw, canTransfer, ipAllowList })
    .filter(([, right]) => right === null)
    .map(([name]) => TOLD[name as keyof typeof TOLD]);
  const faults = [...bad, ...poor];
  return {
    verdict: bad.length > 0 ? 'fail' : poor.length > 0 ? 'warn' : 'ok',
    figure: `${fingerprint}: ${faults.length === 0 ? 'trades, and nothing more' : faults.join(', ')}`,
    numbers: { faults: faults.length, untold: untold.length },
    why: KEY_WHY,
    details: untold.length === 0 ? [] : [`the venue does not tell: ${untold.join(', ')}`],
    fix:
      faults.length === 0
        ? []
        : [
            '# at the venue make a new key: trading only, no withdrawal, no transfer,',
            '# restricted to the address of this host; put it into .env.local (0600)',
            '# and delete the old one. The address the venue sees:',
            'curl -s https://ifconfig.me',
          ],
  };
}

const TOLD = {
  canTrade: 'trading',
  canWithdraw: 'withdrawal',
  canTransfer: 'transfer',
  ipAllowList: 'address list',
};
