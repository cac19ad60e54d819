/** What a thread comes to that works on one thing. */
import type { Worker } from 'node:worker_threads';

/**
 * The outcome that `listen` is told of; the thread's failure, its early end and the signal reject. Whatever comes first,
 * the thread is ended before this is over.
 */
export async function outcomeOf<T>(
  worker: Worker,
  signal: AbortSignal,
  listen: (resolve: (outcome: T) => void, reject: (reason: unknown) => void) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop);
  worker.on('error', reject);
  worker.on('exit', code => reject(new Error(`its thread ended with code ${code}`)));
  listen(resolve, reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate(); // and the kernel's own threads with it
  }
}
