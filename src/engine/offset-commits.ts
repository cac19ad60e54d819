import type { CommittedOffset } from '../transport/port.ts';
import { seconds, type Millis } from '../stream/time.ts';
import type { TaskRunner } from './runner.ts';
import { type Place, placesOf } from './spans.ts';

/** How often a task tells lag tools where it is, at most, unless the log has it otherwise: telling may cost as much as an append. */
const usualInterval = seconds(1);

/** Tells lag tools how far a task has come, now and then. The checkpoint is the truth. */
export class OffsetCommits {
  readonly #interval: Millis;
  #at: Millis = -Infinity;
  #epoch = 0;

  constructor(interval: Millis = usualInterval) {
    this.#interval = interval;
  }

  /** When there is something to tell next, by the task's clock; Infinity while all has been told. */
  due({ task }: TaskRunner): Millis {
    return task.epoch === this.#epoch ? Infinity : this.#at + this.#interval;
  }

  async whenDue(run: TaskRunner): Promise<void> {
    if (this.due(run) <= run.now()) await this.commit(run);
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
