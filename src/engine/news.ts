import type { Clock } from './clock.ts';
import { nextTimeEpoch } from './planning.ts';
import { offsetsOf } from './offset-commits.ts';
import type { TaskRunner } from './runner.ts';

/** Waits for records, for the time at which an epoch without records is due, or for the signal. */
export async function untilNews(run: TaskRunner, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  signal.addEventListener('abort', wake);
  try {
    const waits = [run.transport.grown(offsetsOf(run.task), woken.signal)];
    const due = nextTimeEpoch(run.task) - run.now();
    if (due < Infinity) waits.push(clock.sleep(Math.max(1, due), woken.signal));
    await Promise.race(waits);
    wake();
    await Promise.all(waits);
  } finally {
    wake();
    signal.removeEventListener('abort', wake);
  }
}
