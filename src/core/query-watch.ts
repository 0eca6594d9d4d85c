/**
 * A thread beside a running query: when the process that asked is gone, or the query outlived its time although
 * nobody killed it, it ends the whole process. A query nobody waits for would pin the write-ahead log.
 */
import { workerData } from 'node:worker_threads';

const LOOK_MS = 200;

interface Watched {
  readonly lifetimeMs: number;
  /** Told, not looked up: whoever asked may be gone before this thread runs. */
  readonly askerPid: number;
}

const { lifetimeMs, askerPid } = workerData as Watched;
const end = (): void => void process.kill(process.pid, 'SIGKILL');

setTimeout(end, lifetimeMs);
setInterval(() => {
  if (process.ppid !== askerPid) end();
}, LOOK_MS);
