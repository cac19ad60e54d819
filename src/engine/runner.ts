/** Runs one task: restores it, executes again what the journal holds, goes on epoch by epoch. */
import type { Documents } from '../documents/port.ts';
import type { Unavailable } from '../errors.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Millis } from '../stream/time.ts';
import type { Transport } from '../transport/port.ts';
import { encodeHead, restoreHead, restoreSteps } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import { type Epoch, type EpochStep, planOf, steps } from './epoch.ts';
import { IncompatibleState, TaskStopped } from './errors.ts';
import type { Graph } from './graph.ts';
import { UnknownSchema } from './input.ts';
import { decodePlan, type Skip } from './plan.ts';
import { amendPlan, nextTimeEpoch } from './planning.ts';
import { RecordFailed } from './record-failed.ts';
import { Interrupted, retrying } from './retry.ts';
import { untilNews } from './news.ts';
import { OffsetCommits } from './offset-commits.ts';
import type { TaskRuntime } from './runtime.ts';
import { type SnapshotPolicy, Snapshotter } from './snapshotter.ts';
import type { Limits } from './spans.ts';
import type { CheckpointHead, StateStore } from './state/store.ts';
import { beginAtLogStart, verifyPositions } from './verify.ts';

/** Watches a task without deciding anything: for metrics, progress, and the crash tests. */
export interface Observer {
  /** A step of an epoch is about to run, or has run. */
  step?(task: TaskRuntime, step: string, moment: 'before' | 'after'): void;
  /** An epoch is in the checkpoint. */
  committed?(task: TaskRuntime, epoch: Epoch): void;
  /** A port does not answer; the task waits. */
  waiting?(task: TaskRuntime, what: string, error: Unavailable, attempt: number): void;
}

export interface RunnerOptions {
  readonly graph: Graph;
  readonly transport: Transport;
  readonly documents: Documents;
  readonly store: StateStore;
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly observer?: Observer;
  /** Where to put the state now and then; without it only the local checkpoint and the whole journal are kept. */
  readonly snapshots?: SnapshotPolicy;
}

/** Plans fetched from the journal at once. */
const journalPage = 100;

export class TaskRunner {
  readonly task: TaskRuntime;
  readonly transport: Transport;
  readonly documents: Documents;
  readonly store: StateStore;
  readonly limits: Limits;
  fence = 0;
  readonly #options: RunnerOptions;
  readonly #stopping = new AbortController();
  #head: CheckpointHead = { fence: 0, epoch: 0, body: '' };
  /** Epoch of the newest plan in the journal. */
  #planned = 0;
  #clock: Millis = -Infinity;
  readonly #offsets = new OffsetCommits();
  readonly #snapshots: Snapshotter | undefined;

  private constructor(task: TaskRuntime, options: RunnerOptions) {
    this.task = task;
    this.transport = options.transport;
    this.documents = options.documents;
    this.store = options.store;
    this.limits = options.limits;
    this.#options = options;
    this.#snapshots = options.snapshots === undefined ? undefined : new Snapshotter(options.snapshots);
  }

  /**
   * Takes the task over and brings it to where its journal ends. Throws `LogChanged`, `IncompatibleState` or
   * `TaskStopped` where that cannot be done without a decision of the operator.
   */
  static async open(topology: string, partition: number, options: RunnerOptions): Promise<TaskRunner> {
    const runner = new TaskRunner(options.graph.task(topology, partition), options);
    await runner.#restore();
    await runner.#replay();
    return runner;
  }

  /** One epoch; false when there is nothing to do. */
  async step(): Promise<boolean> {
    const worked = await this.#execute({ plan: undefined, pulled: [], changes: [], muted: false });
    await this.#offsets.whenDue(this);
    await this.#snapshots?.whenDue(this);
    return worked;
  }

