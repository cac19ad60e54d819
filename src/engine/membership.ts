/** The port through which the processes that run a topology share its tasks. */
import type { Fenced } from '../errors.ts';
import type { Assignment, Claims } from './assignment/claims.ts';
import type { TopologyGraph } from './graph.ts';

/** A place in the group of one topology: what the group asks of a worker, and what it tells it. */
export interface Seat {
  /** The topology; also the name of the group. */
  readonly topology: TopologyGraph;
  /** Which member the worker was in its former life, if it was one: it is dead. */
  readonly formerMember: string | undefined;
  /** What the worker tells the group, asked whenever the group meets. The rest of the claims is the membership's. */
  claims(): Omit<Claims, 'member' | 'generation'>;
  /** Which member the worker is from now on. */
  joined(member: string): void;
  /** What the group wants of the worker from now on. */
  assigned(assignment: Assignment): void;
  /** The worker cannot be a member any more. */
  failed(error: unknown): void;
  /** The worker joins, for the first time or again; why. */
  joining(reason: string): void;
}

/** A worker in the group of one topology. */
export interface Member {
  /** What is claimed has changed: the group has to meet. */
  meet(): void;
  /** Another worker has taken a task of this one over. */
  lost(error: Fenced): void;
  /** Leaves the group; resolves also where the group cannot be told. */
  leave(): Promise<void>;
}

/**
 * Who runs which task is agreed here; that a task is never run twice is the work of fences. So a member that is cut off
 * from its group goes on with what it was told last.
 */
export interface Membership {
  join(seat: Seat): Member;
}

/**
 * The group of a process that shares its tasks with nobody: all of them are its own. Where another process takes one
 * over all the same, nobody would ever give it back, so that is a failure.
 */
export const alone = (): Membership => ({
  join: seat => {
    const { tasks } = seat.topology;
    const run = Array.from({ length: tasks }, (_, partition) => partition);
    seat.assigned({ run, standby: [], refused: null, waits: null, heldBack: false, awaited: false });
    return { meet: () => {}, lost: error => seat.failed(error), leave: async () => {} };
  },
});

/** The same groups under other names: of a log whose topics and groups go by other names, too. */
export const renamedGroups = (
  real: Membership,
  names: { readonly group: (topology: string) => string; readonly topic: (stream: string) => string },
): Membership => ({
  join: seat => {
    const { name, reads } = seat.topology;
    const there = reads.map(read => ({ ...read, stream: names.topic(read.stream) }));
    return real.join({ ...seat, topology: { ...seat.topology, name: names.group(name), reads: there } });
  },
});
