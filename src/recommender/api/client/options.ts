/** What a client is made with, and what of it cannot be meant. */
import { InvalidClient } from './errors.ts';
import type { Machine, Sending } from './patient-fetch.ts';
import { type Retry, usualRetry } from './retry.ts';

export interface ClientOptions {
  /** Where the API is; on a page, if absent, where the page came from. */
  readonly baseUrl?: string;
  /** API key or token that every request shows. */
  readonly token?: string;
  /** In its place: asked before each attempt, so that a token that runs out is never shown. Undefined shows none. */
  readonly getToken?: () => string | undefined | Promise<string | undefined>;
  /** In place of the machine's own. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Of what may be sent again; 3 attempts where absent. */
  readonly retry?: Partial<Retry>;
  /** Milliseconds for an attempt, beside what a request asks the server to wait; 10,000 where absent. */
  readonly limit_ms?: number;
  /** Further headers of every request, as a gateway may ask for. */
  readonly headers?: { readonly [name: string]: string };
}

export interface WatchOptions {
  readonly n?: number;
  readonly genre?: readonly string[];
  readonly maxPerGenre?: number;
  readonly exclude?: 'seen' | 'bought' | 'none';
  /** Ends it; the loop over it then ends too. */
  readonly signal?: AbortSignal;
  /** A connection that is silent for so long counts as broken; 45 s where absent. The server gives signs of life. */
  readonly silence_ms?: number;
}

/** @throws {InvalidClient} */
export function sendingOf(machine: Machine, options: ClientOptions): Sending {
  const { token, getToken, limit_ms = 10_000, retry = {} } = options;
  if (token !== undefined && getToken !== undefined)
    throw new InvalidClient('Both `token` and `getToken` are given', 'Leave one of them out');
  const sending = {
    machine: options.fetch === undefined ? machine : { ...machine, fetch: options.fetch },
    token: async () => showable(token ?? (await getToken?.())),
    retry: { ...usualRetry, ...retry },
    limit_ms,
  };
  const { attempts, firstWait_ms, longestWait_ms } = sending.retry;
  checkBound('retry.attempts', attempts, 1, 10);
  checkBound('retry.firstWait_ms', firstWait_ms, 0, 60_000);
  checkBound('retry.longestWait_ms', longestWait_ms, 0, 600_000);
  checkBound('limit_ms', limit_ms, 1, 600_000);
  return sending;
}

function checkBound(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most && (name !== 'retry.attempts' || Number.isInteger(value))) return;
  throw new InvalidClient(`\`${name}\` is ${value}`, `Give one of ${least} to ${most}`);
}

/** What a header cannot hold is refused here: elsewhere the error would repeat it. */
function showable(token: string | undefined): string | undefined {
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidClient('The token has characters that no header may have', 'Give it without spaces and line ends');
}
