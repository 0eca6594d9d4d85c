import { expect, it } from 'vitest';
import { venueLine } from '../../../src/domain/venue-facts.ts';

const HOST = 'futures.kraken.com';
const REHEARSAL = 'http://127.0.0.1:4711';

it.each([
  ['live', null, `krakenfutures LIVE at ${HOST}, account main`],
  ['live', REHEARSAL, `krakenfutures rehearsed at ${REHEARSAL}, account main`],
  ['paper', null, `krakenfutures: prices of ${HOST}, paper fills, account main`],
  [
    'paper',
    REHEARSAL,
    `krakenfutures rehearsed at ${REHEARSAL}, prices only, paper fills, account main`,
  ],
])('mode %s, rehearsal %s: %s', (mode, rehearsal, line) =>
  expect(venueLine({ venue: 'krakenfutures', mode, host: HOST, account: 'main', rehearsal })).toBe(
    line,
  ),
);
