/** Which live venue, and whose account: said before anything is asked of it, in the same words everywhere. */
export interface VenueFacts {
  readonly venue: string;
  readonly mode: string;
  readonly host: string;
  readonly account: string;
  /** Address of a rehearsal venue; null for the real one. */
  readonly rehearsal: string | null;
}

/** `krakenfutures LIVE at futures.kraken.com, account main`. */
export function venueLine({ venue, mode, host, account, rehearsal }: VenueFacts): string {
  const isLive = mode === 'live';
  if (rehearsal !== null) {
    const fills = isLive ? '' : ', prices only, paper fills';
    return `${venue} rehearsed at ${rehearsal}${fills}, account ${account}`;
  }
  if (!isLive) return `${venue}: prices of ${host}, paper fills, account ${account}`;
  return `${venue} LIVE at ${host}, account ${account}`;
}
