import type { Epoch } from '../engine/epoch.ts';
import { offsetsOf } from '../engine/offset-commits.ts';
import type { Observer } from '../engine/runner.ts';
import type { TaskRuntime } from '../engine/runtime.ts';
import { placesOf } from '../engine/spans.ts';
import type { Millis } from '../stream/time.ts';
import type { CommittedOffset } from '../transport/port.ts';
import type { Assignment } from '../engine/assignment/claims.ts';
import { FreshnessWindow, type TopologyFreshness } from './freshness.ts';
import { callsOf, type StepCalls } from './step-calls.ts';
import { StepSums, type TopologyNode } from './step-sums.ts';
import { GroupCounts, type GroupStats } from './group-stats.ts';

/** What a task has done since its process started. Plain data: it crosses threads. */
export interface TaskStats {
  readonly task: string;
  readonly topology: string;
  epochs: number;
  records: number;
  late: number;
  deadLetters: number;
  /** Attempts at ports that did not answer. */
  waits: number;
  /** Why the last of them failed; null once the port has answered, or an epoch has gone through. */
  waiting: string | null;
  /** Event time reached; null before the first record. */
  watermark: Millis | null;
  /** Wall clock of the newest epoch; null before the first. */
  lastEpochAt: Millis | null;
  /** What its asynchronous steps have called, by the names of the steps. */
  calls: readonly StepCalls[];
  /** Where it stands in what it reads; empty before its first epoch. */
  positions: readonly CommittedOffset[];
}

/** Counts what tasks commit, and how old events are by then. */
export class StatsObserver implements Observer {
  readonly #tasks = new Map<string, TaskStats>();
  readonly #steps = new StepSums();
  readonly #freshness = new Map<string, FreshnessWindow>();
  readonly #groups = new GroupCounts();
  readonly #clock: { now(): Millis };
  readonly #since: Millis;

  /** Freshness is that of events which enter the log from now on. */
  constructor(clock: { now(): Millis }) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  committed(task: TaskRuntime, epoch: Epoch): void {
    const stats = this.#of(task);
    stats.epochs++;
    stats.records += task.counts.records;
    stats.late += task.counts.late;
    stats.deadLetters += task.counts.deadLetters;
    stats.waiting = null;
    stats.watermark = Number.isFinite(task.eventTime.watermark) ? task.eventTime.watermark : null;
    stats.lastEpochAt = epoch.plan?.clock ?? null;
    stats.positions = offsetsOf(placesOf(task));
    stats.calls = callsOf(task);
    if (task.meter !== undefined) this.#steps.meter(task.id, task.topology, task.meter);
    if (task.counts.published > 0 && !epoch.muted)
      this.#freshnessOf(task.topology).add(task.counts.leastOrigin, this.#clock.now());
  }

  waiting(task: TaskRuntime, what: string, error: Error): void {
    const stats = this.#of(task);
    stats.waits++;
    stats.waiting = `${what}: ${error.message}`;
    stats.calls = callsOf(task);
  }

  answered(task: TaskRuntime): void {
    const stats = this.#tasks.get(task.id); // none where it has left meanwhile
    if (stats !== undefined) stats.waiting = null;
  }

  /** Its figures are those of whoever runs it now. */
  left(task: string): void {
    const topology = this.#tasks.get(task)?.topology;
    this.#tasks.delete(task);
    this.#steps.left(task);
    const others = [...this.#tasks.values()].filter(other => other.topology === topology && other.epochs > 0);
    if (topology !== undefined && others.length === 0) this.#freshness.delete(topology);
  }

  joining(topology: string, reason: string): void {
    this.#groups.joining(topology, reason);
  }

  assigned(topology: string, assignment: Assignment): void {
    this.#groups.assigned(topology, assignment);
  }

  /** In order of the topologies' names. */
  groups(): readonly GroupStats[] {
    return this.#groups.all();
  }

  /** In order of the tasks' names. */
  all(): readonly TaskStats[] {
    const tasks = [...this.#tasks.values()].sort((a, b) => (a.task < b.task ? -1 : 1));
    return tasks.map(stats => ({ ...stats }));
  }

  /** What the steps, and the streams and collections around them, have come to since the process started. */
  steps(): readonly TopologyNode[] {
    return this.#steps.all();
  }

  /** Of each topology that has any, its tasks together, in order of the names. */
  freshness(): readonly TopologyFreshness[] {
    const found = [...this.#freshness].flatMap(([topology, window]) => {
      const figures = window.figures();
      return figures === null ? [] : [{ topology, ...figures }];
    });
    return found.sort((a, b) => (a.topology < b.topology ? -1 : 1));
  }

  #freshnessOf(topology: string): FreshnessWindow {
    const window = this.#freshness.get(topology) ?? new FreshnessWindow(this.#since);
    this.#freshness.set(topology, window);
    return window;
  }

  #of(task: TaskRuntime): TaskStats {
    const known = this.#tasks.get(task.id);
    if (known !== undefined) return known;
    const none = { epochs: 0, records: 0, late: 0, deadLetters: 0, waits: 0 };
    const stats = {
      task: task.id,
      topology: task.topology,
      ...none,
      waiting: null,
      watermark: null,
      lastEpochAt: null,
      calls: [],
      positions: [],
    };
    this.#tasks.set(task.id, stats);
    return stats;
  }
}
