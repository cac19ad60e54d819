/** Who a process is over its restarts: the owner of a folder of local checkpoints. */
export interface WorkerIdentity {
  readonly id: string;
  /** Tasks that it ran last in its former life, by their names. */
  readonly ran: readonly string[];
  /** Which member of the group of each topology it was then. */
  readonly members: ReadonlyMap<string, string>;
  /** It runs these now: what its next life will find as `ran`. */
  runs(tasks: readonly string[]): void;
  /** It is this member of the group of a topology now. */
  joined(topology: string, member: string): void;
}

/** Of a process that shares its tasks with nobody. */
export const nobody: WorkerIdentity = {
  id: 'alone',
  ran: [],
  members: new Map(),
  runs: () => {},
  joined: () => {},
};
