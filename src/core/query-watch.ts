/**
 * A thread beside a running query: when the process that asked is gone, or the query outlived its time although
 * nobody killed it, it ends the whole process. A query nobody waits for would pin the write-ahead log.
 */
import { workerData } from 'node:worker_threads';

const LOOK_MS = 200;

const { lifetimeMs } = workerData as { readonly lifetimeMs: number };
const parent = process.ppid;
const end = (): void => void process.kill(process.pid, 'SIGKILL');

setTimeout(end, lifetimeMs);
setInterval(() => {
  if (process.ppid !== parent) end();
}, LOOK_MS);
