/** The local checkpoint of a process: state of steps and one head per task, changed together or not at all. */

/** `body` holds what is not keyed: positions, sequences, watermark, timers. */
export interface CheckpointHead {
  readonly fence: number;
  readonly epoch: number;
  readonly body: string;
}

export interface StateEntry {
  readonly step: string;
  readonly key: string;
  readonly value: string | Uint8Array;
}

/** A null value removes the key. */
export interface StateChange {
  readonly step: string;
  readonly key: string;
  readonly value: string | Uint8Array | null;
}

/** Synchronous, because it is local by definition and read in the middle of an epoch's undo. */
export interface StateStore {
  head(task: string): CheckpointHead | undefined;
  /** Everything of a task, or of one of its steps, by step and key in ascending order of their UTF-8 bytes. */
  entries(task: string, step?: string): Iterable<StateEntry>;
  get(task: string, step: string, key: string): string | Uint8Array | undefined;
  /** The first entries of a step whose keys are not before `from`, and are before `before`, in the order of `entries`; `limit` at most. */
  range(task: string, step: string, from: string, limit: number, before?: string): readonly StateEntry[];
  /** The last ones in a stretch, the last first. */
  rangeBack(
    task: string,
    step: string,
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): readonly StateEntry[];
  /**
   * One transaction. It outlives the process; of a machine without power the newest commits may be lost, whole and none
   * before an older one. Throws `Fenced` unless the stored fence is not greater and the stored epoch is
   * `head.epoch - 1` (0 where there is none yet).
   */
  commit(task: string, head: CheckpointHead, changes: Iterable<StateChange>): void;
  /**
   * Begins to replace all of a task by what a snapshot holds, part by part: nothing of it need fit into memory. Until it
   * is finished the task has no checkpoint. Throws `Fenced` if the stored fence is greater.
   */
  replacing(task: string, fence: number): Replacement;
  discard(task: string): void;
  close(): void;
}

/** A checkpoint on its way from a snapshot. */
export interface Replacement {
  add(entries: Iterable<StateEntry>): void;
  /** From here on the task has it. Throws `Fenced` if the task has got a checkpoint meanwhile. */
  finish(head: CheckpointHead): void;
}

/** The checkpoints of tasks none of which runs: what may be done to them beside epochs. */
export interface StoppedState extends Pick<StateStore, 'head' | 'entries' | 'get' | 'close'> {
  /** Names of the tasks that have a checkpoint, ascending. */
  tasks(): readonly string[];
  /** Takes entries out of a checkpoint, which stays that of its epoch. One transaction. */
  remove(task: string, entries: Iterable<Pick<StateEntry, 'step' | 'key'>>): void;
  /** Rewrites the file, so that no free page holds what was removed. */
  compact(): void;
}
