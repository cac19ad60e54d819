/** One value's calls: each within its time, again after a failure that may pass, and given up in the end. */
import { seconds, type Millis } from '../../stream/time.ts';
import type { Clock } from '../clock.ts';
import { TaskStopped } from '../errors.ts';
import { reasonOf } from '../record-failed.ts';
import { LeftOff } from '../retry.ts';
import type { Breaker } from './breaker.ts';
import { type AsyncCall, type CallCounts, type CallPorts, type Outcome, TimedOut } from './call.ts';

/** How often and after which waits a call is tried again. */
export interface RetryOptions {
  /** Tries of a value, the first included; 5 where absent. `Infinity` waits for ever for what may pass. */
  readonly attempts?: number;
  /** Longest wait before the second try; it doubles with each further one. 100 ms where absent. */
  readonly firstWait?: Millis;
  /** What no wait exceeds; 10 s where absent. */
  readonly longestWait?: Millis;
  /** Whether a rejection may pass; where absent each may. A try that took too long always may. */
  readonly when?: (error: unknown) => boolean;
}

/** How a step calls. */
export interface Calling<T, R> {
  readonly step: string;
  readonly work: (value: T, call: AsyncCall) => Promise<R>;
  readonly timeout: Millis;
  readonly retry: Required<RetryOptions>;
  readonly breaker: Breaker | undefined;
  readonly counts: CallCounts;
}

export const retryDefaults: Required<RetryOptions> = {
  attempts: 5,
  firstWait: 100,
  longestWait: seconds(10),
  when: () => true,
};

/** Calls until there is an outcome. Throws `LeftOff` when the task is told to stop, and `TaskStopped` as the work does. */
export async function attempts<T, R>(
  calling: Calling<T, R>,
  value: T,
  id: string,
  ports: CallPorts,
): Promise<Outcome<R>> {
  const { step, retry, breaker, counts } = calling;
  for (let attempt = 1; ; attempt++) {
    await breaker?.admit(ports);
    refuseStopped(step, ports.signal);
    try {
      const result = await once(calling, value, { id, attempt }, ports);
      breaker?.succeeded();
      return { result };
    } catch (error) {
      refuseStopped(step, ports.signal);
      if (!passes(calling, error, attempt, ports) || attempt >= retry.attempts)
        return givenUp(counts, error, attempt, retry);
    }
    counts.retries++;
    await ports.clock.sleep(waitAfter(attempt, retry, ports.clock), ports.signal);
  }
}

/** Whether to try again may help; tells the breaker, and who watches where it opens. */
function passes<T, R>(
  { step, retry, breaker }: Calling<T, R>,
  error: unknown,
  attempt: number,
  ports: CallPorts,
): boolean {
  if (error instanceof TaskStopped) throw error;
  const passing = error instanceof TimedOut || retry.when(error);
  if (!passing)
    breaker?.succeeded(); // it has answered
  else if (breaker?.failed(ports.clock.now()) === true) ports.waiting(step, reasonOf(error), attempt);
  return passing;
}

/** By chance up to a bound that doubles (M. Brooker, "Exponential Backoff And Jitter": full jitter). */
function waitAfter(attempt: number, { firstWait, longestWait }: Required<RetryOptions>, clock: Clock): Millis {
  return (clock.jitter?.() ?? 1) * Math.min(longestWait, firstWait * 2 ** Math.min(attempt - 1, 30));
}

/** One for all calls: to make an error for each takes longer than the call. */
const answered = new Error('The call has ended');

/** A try within its time. Whoever is not awaited any more is told by the signal, and what becomes of it is nobody's. */
async function once<T, R>(
  { work, timeout, counts }: Calling<T, R>,
  value: T,
  { id, attempt }: Omit<AsyncCall, 'signal'>,
  { clock, signal }: CallPorts,
): Promise<R> {
  const call = new AbortController();
  const ended = Promise.withResolvers<never>();
  const end = (error: Error): void => {
    ended.reject(error);
    call.abort(error);
  };
  const stop = (): void => end(new LeftOff('the task was told to stop'));
  const over = new AbortController();
  const expire = async (): Promise<void> => {
    if (clock.overdue === undefined) return;
    await clock.overdue(timeout, over.signal);
    if (!over.signal.aborted) end(new TimedOut(timeout));
  };
  signal.addEventListener('abort', stop);
  ended.promise.catch(() => {}); // who has its result by then is not told
  counts.calls++;
  counts.underWay++;
  try {
    const underWay = work(value, { id, attempt, signal: call.signal });
    void expire();
    return await Promise.race([underWay, ended.promise]);
  } catch (error) {
    if (error instanceof TimedOut) counts.timeouts++;
    throw error;
  } finally {
    counts.underWay--;
    over.abort(answered);
    signal.removeEventListener('abort', stop);
  }
}

/** How often it was tried belongs to the reason only where that decided: repeatable work has the same reason in each life. */
function givenUp(
  counts: CallCounts,
  error: unknown,
  attempt: number,
  { attempts: most }: Required<RetryOptions>,
): { readonly failure: string } {
  counts.failures++;
  return { failure: attempt < most || most === 1 ? reasonOf(error) : `${reasonOf(error)} (after ${attempt} attempts)` };
}

function refuseStopped(step: string, signal: AbortSignal): void {
  if (signal.aborted) throw new LeftOff(`the work of '${step}' was given up`);
}
