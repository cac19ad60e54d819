/** Runs one task: restores it, executes again what the journal holds, goes on epoch by epoch. */
import type { Documents, JournalEntry, JournalHead } from '../documents/port.ts';
import type { Millis } from '../stream/time.ts';
import type { Transport } from '../transport/port.ts';
import { type CallPorts, callPorts } from './calls/call.ts';
import { EpochTooLarge } from './calls/epoch-too-large.ts';
import { encodeHead } from './checkpoint.ts';
import { type Epoch, planOf, steps } from './epoch.ts';
import { UnknownSchema } from './input.ts';
import { refuseLaterLife } from './later-life.ts';
import { Leisure } from './leisure.ts';
import { untilNews } from './news.ts';
import { OffsetCommits } from './offset-commits.ts';
import { amendPlan, nextTimeEpoch } from './planning.ts';
import { RecordFailed } from './record-failed.ts';
import { holeOf, LeftBehind, refuseOtherJournal, takenSince, unreadableClock } from './recovery-errors.ts';
import { planInstead, unregistered } from './replanning.ts';
import { ownPlan, restoreTask, storedOf, takeFence } from './restore.ts';
import { retrying, type Work } from './retry.ts';
import type { GoingOn, Observer, RunnerOptions } from './runner-options.ts';
import type { TaskRuntime } from './runtime.ts';
import { Snapshotter } from './snapshotter.ts';
import type { Limits } from './spans.ts';
import { answered, reasonOfEnd, StateAway } from './state-away.ts';
import type { CheckpointHead, StateStore } from './state/store.ts';
import { never, orLeftOff, Stopping } from './stopping.ts';
import { undo } from './undo.ts';

export type { Observer, RunnerOptions } from './runner-options.ts';

/** Plans fetched from the journal at once. */
const journalPage = 100;

export class TaskRunner {
  readonly task: TaskRuntime;
  readonly transport: Transport;
  readonly documents: Documents;
  store: StateStore;
  readonly limits: Limits;
  /** Under which it writes; before it has taken the task over that of its checkpoint. */
  fence = 0;
  readonly #options: RunnerOptions;
  readonly #stopping = new Stopping();
  /** For work within an epoch that takes long. */
  readonly leisure: Leisure;
  /** What asynchronous steps call with. */
  readonly calls: CallPorts;
  #head: CheckpointHead = { fence: 0, epoch: 0, body: '' };
  #from: GoingOn['from'] = 'nothing';
  /** Epoch of the newest plan in the journal. */
  #planned = 0;
  /** Whether it has taken the task over. */
  #owns = false;
  #clock: Millis = -Infinity;
  readonly #offsets: OffsetCommits;
  readonly #snapshots: Snapshotter | undefined;