  /** Epochs until the signal aborts; the epoch under way is finished. Rejects when the task cannot go on. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    await this.#until(signal, async () => {
      while (!signal.aborted) {
        if (!(await this.step())) await this.retrying('tail', () => untilNews(this, clock, signal));
        await clock.turn();
      }
      await this.#offsets.commit(this);
      await this.#snapshots?.take(this);
    });
  }

  /** Epochs until there is nothing to do, or the signal aborts; whether there was anything. */
  async drain(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    let worked = false;
    await this.#until(signal, async () => {
      while (!signal.aborted && (await this.step())) {
        worked = true;
        await clock.turn();
      }
      await this.#offsets.commit(this);
    });
    return worked;
  }

  /** The signal also ends the waiting for a port that does not answer. */
  async #until(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const stop = (): void => this.#stopping.abort();
    signal.addEventListener('abort', stop);
    try {
      await work();
    } catch (error) {
      // The epoch under way was given up; its plan is executed again at the next start.
      if (!(signal.aborted && error instanceof Interrupted)) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** When the task has something to do without news: an epoch for the sake of time, or to tell lag tools where it is. */
  get due(): Millis {
    return Math.min(nextTimeEpoch(this.task), this.#offsets.due(this));
  }

  /** The wall clock as the task sees it: it never goes back, also not over a restart. */
  now(): Millis {
    return Math.max(this.#clock, this.#options.clock.now());
  }

  /** The open epoch is in the checkpoint. */
  committed(head: CheckpointHead): void {
    const { task } = this;
    this.#clock = Math.max(this.#clock, task.plan?.clock ?? -Infinity);
    this.#head = head;
    for (const step of task.steps.values()) step.committed();
    for (const output of task.outputs.values()) output.committed();
    task.documents.clear();
    task.close();
  }

  retrying<R>(what: string, work: () => Promise<R> | R): Promise<R> {
    const { clock, observer } = this.#options;
    return retrying(what, work, clock, this.#stopping.signal, (name, error, attempt) =>
      observer?.waiting?.(this.task, name, error, attempt),
    );
  }

  async #execute(epoch: Epoch): Promise<boolean> {
    for (;;) {
      try {
        return await this.#steps(epoch);
      } catch (error) {
        this.#undo();
        if (error instanceof RecordFailed) await this.#skip(epoch, error.skip);
        else if (error instanceof UnknownSchema) await this.#learn(epoch, error);
        else throw error;
      }
    }
  }

  async #steps(epoch: Epoch): Promise<boolean> {
    const { observer } = this.#options;
    for (const step of steps) {
      observer?.step?.(this.task, step.name, 'before');
      await this.#retried(step, epoch);
      observer?.step?.(this.task, step.name, 'after');
      if (epoch.plan === undefined && epoch.pulled.length === 0 && this.now() < nextTimeEpoch(this.task)) return false;
      if (epoch.plan !== undefined) this.#planned = Math.max(this.#planned, epoch.plan.epoch);
    }
    observer?.committed?.(this.task, epoch);
    return true;
  }

  #retried(step: EpochStep, epoch: Epoch): Promise<void> {
    return this.retrying(step.name, () => step(this, epoch));
  }

  /** Nothing of the newest plan was emitted, since its push fails whenever it is executed: so it may be replaced. */
  async #skip(epoch: Epoch, skip: Skip): Promise<void> {
    const plan = planOf(this.task, epoch);
    if (plan.epoch !== this.#planned) {
      throw new TaskStopped(
        `${this.task.id}: ${skip.stream}/${skip.partition} offset ${skip.offset} failed in epoch ${plan.epoch}, which had succeeded before: ${skip.reason}`,
        'The topology is not deterministic, or has changed: run the release that wrote the journal, or backfill',
      );
    }
    const amended = { ...plan, fence: this.fence, skip: [...plan.skip, skip] };
    await amendPlan(this, amended);
    epoch.plan = amended;
  }

  /** A schema that this process has not met: the registry decides whether the record can be read at all. */
  async #learn(epoch: Epoch, unknown: UnknownSchema): Promise<void> {
    const { registry } = this.#options;
    const { input, fingerprint, at } = unknown;
    const known = await this.retrying('registry', () => input.decoder.learn(fingerprint, registry));
    if (!known && epoch.plan === undefined) throw unreadableClock(this.task, unknown);
    if (!known)
      await this.#skip(epoch, { ...at, reason: `no schema with the fingerprint ${fingerprint} is registered` });
  }

  /** Back to the last checkpoint. What it holds is read again only where the epoch had touched it. */
  #undo(): void {
    const { task, store } = this;
    task.close();
    task.documents.clear();
    for (const output of task.outputs.values()) output.discard();
    this.#options.graph.rebuild(task);
    restoreHead(task, this.#head);
    for (const [name, step] of task.steps) {
      step.undo(key => store.get(task.id, name, key), task.eventTime.watermark);
      step.restored();
    }
    task.eventTime.derive();
  }

  async #restore(): Promise<void> {
    const { task, store, transport } = this;
    const stored = this.#snapshots === undefined ? store.head(task.id) : await this.#snapshots.restore(this);
    if (stored === undefined) await this.retrying('start', () => beginAtLogStart(task, transport));
    else {
      this.#head = stored;
      this.#clock = restoreHead(task, stored);
      restoreSteps(task, store);
      await this.retrying('verify', () => verifyPositions(task, transport));
    }
    const taken = await this.retrying('fence', () => this.documents.journal.takeFence(task.id));
    this.fence = taken.fence;
    this.#planned = taken.epoch;
    if (stored === undefined) {
      task.lineage = taken.lineage;
      this.#head = { fence: taken.fence, epoch: 0, body: encodeHead(task) };
    } else this.#refuseOtherJournal(taken.lineage, stored.epoch);
  }

  #refuseOtherJournal(lineage: number, epoch: number): void {
    const { task } = this;
    if (lineage === task.lineage && epoch <= this.#planned) return;
    throw new IncompatibleState(
      `${task.id} has a checkpoint of lineage ${task.lineage}, epoch ${epoch}, but its journal is at lineage ${lineage}, epoch ${this.#planned}`,
      'The documents were reset or lost: restore them, or remove the local state of the task to begin again',
    );
  }

  /** Executes the plans after the checkpoint again. All but the newest were flushed: they stay silent. */
  async #replay(): Promise<void> {
    const { task, documents } = this;
    for (;;) {
      const entries = await this.retrying('journal', () => documents.journal.after(task.id, task.epoch, journalPage));
      if (entries.length === 0) break;
      for (const entry of entries) {
        if (entry.epoch !== task.epoch + 1) throw this.#hole(entry.epoch);
        const plan = decodePlan(task.id, entry.plan);
        await this.#execute({ plan, pulled: [], changes: [], muted: plan.epoch < this.#planned });
      }
    }
    if (task.epoch < this.#planned) throw this.#hole(this.#planned);
  }

  #hole(epoch: number): IncompatibleState {
    return new IncompatibleState(
      `The journal of ${this.task.id} goes on at epoch ${epoch}, the state ends at epoch ${this.task.epoch}`,
      'The local state was lost and no snapshot reaches the journal: restore a snapshot, or backfill',
    );
  }
}

const unreadableClock = ({ id }: TaskRuntime, { fingerprint, at }: UnknownSchema): TaskStopped =>
  new TaskStopped(
    `${id}: ${at.stream}/${at.partition} offset ${at.offset} decides what is read, but no schema ${fingerprint} is registered`,
    'Register the schema that it was written with, and start again',
  );
