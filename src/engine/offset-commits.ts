import type { CommittedOffset } from '../transport/port.ts';
import { seconds, type Millis } from '../stream/time.ts';
import type { TaskRunner } from './runner.ts';
import { type Place, placesOf } from './spans.ts';

/** How often a running task tells lag tools where it is. */
const interval = seconds(1);

/** Tells lag tools how far a task has come, now and then and whenever it has caught up. The checkpoint is the truth. */
export class OffsetCommits {
  #at: Millis = -Infinity;
  #epoch = 0;

  async whenDue(run: TaskRunner, caughtUp: boolean): Promise<void> {
    if (caughtUp || run.now() - this.#at >= interval) await this.commit(run);
  }

  async commit(run: TaskRunner): Promise<void> {
    const { task, transport } = run;
    if (task.epoch === this.#epoch) return;
    await run.retrying('commit', () => transport.commit(task.topology, offsetsOf(placesOf(task))));
    this.#epoch = task.epoch;
    this.#at = run.now();
  }
}

export const offsetsOf = (places: readonly Place[]): CommittedOffset[] =>
  places.map(({ input, position: { partition, offset } }) => ({ topic: input.stream.name, partition, offset }));
