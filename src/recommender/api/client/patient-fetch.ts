/** Sends a request as often as it may be sent and is worth it, each time with the caller's token and within a limit. */
import { MillraceError } from '../../../errors.ts';
import { TimedOut, Unreachable } from './errors.ts';
import { isPassing, type Retry, retryAfter_ms, waitAfter } from './retry.ts';

/** What a machine gives: time, chance and the network. */
export interface Machine {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves after the wait, or as soon as the signal aborts. */
  readonly sleep: (wait_ms: number, signal: AbortSignal) => Promise<void>;
  /** Aborts after so many milliseconds. */
  readonly limit: (limit_ms: number) => AbortSignal;
  /** At least 0 and less than 1; of waits. */
  readonly random: () => number;
  /** So many bytes that nobody guesses; of keys. */
  readonly draw: (count: number) => Uint8Array;
}

export interface Sending {
  readonly machine: Machine;
  /** What each attempt shows, asked for anew: tokens run out. Undefined where nothing is shown. */
  readonly token: () => Promise<string | undefined>;
  readonly retry: Retry;
  /** Milliseconds for an attempt, beside what the request asks the server to wait. */
  readonly limit_ms: number;
}

/**
 * The answer, whatever its status, with its body read. What may not be repeated is sent once. @throws {TimedOut}
 * {Unreachable}, and the reason of the request's signal where that gave up
 */
export async function send(sending: Sending, request: Request, mayRepeat: boolean): Promise<Response> {
  const { machine, retry } = sending;
  const attempts = mayRepeat ? retry.attempts : 1;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attempted(sending, request);
    const wait_ms = attempt < attempts ? waitBeforeNext(outcome, attempt, sending) : undefined;
    if (wait_ms === undefined) return answerOf(outcome);
    await machine.sleep(wait_ms, request.signal);
    request.signal.throwIfAborted();
  }
}

/** Shows the token, too. A failure is an outcome like any other: it may be tried again. */
async function attempted(sending: Sending, request: Request): Promise<Response | MillraceError> {
  const { machine } = sending;
  const limit_ms = sending.limit_ms + waitIn(request.url);
  const limit = machine.limit(limit_ms);
  const attempt = await withToken(request, sending, AbortSignal.any([request.signal, limit]));
  try {
    const answer = await machine.fetch(attempt);
    return await whole(answer);
  } catch (error) {
    request.signal.throwIfAborted();
    return limit.aborted ? new TimedOut(limit_ms, error) : new Unreachable(error);
  }
}

/**
 * An answer that goes on for ever, once it begins: the limit is for that alone, and what breaks off later is for its
 * reader. Sent once. @throws {TimedOut} {Unreachable}
 */
export async function begin(sending: Sending, request: Request): Promise<Response> {
  const { machine, limit_ms } = sending;
  const [late, begun] = [new AbortController(), new AbortController()];
  const attempt = await withToken(request, sending, AbortSignal.any([request.signal, late.signal]));
  const limit = machine.sleep(limit_ms, begun.signal).then(() => begun.signal.aborted || late.abort());
  try {
    return await machine.fetch(attempt);
  } catch (error) {
    throw late.signal.aborted ? new TimedOut(limit_ms, error) : new Unreachable(error);
  } finally {
    begun.abort();
    await limit;
  }
}

/** A copy: the body of the request itself is there for the next attempt. */
async function withToken(request: Request, { token }: Pick<Sending, 'token'>, signal: AbortSignal) {
  const shown = await token();
  const copy = new Request(request.clone(), { signal });
  if (shown !== undefined) copy.headers.set('authorization', `Bearer ${shown}`);
  return copy;
}

/** Milliseconds that the server was asked to wait before it answers. */
function waitIn(url: string): number {
  const wait_ms = Number(new URL(url).searchParams.get('wait') ?? 0);
  return Number.isFinite(wait_ms) ? Math.max(0, wait_ms) : 0;
}

/** An answer that breaks off is none: so it is read here, where it can be asked for again. */
async function whole(answer: Response): Promise<Response> {
  const { status, statusText, headers } = answer;
  const body = await answer.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** Undefined where it is not worth it. */
function waitBeforeNext(outcome: Response | MillraceError, attempt: number, { machine, retry }: Sending) {
  if (outcome instanceof MillraceError) return waitAfter(attempt, retry, machine.random);
  if (!isPassing(outcome.status)) return undefined;
  const asked_ms = retryAfter_ms(outcome.headers, machine.now());
  if (asked_ms !== undefined && asked_ms > retry.longestWait_ms) return undefined;
  return waitAfter(attempt, retry, machine.random, asked_ms);
}

function answerOf(outcome: Response | MillraceError): Response {
  if (outcome instanceof MillraceError) throw outcome;
  return outcome;
}
