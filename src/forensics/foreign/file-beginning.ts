/** What the first bytes of a file tell: how its text is encoded, and that it is no text at all. */
import { TradectlError } from '../../domain/errors.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** By the byte order mark; without one, by the zero beside the first letters of a table, a brace or a date. */
export function encodingOf(bytes: Buffer): Encoding {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : 'utf-8';
}

interface Container {
  readonly begins: string;
  readonly what: string;
  readonly hint: string;
}

const CONTAINERS: readonly Container[] = [
  { begins: '\x1f\x8b', what: 'is compressed (gzip)', hint: 'unpack it first: gunzip FILE' },
  {
    begins: '\x28\xb5\x2f\xfd',
    what: 'is compressed (zstd)',
    hint: 'unpack it first: unzstd FILE',
  },
  {
    begins: 'PK\x03\x04',
    what: 'is a zip archive or a spreadsheet',
    hint: 'unpack it, or save the sheet as CSV',
  },
  {
    begins: 'SQLite format 3\0',
    what: 'is a database',
    hint: "export its rows first: sqlite3 -csv -header FILE 'SELECT * FROM events' > events.csv",
  },
];

/** Throws FILE_INVALID with what to do about it. */
export function refuseContainer(path: string, bytes: Buffer): void {
  const found = CONTAINERS.find(({ begins }) =>
    bytes.subarray(0, begins.length).equals(Buffer.from(begins, 'latin1')),
  );
  if (found === undefined) return;
  throw new TradectlError('FILE_INVALID', `${path}: ${found.what}, not text`, { hint: found.hint });
}
