import type { Graph } from '../graph.ts';
import type { Membership } from '../membership.ts';
import type { RunnerOptions } from '../runner.ts';
import type { WorkerIdentity } from '../state/worker.ts';

export interface CrewOptions extends Omit<RunnerOptions, 'limits'> {
  readonly graph: Graph;
  readonly membership: Membership;
  readonly worker: WorkerIdentity;
  /** Names of the topologies whose tasks are shared here. */
  readonly run: readonly string[];
  /** Warm standbys of each task. */
  readonly standbys: number;
  /** Most records of an epoch. */
  readonly maxRecords: number;
  /** Bytes of records that the epochs of all tasks that run here may hold together; each has an equal share. */
  readonly budgetBytes: number;
}
