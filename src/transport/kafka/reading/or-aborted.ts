/** Resolves with the work, or as soon as one of the signals aborts: a broker that is silent holds nobody back. */
export async function orAborted(work: Promise<void>, ...signals: readonly AbortSignal[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  for (const signal of signals) signal.addEventListener('abort', done);
  if (signals.some(signal => signal.aborted)) done();
  work.then(resolve, reject);
  try {
    await promise;
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', done);
  }
}
