/**
 * `tradectl rehearse`: words and signals around the local venue. Key and secret are printed here and
 * nowhere else; they open nothing but this process.
 */
import { openRehearsal, type Rehearsal } from '../src/engine/operations/rehearse.ts';
import { isoTime, type Ms } from '../src/domain/clock.ts';
import type { Context } from './context.ts';
import { failureOf } from './errors.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';
import { stopOnSignals } from './stop-on-signals.ts';

export interface RehearseFlags {
  readonly port: number;
  readonly feed?: string;
  readonly faults?: string;
  readonly seed?: string;
  readonly speed: number;
  readonly for?: Ms;
}

export async function rehearse(context: Context, flags: RehearseFlags): Promise<number> {
  // Before the server: a signal while the recording is read must not end it half-way.
  const stop = stopOnSignals();
  try {
    const rehearsal = await openRehearsal({
      feed: flags.feed ?? null,
      faultsFile: flags.faults ?? null,
      port: flags.port,
      clock: context.clock,
      speed: flags.speed,
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
      onDefect: (error) => context.err(failureOf(error, false).text),
    });
    try {
      context.out(context.json ? document(rehearsal) : words(context, rehearsal, flags.speed));
      await untilStopped(context, { signal: stop.signal, for: flags.for ?? null });
    } finally {
      await rehearsal.close();
    }
    return 0;
  } finally {
    stop.release();
  }
}

function untilStopped(
  { clock }: Context,
  { signal, for: duration }: { signal: AbortSignal; for: Ms | null },
): Promise<void> {
  if (duration !== null) return clock.sleep(duration, signal);
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function document({ url, apiKey, apiSecret }: Rehearsal): string {
  const schema = 'tradectl.rehearse/1';
  return jsonLine({ schema, url, api_key: apiKey, api_secret: apiSecret });
}

function words({ clock }: Context, rehearsal: Rehearsal, speed: number): string {
  const { url, apiKey, apiSecret, feed, markets, faultRules } = rehearsal;
  const rules = faultRules === 0 ? '' : `, ${faultRules} fault rule${faultRules === 1 ? '' : 's'}`;
  return [
    `A local Kraken Futures answers at ${url}`,
    `${markets} markets of ${safeText(feed)}${rules}; started ${at(clock.now())}.`,
    ...(speed === 1 ? [] : [paceWords(speed)]),
    'Nothing here costs money. Ctrl-C ends it; the account is then gone.',
    '',
    'Point a bot at it, with mode = "live" in its tradectl.toml:',
    `  export KRAKENFUTURES_API_KEY=${apiKey}`,
    `  export KRAKENFUTURES_API_SECRET=${apiSecret}`,
    `  tradectl run --rehearse ${url} \\`,
    '    --venue krakenfutures --mode live --confirm ACCOUNT --home ./rehearsal',
    'Without key and mode it takes the prices, and fills on paper. For any other',
    'client the hosts of Kraken Futures go to this address.',
    '',
    'Steer it (docs/rehearsal.md has the rest):',
    `  ctl=${url}/__ctl`,
    '  curl $ctl/requests',
    `  curl $ctl/price -d '{"symbol":"PF_XBTUSD","price":"60000"}'`,
    `  curl $ctl/next-status -d '{"status":"invalidSize"}'`,
    `  curl $ctl/faults -d '[{"match":{"path":"fills"},"action":"hang"}]'`,
    `  curl $ctl/clock -d '{"advance_ms":14400000}'`,
    "  curl $ctl/clear -d ''",
    '',
  ].join('\n');
}

function paceWords(speed: number): string {
  if (speed === 0) return 'Its time stands still until $ctl/clock moves it.';
  return `Its time runs ${speed} times as fast as ours.`;
}

function at(now: Ms): string {
  return `${isoTime(now).slice(0, 16).replace('T', ' ')} UTC`;
}
