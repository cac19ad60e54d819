import { crc32 } from 'node:zlib';
import type { Snapshots } from '../snapshots/port.ts';
import type { Millis } from '../stream/time.ts';
import { decodePlan, isOf } from './plan.ts';
import { listSnapshots, restoreSnapshot, thinSnapshots, writeSnapshot } from './snapshot.ts';
import type { TaskRunner } from './runner.ts';
import type { CheckpointHead } from './state/store.ts';

/** When snapshots of a task are taken, and how many are kept. */
export interface SnapshotPolicy {
  readonly to: Snapshots;
  /** A snapshot after so many epochs, the first one up to half as many earlier, and one at an orderly end. */
  readonly everyEpochs: number;
  /** And after so long, if there was an epoch since, by the task's clock; never for that reason where absent. */
  readonly every?: Millis;
  /** How many are kept; the journal reaches back to the oldest of them. */
  readonly keep: number;
}

/** Puts the state of one task where another machine finds it, between epochs. */
export class Snapshotter {
  readonly #policy: SnapshotPolicy;
  /** Epoch of the newest snapshot. */
  #newest = 0;
  /** Since when the time to the next one is counted: the first look, then each snapshot. */
  #since: Millis | undefined;

  #hasTaken = false;
  #isNewRelease = false;

  constructor(policy: SnapshotPolicy) {
    this.#policy = policy;
  }

  async whenDue(run: TaskRunner): Promise<void> {
    const isMany = run.task.epoch - this.#newest >= this.#policy.everyEpochs - this.#earlier(run.task.id);
    if (isMany || (this.#isNewRelease && run.task.epoch > this.#newest) || this.due(run) <= run.now())
      await this.take(run);
  }

  /**
   * The state of a former release, before this one goes on from it: there is no other way to it from then on. The first
   * checkpoint of this release follows it at once, so that others find out beforehand whether they could go on with that.
   */
  async beginRelease(run: TaskRunner): Promise<void> {
    await this.take(run);
    this.#isNewRelease = true;
  }

  /**
   * When the next one is due for the sake of time, by the task's clock; Infinity while the newest holds all there is. A
   * task of few epochs would else have nothing but a snapshot of records that retention has removed since.
   */
  due(run: TaskRunner): Millis {
    this.#since ??= run.now();
    return run.task.epoch === this.#newest ? Infinity : this.#since + (this.#policy.every ?? Infinity);
  }

  /** Writes the last checkpoint; what the oldest kept snapshot holds is forgotten by the journal. */
  async take(run: TaskRunner): Promise<void> {
    const { task, store, documents, fence } = run;
    const { to, keep } = this.#policy;
    if (task.epoch === this.#newest) return;
    const { id, lineage, epoch } = task;
    await run.retrying('snapshot', comesOn =>
      writeSnapshot(to, store, { task: id, lineage, at: { epoch, fence }, comesOn }),
    );
    this.#newest = task.epoch;
    this.#isNewRelease = false;
    this.#hasTaken = true;
    this.#since = run.now();
    const needless = await run.retrying('snapshot', () => thinSnapshots(to, task.id, keep));
    if (needless !== undefined) await run.retrying('journal', () => documents.journal.trim(task.id, needless));
  }

  /**
   * The checkpoint to go on from: the local one, unless it was lost, or is so old that the journal no longer reaches
   * back to it while a snapshot does. Undefined where the task has never run.
   */
  async restore(run: TaskRunner): Promise<CheckpointHead | undefined> {
    const { task, store } = run;
    const local = store.head(task.id);
    if (local !== undefined && !(await this.#isLeftBehind(run, local))) return local;
    await run.retrying('snapshot', () => restoreSnapshot(this.#policy.to, store, task.id, local?.fence ?? 0));
    const head = store.head(task.id);
    this.#newest = head?.epoch ?? 0;
    return head;
  }

  /** Tasks that begin together and have the same input would write their snapshots in the same moment, for ever. */
  #earlier(task: string): number {
    const most = Math.floor(this.#policy.everyEpochs / 2);
    return this.#hasTaken || !(most > 0 && Number.isFinite(most)) ? 0 : crc32(task) % most;
  }

  async #isLeftBehind(run: TaskRunner, local: CheckpointHead): Promise<boolean> {
    const { task, documents } = run;
    const [next] = await run.retrying('journal', () => documents.journal.after(task.id, local.epoch, 1));
    const isNext = next?.epoch === local.epoch + 1;
    // What another release has planned only a snapshot leads past.
    if (isNext && isOf(task, decodePlan(task.id, next.plan))) return false;
    const newest = (await run.retrying('snapshot', () => listSnapshots(this.#policy.to, task.id))).at(-1);
    return newest !== undefined && newest.epoch > local.epoch;
  }
}
