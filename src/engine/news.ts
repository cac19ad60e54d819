import type { CommittedOffset, Transport } from '../transport/port.ts';
import type { Clock } from './clock.ts';
import { nextTimeEpoch } from './planning.ts';
import type { TaskRunner } from './runner.ts';
import type { TaskRuntime } from './runtime.ts';
import { placesOf } from './spans.ts';

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

/** Tells lag tools how far the task has come. The checkpoint is the truth. */
export const commitOffsets = (task: TaskRuntime, transport: Transport): Promise<void> =>
  transport.commit(task.topology, offsetsOf(task));

const offsetsOf = (task: TaskRuntime): CommittedOffset[] =>
  placesOf(task).map(({ input, position: { partition, offset } }) => ({ topic: input.stream.name, partition, offset }));
