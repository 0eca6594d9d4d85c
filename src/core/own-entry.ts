/**
 * Where a file lies that runs as a process or thread of its own: beside this one in the sources, and in the built
 * program, whose other files have no fixed names, in `dist/core/` (`scripts/build.mjs`).
 */
export function ownEntry(name: 'query-child' | 'query-watch'): URL {
  const isBuilt = import.meta.url.endsWith('.js');
  return new URL(isBuilt ? `../core/${name}.js` : `${name}.ts`, import.meta.url);
}
