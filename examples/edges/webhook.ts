/** A call of somebody's HTTP service, for `mapAsync`: once for each value, by the id of the call. */
import type { AsyncCall } from '../../src/index.ts';

/** The service has understood and does not want it: to ask again would not help. */
export class Refused extends Error {}

/** POSTs values as JSON; the service does once what it is asked for twice with one `Idempotency-Key`. */
export const webhook =
  (url: string) =>
  async (value: unknown, { id, signal }: AsyncCall): Promise<{ readonly status: number }> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(value),
      signal,
    });
    await response.body?.cancel();
    if (response.ok) return { status: response.status };
    const problem = `${url} answered ${response.status}`;
    throw response.status < 500 && response.status !== 429 ? new Refused(problem) : new Error(problem);
  };

/** Whether to ask again may help. */
export const mayPass = (error: unknown): boolean => !(error instanceof Refused);
