/** What a process does now and then beside its tasks. */
import type { Clock } from '../engine/clock.ts';
import { Interrupted, type OnWait, retrying } from '../engine/retry.ts';
import { minutes } from '../stream/time.ts';
import type { Transport } from '../transport/port.ts';

/** Retention is by days and megabytes: nobody notices a minute. */
const interval = minutes(1);

/** Applies the retention of topics, at once and then each minute, until the signal aborts. */
export async function keepRetention(
  transport: Pick<Transport, 'applyRetention'>,
  clock: Clock,
  signal: AbortSignal,
  onWait: OnWait,
): Promise<void> {
  try {
    while (!signal.aborted) {
      await retrying('retention', () => transport.applyRetention(clock.now()), clock, signal, onWait);
      await clock.sleep(interval, signal);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}
