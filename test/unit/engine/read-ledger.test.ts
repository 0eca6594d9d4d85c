/** Legacy ledgers: the same rows from every format, nothing judged, and refusals that name a line. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLedger } from '../../../src/engine/operations/read-ledger.ts';
import type { LedgerRow } from '../../../src/reconcile/stage-ledger.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tradectl-ledger-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function ledger(name: string, content: string): LedgerRow[] {
  const file = join(dir, name);
  writeFileSync(file, content);
  return readLedger(file);
}

function refusal(name: string, content: string): string {
  try {
    ledger(name, content);
  } catch (error) {
    expect(error).toMatchObject({ code: 'FILE_INVALID' });
    return (error as Error).message.slice(dir.length + 1);
  }
  throw new Error('nothing was refused');
}

const TON = { symbol: 'PF_TONUSD', side: 'long', quantity: '100', opened_ms: 1_700_000_000_000 };
const GHOST = { symbol: 'SOL', side: 'short', quantity: '0', status: 'open' };
const ROWS: LedgerRow[] = [
  { row: TON, events: 3 },
  { row: GHOST, events: 0 },
];
const WRITTEN = [
  { ...TON, events: 3 },
  { ...GHOST, event: false },
];

describe('one ledger in every format is the same rows', () => {
  it.each([
    ['a JSON array', 'a.json', JSON.stringify(WRITTEN)],
    ['a document with positions', 'a.json', JSON.stringify({ as_of: 1, positions: WRITTEN })],
    ['the same, written for people', 'a.json', JSON.stringify({ positions: WRITTEN }, null, 2)],
    ['JSON lines', 'a.jsonl', WRITTEN.map((row) => JSON.stringify(row)).join('\n')],
    [
      'JSON lines from Windows, with a blank one',
      'a.txt',
      `${WRITTEN.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\r\n`,
    ],
    [
      'CSV',
      'a.csv',
      'symbol,side,quantity,opened_ms,status,events,event\nPF_TONUSD,long,100,1700000000000,,3,\nSOL,short,0,,open,,false\n',
    ],
    [
      'CSV from Windows, quoted, with a byte order mark',
      'ledger',
      '\uFEFF"symbol","side","quantity","opened_ms","status","events","event"\r\n"PF_TONUSD",long,"100",1700000000000,,3,\r\n\r\nSOL,short,0,,open,,FALSE',
    ],
  ])('%s', (_name, file, content) => expect(ledger(file, content)).toEqual(ROWS));
});

describe('how many events explain a row', () => {
  it.each([
    ['nothing said', {}, 1],
    ['a count', { events: 7 }, 7],
    ['none', { events: 0 }, 0],
    ['"event": false', { event: false, events: 7 }, 0],
    ['"event": true', { event: true }, 1],
    ['a list instead of a count', { events: ['a', 'b'] }, 1],
    ['a negative count', { events: -1 }, 1],
    ['a fraction', { events: 1.5 }, 1],
  ])('with %s', (_name, more, events) => {
    expect(ledger('a.json', JSON.stringify([{ symbol: 'TON', ...more }]))).toEqual([
      { row: { symbol: 'TON' }, events },
    ]);
  });
});

describe('nothing is judged here', () => {
  it('rows without any sense are kept as they are', () => {
    const row = { symbol: null, quantity: -1, notional: 'NaN', extra: { deep: [1] } };
    expect(ledger('a.json', JSON.stringify([row, {}]))).toEqual([
      { row, events: 1 },
      { row: {}, events: 1 },
    ]);
  });

  it('figures of a CSV keep every digit, quoted fields their commas, quotes and line ends', () => {
    const content = 'symbol,quantity,note\nTON,100.00000000000000000001,"a, ""b""\nc"\nSOL,1,d\n';
    expect(ledger('a.csv', content).map(({ row }) => row)).toEqual([
      { symbol: 'TON', quantity: '100.00000000000000000001', note: 'a, "b"\nc' },
      { symbol: 'SOL', quantity: '1', note: 'd' },
    ]);
  });

  it('an empty list is an empty ledger', () => expect(ledger('a.json', '[]')).toEqual([]));
});

describe('refused, with the line', () => {
  it.each([
    ['an empty file', 'a.json', ' \n', 'a.json: is empty'],
    ['broken JSON', 'a.json', '[\n{"a":1},\n{"b":}\n]', 'a.json:3: is no JSON'],
    ['JSON that is cut', 'a.json', '[\n{"a":1},\n{"b":', 'a.json:3: is no JSON'],
    ['a comma that is missing', 'a.json', '[\n{"a":1}\n{"b":2}\n]', 'a.json:3: is no JSON'],
    ['a name without quotes', 'a.json', '{"positions": [\n{a:1},\n{}\n]}', 'a.json:2: is no JSON'],
    [
      'a number beyond all numbers',
      'a.json',
      '[{"quantity":1e400}]',
      'is no JSON: "quantity" is too large',
    ],
    ['a row that is none', 'a.json', '[{"symbol":"TON"},5]', 'a.json: row 2 is no object'],
    ['a position that is none', 'a.json', '{"positions":[null]}', 'positions 1 is no object'],
    [
      'a document of another kind',
      'a.json',
      '{\n"orders":[]}',
      'a.json:1: has no list "positions"',
    ],
    ['a broken line', 'a.jsonl', '{"symbol":"TON"}\n{"symbol":\n', 'a.jsonl:2: is no JSON'],
    [
      'a line that is no row',
      'a.jsonl',
      '{"symbol":"TON"}\n\n[1]\n',
      'a.jsonl:3: line 3 is no object',
    ],
    ['text without a header', 'a.txt', 'hello', 'a.txt:1: has no header'],
    ['two columns of one name', 'a.csv', 'symbol,side,side\n', 'a.csv:1: column "side"'],
    [
      'a row too short',
      'a.csv',
      'symbol,side\n\nTON,long\nSOL\n',
      'a.csv:4: has 1 fields, the header has 2',
    ],
    [
      'an open quote',
      'a.csv',
      'symbol,note\nTON,x\nSOL,"y\n',
      'a.csv:3: a quoted field is not closed',
    ],
    [
      'text behind a quote',
      'a.csv',
      'symbol,note\nTON,"x"y\n',
      'a.csv:2: a field goes on after its end',
    ],
    [
      'a short row behind one of two lines',
      'a.csv',
      'symbol,note\nTON,"x\ny"\nSOL\n',
      'a.csv:4: has 1 fields',
    ],
  ])('%s', (_name, file, content, message) => {
    expect(refusal(file, content)).toContain(message);
  });

  it('a file above 64 MB is not even read', () => {
    const file = join(dir, 'large.json');
    writeFileSync(file, '');
    truncateSync(file, 65 * 1024 * 1024);
    expect(() => readLedger(file)).toThrow('is larger than 64 MB');
  });

  it('a file that is not there', () => {
    expect(() => readLedger(join(dir, 'none.json'))).toThrow(/cannot be read/);
  });
});
