/** Threads for engines. One can be made before it is known what for: loading its code takes as long as loading ours. */
import { Worker } from 'node:worker_threads';

let warm: Worker | undefined;

/** Begins to load the thread that the next engine gets. It keeps no process alive. */
export function warmEngine(): void {
  if (warm !== undefined) return;
  warm = made();
  warm.unref();
}

/** The warm thread, else a new one. */
export function engineWorker(): Worker {
  const worker = warm ?? made();
  warm = undefined;
  worker.ref();
  return worker;
}

function made(): Worker {
  const entry = import.meta.url.endsWith('.ts') ? './engine-worker.ts' : './engine-worker.js';
  return new Worker(new URL(entry, import.meta.url));
}
