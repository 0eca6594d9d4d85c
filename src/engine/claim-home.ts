/**
 * One home belongs to one recording, one window and one configuration, or to one account of one live
 * venue, whose configuration may change. A second one is refused: its events would be folded onto
 * positions that another market made.
 */
import { resolve } from 'node:path';
import { restoreConfig, type LoadedConfig } from '../config/load.ts';
import type { Db } from '../core/database.ts';
import { readMeta, writeMeta } from '../core/meta.ts';
import { ms, type Ms } from '../domain/clock.ts';
import { TradectlError } from '../domain/errors.ts';

export interface Window {
  readonly from: Ms | null;
  readonly to: Ms | null;
}

/** Where the markets come from. */
export interface ClaimedSource {
  readonly digest: string;
  /** Folder of a recording; null for a live venue. */
  readonly dir: string | null;
}

export interface Claim {
  readonly source: ClaimedSource;
  readonly loaded: LoadedConfig;
  readonly window: Window;
}

/** The window asked for, or the one the home was started with when none is asked for. */
export function storedWindow(db: Db, asked: Window): Window & { readonly dir: string | null } {
  const written = readMeta(db, 'window');
  const dir = readMeta(db, 'feed_dir');
  if (written === null || asked.from !== null || asked.to !== null) {
    return { from: asked.from, to: asked.to, dir };
  }
  const [from, to] = written.split(',').map((part) => (part === '' ? null : ms(Number(part))));
  return { from: from ?? null, to: to ?? null, dir };
}

/**
 * Configuration and recording the home was started with; null when no start came that far. An
 * operator's command acts under them, whatever the files, variables and flags of today say: none of
 * them may stand between an operator and a close.
 */
export function startedWith(db: Db): StartedWith | null {
  const written = readMeta(db, 'config');
  if (written === null) return null;
  const loaded = restoreConfig(JSON.parse(written) as LoadedConfig['values']);
  const rehearse = readMeta(db, 'rehearse_url');
  return { loaded, feed: readMeta(db, 'feed_dir'), rehearse: rehearse === '' ? null : rehearse };
}

export interface StartedWith {
  readonly loaded: LoadedConfig;
  readonly feed: string | null;
  /** Address of the rehearsal venue; null for the real one, and on a recording. */
  readonly rehearse: string | null;
}

/** Throws FEED_CHANGED when the home belongs to something else; writes nothing. */
export function refuseOther(db: Db, claim: Claim): void {
  const facts = digestsOf(claim);
  const isLive = claim.source.dir === null;
  const words = {
    feed_digest: isLive ? 'venue, mode or account' : 'recording or venue',
    config_digest: 'configuration',
    window: 'window',
  };
  for (const key of ['feed_digest', 'config_digest', 'window'] as const) {
    const held = readMeta(db, key);
    if (held === null || held === facts[key] || (isLive && key === 'config_digest')) continue;
    throw new TradectlError(
      'FEED_CHANGED',
      `this home was started with another ${words[key]}; its journal cannot go on with this one`,
      { hint: `use a fresh --home, or start with the same ${words[key]} again` },
    );
  }
}

/**
 * Writes what the home belongs to. Only for a recording that could be opened: an operator who mends a
 * bad file and starts again must not be told that it is another recording.
 */
export function claimHome(db: Db, claim: Claim): void {
  const { source, loaded } = claim;
  writeMeta(db, {
    ...digestsOf(claim),
    account: loaded.config.account,
    config: JSON.stringify(loaded.values),
    // The next command may be typed in another directory.
    ...(source.dir === null ? {} : { feed_dir: resolve(source.dir) }),
  });
}

function digestsOf({
  source,
  loaded,
  window,
}: Claim): Readonly<Record<'feed_digest' | 'config_digest' | 'window', string>> {
  return {
    feed_digest: source.digest,
    config_digest: loaded.digest,
    window: `${window.from ?? ''},${window.to ?? ''}`,
  };
}