  private constructor(task: TaskRuntime, options: RunnerOptions) {
    this.task = task;
    this.transport = options.transport;
    this.documents = options.documents;
    this.store = options.store;
    this.limits = options.limits;
    this.#options = options;
    this.leisure = new Leisure(options.clock, this.#stopping.signal);
    this.calls = callPorts(task, options, this.#stopping.signal);
    this.#offsets = new OffsetCommits(options.commitEvery);
    this.#snapshots = options.snapshots === undefined ? undefined : new Snapshotter(options.snapshots);
  }

  /**
   * Takes the task over and brings it to where its journal ends. Throws `LogChanged`, `IncompatibleState` or
   * `TaskStopped` where that cannot be done without a decision of the operator, `Interrupted` where the signal ends it.
   */
  static async open(
    topology: string,
    partition: number,
    options: RunnerOptions,
    signal: AbortSignal = never,
  ): Promise<TaskRunner> {
    const runner = await TaskRunner.restored(topology, partition, options, signal);
    return runner.takeOver(signal);
  }

  /** The task as its checkpoint or its newest snapshot left it. It may only follow its journal, and take it over. */
  static async restored(
    topology: string,
    partition: number,
    options: RunnerOptions,
    signal: AbortSignal,
  ): Promise<TaskRunner> {
    const runner = new TaskRunner(options.graph.task(topology, partition, options.meter), options);
    await runner.#stopping.by(signal, () => runner.#restore());
    return runner;
  }

  /** From here on nobody before it can go on. Answers the task where its journal ends: another runner if need be. */
  async takeOver(signal: AbortSignal): Promise<TaskRunner> {
    return this.#own(await this.#stopping.by(signal, () => takeFence(this)), signal);
  }

  /**
   * Executes plans that are known to be flushed, at most so many; answers whether there may be more. Nothing is taken
   * over and nothing is emitted. Throws `LeftBehind` where the journal no longer reaches back to the task.
   */
  follow(most: number, signal: AbortSignal): Promise<boolean> {
    return this.#stopping.by(signal, async () => {
      const { task, documents } = this;
      const head = await this.retrying('journal', () => documents.journal.head(task.id));
      if (head === undefined) return false;
      this.#join(head);
      const entries = await this.retrying('journal', () => documents.journal.after(task.id, task.epoch, most));
      if (entries.length === 0 && task.epoch < head.epoch) throw holeOf(task, head.epoch);
      // Of the newest plan nobody knows yet whether it was flushed, and until then it may be replaced.
      const flushed = entries.filter(({ epoch }) => epoch < head.epoch);
      for (const entry of flushed) await this.#executeAgain(entry, true);
      return flushed.length === most;
    });
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
    await this.#stopping.until(signal, async () => {
      await orLeftOff(async () => {
        for (; !signal.aborted; await clock.turn()) if (!(await this.step())) await untilNews(this, clock, signal);
      });
      await this.#offsets.commit(this);
      await this.#snapshots?.take(this);
    });
  }

  /** Epochs until there is nothing to do, or the signal aborts; whether there was anything. */
  async drain(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    let worked = false;
    await this.#stopping.until(signal, async () => {
      while (!signal.aborted && (await this.step())) {
        worked = true;
        if (this.task.wasForTime) break; // where the log is slower than markers are due, there would be no end of them
        await clock.turn();
      }
      await this.#offsets.commit(this);
    });
    return worked;
  }

  /** When the task has something to do without news: an epoch for the sake of time, to tell lag tools where it is, or for a snapshot. */
  get due(): Millis {
    return Math.min(nextTimeEpoch(this.task), this.#offsets.due(this), this.#snapshots?.due(this) ?? Infinity);
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

  async retrying<R>(what: string, work: Work<R>): Promise<R> {
    const { clock, observer } = this.#options;
    let waits = 0;
    const answer = await retrying(what, work, clock, this.#stopping.signal, (name, error, attempt) => {
      waits = attempt;
      observer?.waiting?.(this.task, name, error, attempt);
    });
    if (waits > 0) observer?.answered?.(this.task, what);
    return answer;
  }

  async #execute(epoch: Epoch): Promise<boolean> {
    for (;;) {
      try {
        return await this.#steps(epoch);
      } catch (thrown) {
        const error = reasonOfEnd(this.task, thrown);
        await undo(this, this.#head, this.#options);
        if (error instanceof RecordFailed || error instanceof EpochTooLarge) await this.#replan(epoch, error);
        else if (error instanceof UnknownSchema) await this.#learn(epoch, error);
        else if (error instanceof StateAway) await answered(this, error);
        else throw error;
      }
    }
  }

  async #steps(epoch: Epoch): Promise<boolean> {
    const observer = this.#watcher;
    for (const step of steps) {
      observer?.step?.(this.task, step.name, 'before', epoch);
      await this.retrying(step.name, () => step(this, epoch));
      observer?.step?.(this.task, step.name, 'after', epoch);
      if (epoch.plan === undefined && epoch.pulled.length === 0 && this.now() < nextTimeEpoch(this.task)) return false;
      if (epoch.plan !== undefined) this.#planned = Math.max(this.#planned, epoch.plan.epoch);
    }
    observer?.committed?.(this.task, epoch);
    return true;
  }

  /** What a standby does is nobody's progress. */
  get #watcher(): Observer | undefined {
    return this.#owns ? this.#options.observer : undefined;
  }

  async #replan(epoch: Epoch, why: RecordFailed | EpochTooLarge): Promise<void> {
    const instead = planInstead(this.task, planOf(this.task, epoch), this.#planned, why);
    epoch.plan = { ...instead, fence: this.fence };
    await amendPlan(this, epoch.plan);
  }

  /** A schema that this process has not met: the registry decides whether the record can be read at all. */
  async #learn(epoch: Epoch, unknown: UnknownSchema): Promise<void> {
    const { registry } = this.#options;
    const { input, reference } = unknown;
    const known = await this.retrying('registry', () => input.decoder.learn(reference, registry));
    if (!known && epoch.plan === undefined) throw unreadableClock(this.task, unknown);
    if (!known) await this.#replan(epoch, unregistered(unknown));
  }

  async #restore(): Promise<void> {
    const { store } = this;
    const { stored, from } = await storedOf(this, this.#snapshots);
    this.#from = from;
    const { clock, head, former } = await restoreTask(this, stored, this.#options);
    this.#clock = clock;
    this.#head = head;
    this.fence = head.fence;
    this.store = former ?? store;
  }

  /** A task that never ran belongs to the life that its journal is in; any other has to be of that life. */
  #join({ lineage, epoch }: JournalHead): void {
    const { task } = this;
    this.#planned = epoch;
    if (this.#head.epoch > 0) return refuseOtherJournal(task, this.#head.epoch, { lineage, epoch });
    task.lineage = lineage;
    this.#head = { ...this.#head, body: encodeHead(task) };
  }

  /** Executes the plans after the checkpoint again. All but the newest were flushed: they stay silent. */
  async #catchUp(taken: JournalHead): Promise<void> {
    const { task, documents } = this;
    this.fence = taken.fence;
    this.#owns = true;
    this.#join(taken);
    await refuseLaterLife(this, taken, documents.journal);
    this.#watcher?.takenOver?.(task, { from: this.#from, epoch: task.epoch, until: taken.epoch });
    for (;;) {
      const entries = await this.retrying('journal', () => documents.journal.after(task.id, task.epoch, journalPage));
      if (entries.length === 0) break;
      for (const entry of entries) await this.#executeAgain(entry, entry.epoch < this.#planned);
    }
    if (task.epoch < this.#planned) throw holeOf(task, this.#planned);
  }

  async #executeAgain(entry: JournalEntry, muted: boolean): Promise<void> {
    const { task } = this;
    this.#stopping.check(task.id);
    if (entry.epoch !== task.epoch + 1) throw holeOf(task, entry.epoch);
    await this.#execute({ plan: ownPlan(task, entry, !muted), pulled: [], changes: [], muted });
    await this.#options.clock.turn();
  }

  /** Whoever had the task may have trimmed its journal after our restore: then its snapshot reaches further. */
  async #own(taken: JournalHead, signal: AbortSignal): Promise<TaskRunner> {
    const { topology, partition } = this.task;
    try {
      await this.#stopping.by(signal, async () => {
        await this.#catchUp(taken);
        // From here on no other release can lead to this state: it has to be found without one.
        if (this.store !== this.#options.store) await this.#snapshots?.beginRelease(this);
      });
      return this;
    } catch (error) {
      if (!(error instanceof LeftBehind)) throw error;
      const again = await TaskRunner.restored(topology, partition, this.#options, signal);
      if (again.task.epoch <= this.task.epoch) throw error;
      if (again.task.epoch > taken.epoch) throw takenSince(again.task, taken);
      return again.#own(taken, signal);
    }
  }
}
