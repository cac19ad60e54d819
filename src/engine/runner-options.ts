/** What a task is run with, and who watches it. */
import type { Documents } from '../documents/port.ts';
import type { Unavailable } from '../errors.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import type { Millis } from '../stream/time.ts';
import type { Offset, TopicPartition, Transport } from '../transport/port.ts';
import type { Assignment } from './assignment/claims.ts';
import type { Clock } from './clock.ts';
import type { Epoch } from './epoch.ts';
import type { Graph } from './graph.ts';
import type { TaskRuntime } from './runtime.ts';
import type { SnapshotPolicy } from './snapshotter.ts';
import type { Limits } from './spans.ts';
import type { StateStore } from './state/store.ts';

/** What a task goes on from that this process takes over: the state of `epoch`, while its journal is at `until`. */
export interface GoingOn {
  readonly from: 'checkpoint' | 'snapshot' | 'nothing';
  readonly epoch: number;
  readonly until: number;
}

/** Watches a task without deciding anything: for metrics, progress, and the crash tests. */
export interface Observer {
  /** A task is taken over, and about to do again what its journal holds behind its state. */
  takenOver?(task: TaskRuntime, on: GoingOn): void;
  /** A step of an epoch is about to run, or has run. Once it is in the checkpoint, what it wrote is no more at hand. */
  step?(task: TaskRuntime, step: string, moment: 'before' | 'after', epoch: Epoch): void;
  /** An epoch is in the checkpoint. */
  committed?(task: TaskRuntime, epoch: Epoch): void;
  /** A port does not answer; the task waits. */
  waiting?(task: TaskRuntime, what: string, error: Unavailable, attempt: number): void;
  /** A port that the task has waited for answers again. What asynchronous steps wait for is over with their epoch. */
  answered?(task: TaskRuntime, what: string): void;
  /** This process runs the task no more, or stands by for it no more. */
  left?(task: string, why: string): void;
  /** The worker joins the group of a topology, for the first time or again; why. */
  joining?(topology: string, reason: string): void;
  /** What the group of a topology wants of this process. */
  assigned?(topology: string, assignment: Assignment): void;
}

/** Where a task of a topology that has no state begins to read; undefined at the start of the log. */
export type StartAt = (topology: string, at: TopicPartition) => Offset | undefined;

export interface RunnerOptions {
  readonly graph: Graph;
  readonly transport: Transport;
  readonly documents: Documents;
  readonly store: StateStore;
  readonly registry: SchemaRegistry;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly observer?: Observer;
  /** A monotonic clock, milliseconds: what the steps of tasks do is counted, and some of it timed. Not where absent. */
  readonly meter?: (() => number) | undefined;
  /** How often a task commits offsets to the log at most; a second unless given. */
  readonly commitEvery?: Millis | undefined;
  /** Where absent every task without state begins at the start of the log. */
  readonly startAt?: StartAt | undefined;
  /** Where to put the state now and then; without it only the local checkpoint and the whole journal are kept. */
  readonly snapshots?: SnapshotPolicy;
}
