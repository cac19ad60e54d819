import type { Assignment, Claims } from '../assignment/claims.ts';
import type { TopologyGraph } from '../graph.ts';
import type { Member } from '../membership.ts';
import { Desk, type Role } from './desk.ts';

/** The tasks of one topology, as far as this process has to do with them. */
export class Group {
  readonly topology: TopologyGraph;
  readonly desks: readonly Desk[];
  /** Tasks of the topologies before this one. */
  readonly first: number;
  member: Member | undefined;
  /** Undefined until the group has met for the first time. */
  assignment: Assignment | undefined;
  readonly #release: string;

  constructor(topology: TopologyGraph, first: number, release: string) {
    this.topology = topology;
    this.first = first;
    this.desks = Array.from({ length: topology.tasks }, (_, partition) => new Desk(topology.name, partition));
    this.#release = release;
  }

  assign(assignment: Assignment): void {
    this.assignment = assignment;
    const roles = new Map<number, Role>(assignment.standby.map(partition => [partition, 'standby']));
    for (const partition of assignment.run) roles.set(partition, 'run');
    for (const desk of this.desks) desk.assign(roles.get(desk.partition) ?? 'none');
  }

  get held(): readonly Desk[] {
    return this.desks.filter(({ held }) => held);
  }

  /** What was to be released is released: the group can give it to others. */
  get released(): boolean {
    return this.held.every(({ role }) => role === 'run');
  }

  /** Every task of the topology is run here. */
  get whole(): boolean {
    return this.desks.every(({ role }) => role === 'run');
  }

  /** What does not depend on other groups. */
  claims(epochOf: (task: string) => number | undefined): Pick<Claims, 'tasks' | 'graph' | 'runs' | 'warm' | 'first'> {
    return {
      tasks: this.topology.tasks,
      graph: this.#release,
      runs: this.held.map(({ partition }) => partition),
      warm: this.desks.flatMap(({ id, partition }) => {
        const epoch = epochOf(id);
        return epoch === undefined ? [] : [{ partition, epoch }];
      }),
      first: this.first,
    };
  }
}
