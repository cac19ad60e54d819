/** A machine whose network says what the test wants, and whose waits are over at once and written down. */
import type { Machine } from '../../../../src/recommender/api/client/patient-fetch.ts';

export type Said = (request: Request) => Response | Promise<Response>;

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json(
    { type: 'about:blank', title: 'Title', status, code, detail: `${code} it is` },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );

/** Answers one after the other, and the last for ever. */
export function machineOf(...says: readonly Said[]) {
  const requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: Headers;
    readonly body: string;
  }[] = [];
  const waits: number[] = [];
  let now = 0;
  let drawn = 0;
  const machine: Machine = {
    fetch: async request => {
      const copy = request.clone();
      requests.push({ method: copy.method, url: copy.url, headers: copy.headers, body: await copy.text() });
      request.signal.throwIfAborted();
      const say = says[Math.min(requests.length, says.length) - 1];
      if (say === undefined) throw new Error('The test says nothing');
      return say(request);
    },
    now: () => now,
    sleep: (wait_ms, signal) => {
      // A wait for silence, or for a limit, goes on until somebody ends it.
      if (wait_ms >= 9_999)
        return new Promise(resolve => {
          signal.addEventListener('abort', () => resolve());
        });
      if (signal.aborted) return Promise.resolve();
      waits.push(wait_ms);
      now += wait_ms;
      return Promise.resolve();
    },
    limit: () => new AbortController().signal,
    random: () => 0.5,
    draw: count => new Uint8Array(count).fill((drawn += 1)),
  };
  return { machine, requests, waits };
}
