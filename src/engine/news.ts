import type { CommittedOffset } from '../transport/port.ts';
import type { Clock } from './clock.ts';
import { offsetsOf } from './offset-commits.ts';
import { placesOf } from './spans.ts';
import type { TaskRuntime } from './runtime.ts';
import { keyOf } from './event-time.ts';
import type { TaskRunner } from './runner.ts';

/**
 * Waits for records, for a signal of a source, for the time at which there is something to do without any, or for the
 * abort signal. A log that was away may be back for long before it has news: that it answers is found out by a look at it.
 */
export async function untilNews(run: TaskRunner, clock: Clock, signal: AbortSignal): Promise<void> {
  let isFirst = true;
  await run.retrying('tail', () => {
    const work = isFirst ? news : look;
    isFirst = false;
    return work(run, clock, signal);
  });
}

async function look({ task, transport }: TaskRunner): Promise<void> {
  for (const at of wakingOffsets(task)) await transport.bounds(at);
}

async function news(run: TaskRunner, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  signal.addEventListener('abort', wake);
  try {
    // Of what nobody can take no news is wanted: there mostly is some.
    const waits = run.task.isFull ? [] : [run.transport.grown(wakingOffsets(run.task), woken.signal)];
    for (const signals of run.task.signals.values()) waits.push(signals.wait(woken.signal));
    const due = run.due - run.now();
    if (due < Infinity) waits.push(clock.sleep(Math.max(1, due), woken.signal));
    await Promise.race(waits);
    wake();
    await Promise.all(waits);
  } finally {
    wake();
    signal.removeEventListener('abort', wake);
  }
}

/** Records of a clocked input are no news: the record of its clock that names them is. Nor is what waits for others. */
const wakingOffsets = (task: TaskRuntime): CommittedOffset[] =>
  offsetsOf(
    placesOf(task).filter(
      ({ input, position }) => input.options.upTo === undefined && !task.held.has(keyOf(input, position)),
    ),
  );
