/** How often something is sent again, and after which waits. */

export interface Retry {
  /** How often it is sent at most, the first time counted; 1 to 10. */
  readonly attempts: number;
  /** The second time after this many milliseconds at most, each further time after twice as many. */
  readonly firstWait_ms: number;
  /** No wait is longer; a server that asks for a longer one is not asked again. */
  readonly longestWait_ms: number;
}

export const usualRetry: Retry = { attempts: 3, firstWait_ms: 200, longestWait_ms: 10_000 };

/** Statuses that may be another one a moment later: 429 of rates, 503 of the server, 502 and 504 of what is between. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export const isPassing = (status: number): boolean => passing.has(status);

/** What the header Retry-After says, in milliseconds from now; undefined where it says nothing (RFC 9110, 10.2.3). */
export function retryAfter_ms(headers: Headers, now: number): number | undefined {
  const given = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1_000;
  const date = /[a-z]/i.test(given) ? Date.parse(given) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Milliseconds to wait after so many attempts. Drawn from nothing up to the bound, so that those who failed together do
 * not come back together (full jitter: Brooker, "Exponential Backoff and Jitter", 2015); behind what the server asks
 * for, where it does.
 */
export function waitAfter(attempts: number, retry: Retry, random: () => number, asked_ms?: number): number {
  const most = Math.min(retry.longestWait_ms, retry.firstWait_ms * 2 ** (attempts - 1));
  return asked_ms === undefined ? random() * most : asked_ms + random() * retry.firstWait_ms;
}
