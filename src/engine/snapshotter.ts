import type { Snapshots } from '../snapshots/port.ts';
import { restoreSnapshot, thinSnapshots, writeSnapshot } from './snapshot.ts';
import type { TaskRunner } from './runner.ts';
import type { CheckpointHead } from './state/store.ts';

/** When snapshots of a task are taken, and how many are kept. */
export interface SnapshotPolicy {
  readonly to: Snapshots;
  /** A snapshot after so many epochs, and one at an orderly end. */
  readonly everyEpochs: number;
  /** How many are kept; the journal reaches back to the oldest of them. */
  readonly keep: number;
}

/** Puts the state of one task where another machine finds it, between epochs. */
export class Snapshotter {
  readonly #policy: SnapshotPolicy;
  /** Epoch of the newest snapshot. */
  #newest = 0;

  constructor(policy: SnapshotPolicy) {
    this.#policy = policy;
  }

  async whenDue(run: TaskRunner): Promise<void> {
    if (run.task.epoch - this.#newest >= this.#policy.everyEpochs) await this.take(run);
  }

  /** Writes the last checkpoint; what the oldest kept snapshot holds is forgotten by the journal. */
  async take(run: TaskRunner): Promise<void> {
    const { task, store, documents } = run;
    const { to, keep } = this.#policy;
    if (task.epoch === this.#newest) return;
    await run.retrying('snapshot', () => writeSnapshot(to, store, task.id, task.lineage));
    this.#newest = task.epoch;
    const needless = await run.retrying('snapshot', () => thinSnapshots(to, task.id, keep));
    if (needless !== undefined) await run.retrying('journal', () => documents.journal.trim(task.id, needless));
  }

  /** Loads the newest snapshot into the local store, which has nothing of the task; undefined where there is none. */
  async restore(run: TaskRunner): Promise<CheckpointHead | undefined> {
    const { task, store } = run;
    const found = await run.retrying('snapshot', () => restoreSnapshot(this.#policy.to, store, task.id));
    const head = found ? store.head(task.id) : undefined;
    this.#newest = head?.epoch ?? 0;
    return head;
  }
}
