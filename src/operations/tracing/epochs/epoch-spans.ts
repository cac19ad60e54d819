/** Watches tasks and tells of their epochs by spans: outside of plan and commit, which know nothing of it. */
import type { Epoch } from '../../../engine/epoch.ts';
import type { Observer } from '../../../engine/runner-options.ts';
import type { TaskRuntime } from '../../../engine/runtime.ts';
import type { Tracing } from '../tracing.ts';
import { causesOf } from './causes.ts';
import { tell } from './tell.ts';
import { TimedEpoch } from './timed-epoch.ts';

export interface EpochSpansOptions {
  readonly tracing: Tracing;
  /** Milliseconds since 1970, with a part. */
  readonly now: () => number;
  /** Whether the tasks read the past into a namespace of their own. */
  readonly isReplay?: boolean;
}

export class EpochSpans implements Observer {
  readonly #options: EpochSpansOptions;
  /** By name of the task: the epoch that is under way. */
  readonly #open = new Map<string, TimedEpoch>();

  constructor(options: EpochSpansOptions) {
    this.#options = options;
  }

  step(task: TaskRuntime, step: string, moment: 'before' | 'after', epoch: Epoch): void {
    const now = this.#options.now();
    if (moment === 'before' && step === 'pull') this.#open.set(task.id, new TimedEpoch(now, epoch.plan !== undefined));
    const timed = this.#open.get(task.id);
    if (moment === 'before') timed?.before(step, now);
    else timed?.after(now);
    if (moment === 'after' && step === 'flush' && timed !== undefined && !epoch.muted)
      timed.causes = causesOf(task, epoch);
  }

  committed(task: TaskRuntime, epoch: Epoch): void {
    const { tracing, isReplay = false } = this.#options;
    const timed = this.#open.get(task.id);
    this.#open.delete(task.id);
    if (timed === undefined || epoch.plan === undefined) return;
    const { topology, lineage, counts } = task;
    const name = { producer: task.id, lineage, epoch: epoch.plan.epoch };
    tell(tracing, { ...name, topology, records: counts.records, timed, isReplay });
  }

  /** The task runs here no more. */
  left(task: string): void {
    this.#open.delete(task);
  }
}
