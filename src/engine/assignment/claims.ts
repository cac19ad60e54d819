/** What the members of a group tell each other, and what they are told. */

/** What a member of the group of one topology tells the others whenever it joins. */
export interface Claims {
  /** The member: another one each time that a worker joins from outside. */
  readonly member: string;
  /** The worker, the same over restarts. */
  readonly worker: string;
  /** How many tasks the topology has, as the worker knows the log. */
  readonly tasks: number;
  /** Fingerprint of the topology's release: its graph, and what its steps keep. */
  readonly graph: string;
  /** The newest round of which it has an assignment; of two that claim one task, the newer is believed. */
  readonly generation: number;
  /** Partitions of the tasks that it runs, or has not yet released. */
  readonly runs: readonly number[];
  /** Partitions of the tasks that it ran in its former life. */
  readonly ran: readonly number[];
  /** Of the tasks whose state it has: how far that reaches. */
  readonly warm: readonly Warm[];
  /** Warm standbys that it wants for each task; with 0 it stands by for none. */
  readonly standbys: number;
  /** Tasks of other topologies that it runs. */
  readonly load: number;
  /** How many tasks come before this topology's in the list of all. */
  readonly first: number;
  /** Whether the newest round let it run tasks; false for who has no assignment yet. */
  readonly tookPart: boolean;
  /** Whether it had rather begin no task: what it would write is read by a topology whose former release still runs. */
  readonly holdsBack: boolean;
}

export interface Warm {
  readonly partition: number;
  readonly epoch: number;
}

/** What a member is to do until the next round. */
export interface Assignment {
  /** Partitions of the tasks that it runs. What it still runs beside them it has to release. */
  readonly run: readonly number[];
  /** Partitions of the tasks whose journals it follows. */
  readonly standby: readonly number[];
  /** Why it may take no part; null for all that agree. */
  readonly refused: string | null;
  /** Which other release runs the tasks, so that it has none until that one has gone; null where its own runs them. */
  readonly waits: string | null;
  /** Nobody runs the tasks yet, since all of its release hold back. */
  readonly heldBack: boolean;
  /** Another release waits for this one to go: what this one has begun and nobody of it has ended, nobody can end then. */
  readonly awaited: boolean;
}

/** Whether it may run tasks, if there are enough for it. */
export const takesPart = ({ refused, waits, heldBack }: Pick<Assignment, 'refused' | 'waits' | 'heldBack'>): boolean =>
  refused === null && waits === null && !heldBack;

/** The order in which members have their turn: the same for everyone, and over restarts. */
export const inTurn = (a: Claims, b: Claims): number => compare(a.worker, b.worker) || compare(a.member, b.member);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** How far the state of a task reaches that a member has; 0 where it has none. */
export const warmth = ({ warm }: Claims, partition: number): number =>
  warm.find(state => state.partition === partition)?.epoch ?? 0;
