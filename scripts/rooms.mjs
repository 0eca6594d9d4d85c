// Who may import whom (design, "The house"). One table, used by the lint rule and the tidy test.

/** Room of a source file: its folder under src/, or `commands`, `bin`. */
export function roomOf(path) {
  const match = /^(?:src\/(venue\/[a-z]+|[a-z]+)\/|(commands|bin)\/)/.exec(path);
  return match === null ? null : (match[1] ?? match[2]);
}

const PURE = ['domain'];

/** Rooms and single files that a room may import, besides itself. */
export const MAY_IMPORT = {
  domain: [],
  strategy: PURE,
  portfolio: PURE,
  risk: PURE,
  protection: PURE,
  reconcile: PURE,
  core: ['domain'],
  market: [
    'domain',
    'src/core/candle-store.ts',
    'src/core/candle-import.ts',
    'src/core/candle-csv.ts',
  ],
  host: ['domain'],
  config: [
    'domain',
    'src/core/is-there.ts',
    'src/strategy/settings.ts',
    'src/risk/limits.ts',
    'src/venue/paper/settings.ts',
  ],
  venue: ['domain'],
  'venue/paper': ['domain', 'src/venue/port.ts', 'src/core/database.ts'],
  'venue/ccxt': ['domain', 'src/venue/port.ts'],
  'venue/rehearsal': ['domain', 'src/venue/port.ts', 'venue/paper'],
  execution: ['domain', 'core', 'src/venue/port.ts'],
  engine: [
    'domain',
    'strategy',
    'portfolio',
    'risk',
    'protection',
    'reconcile',
    'core',
    'market',
    'host',
    'config',
    'venue',
    'venue/paper',
    'venue/ccxt',
    'venue/rehearsal',
    'execution',
  ],
  forensics: ['domain', 'core', 'src/venue/port.ts', 'src/config/nearest.ts'],
  // A drill makes a whole world, damage included, and asks it afterwards: it may look behind the port.
  drills: ['domain', 'core', 'engine', 'forensics', 'host', 'protection', 'venue/paper'],
  commands: ['domain', 'drills', 'engine', 'forensics', 'host', 'config', 'strategy', 'core'],
  bin: ['commands'],
};

/** Packages that only the named rooms or files may load, statically or not. */
export const PACKAGE_OWNERS = {
  'better-sqlite3': ['core', 'venue/paper'],
  'decimal.js': ['src/domain/decimal.ts'],
  ccxt: ['venue/ccxt'],
  chalk: ['commands'],
  'cli-table3': ['commands'],
  inquirer: ['commands'],
  commander: ['commands'],
  valibot: ['config'],
  'smol-toml': ['config', 'forensics'],
  // The rehearsal's feeds, and the wake-up of a live venue.
  ws: ['venue/rehearsal', 'venue/ccxt'],
  'lightweight-charts': ['forensics'],
};

/** Rooms without I/O: they may load no Node module at all (domain may hash). */
const NO_NODE = new Set(['strategy', 'portfolio', 'risk', 'protection', 'reconcile']);

/** Why `from` (a path from the repository root) may not import `to` (such a path, or a package). */
export function violation(from, to) {
  const room = roomOf(from);
  if (room === null) return null;
  if (to.startsWith('node:')) {
    const allowed = room === 'domain' ? to === 'node:crypto' : !NO_NODE.has(room);
    return allowed ? null : `${room} is a pure room: no ${to}`;
  }
  const target = roomOf(to);
  if (target === null) return packageViolation(from, room, to);
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return `${room} is not a room of the house`;
  if (target === room || allowed.includes(target) || allowed.includes(to)) return null;
  return `${room} may not import ${target}`;
}

function packageViolation(from, room, specifier) {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const owners = PACKAGE_OWNERS[name];
  if (owners === undefined) return `${name} has no room: name its owner in scripts/rooms.mjs`;
  return owners.includes(room) || owners.includes(from)
    ? null
    : `only ${owners.join(', ')} may load ${name}`;
}
