/** What any browser and Node give alike. */
import type { Machine } from './patient-fetch.ts';

export const thisMachine: Machine = {
  fetch: request => fetch(request),
  now: () => Date.now(),
  sleep: (wait_ms, signal) =>
    new Promise(resolve => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, wait_ms);
      signal.addEventListener('abort', done);
    }),
  limit: limit_ms => AbortSignal.timeout(limit_ms),
  random: () => Math.random(),
  draw: count => crypto.getRandomValues(new Uint8Array(count)),
};
