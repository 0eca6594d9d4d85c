/**
 * A process whose heap is full is ended by V8 at once: no handler runs, nothing can be journaled. Node then
 * writes a report, and that is the only word of the dying process about its death.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^abort-\d+\.json$/;
const KEPT = 5;

/** Call once, at the start of a long life: an abort leaves `abort-PID.json` in this folder. */
export function leaveReportOnAbort(folder: string): void {
  // The report is written by Node itself, with the mode that the mask leaves.
  process.umask(0o077);
  const { report } = process;
  report.directory = folder;
  report.filename = `abort-${process.pid}.json`;
  report.compact = true;
  // The environment may hold secrets, and looking up peers by name takes time that a full heap has not.
  Object.assign(report, { excludeEnv: true, excludeNetwork: true });
  report.reportOnFatalError = true;
  for (const file of abortReports(folder).slice(KEPT)) rmSync(file, { force: true });
}

/** Reports in a folder, newest first. */
export function abortReports(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
  return names
    .map((name) => join(folder, name))
    .map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at)
    .map(({ file }) => file);
}
