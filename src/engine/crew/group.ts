import { type Assignment, type Claims, takesPart } from '../assignment/claims.ts';
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
  /** Of the topologies that read what this one writes, as far as they run in this process too. */
  readers: readonly Group[] = [];
  /** The finding out whether this release could take over, while another one runs the tasks. */
  inspected: Promise<void> | undefined;
  /** What former releases have begun is ended, in all tasks; found out anew in each round, since they may have come back. */
  mayBegin = false;
  readonly #release: string;
  #toldToHoldBack = false;
  /** Desks whose tasks others have taken over since the newest assignment, which did not know of it. */
  readonly #lost = new Set<Desk>();

  constructor(topology: TopologyGraph, first: number, release: string) {
    this.topology = topology;
    this.first = first;
    this.desks = Array.from({ length: topology.tasks }, (_, partition) => new Desk(topology.name, partition));
    this.#release = release;
  }

  assign(assignment: Assignment): void {
    this.assignment = assignment;
    this.mayBegin = false;
    this.#lost.clear();
    this.look();
  }

  /** Another worker has taken the task over: until the group says who is to run it, to take it back would be a quarrel. */
  lose(desk: Desk): void {
    this.#lost.add(desk);
    desk.assign('none');
  }

  /**
   * Gives the desks their roles; answers whether the group has to meet, since it does not know whether this worker holds
   * back. Until it does, nothing is begun.
   */
  look(): boolean {
    const { holdsBack } = this;
    const isUnheard = holdsBack && !this.#toldToHoldBack;
    const { run, standby } = this.assignment ?? { run: [], standby: [] };
    const roles = new Map<number, Role>(standby.map(partition => [partition, 'standby']));
    if (!isUnheard) for (const partition of run) roles.set(partition, 'run');
    for (const desk of this.desks)
      desk.assign((this.#lost.has(desk) ? undefined : roles.get(desk.partition)) ?? 'none');
    return this.assignment !== undefined && holdsBack !== this.#toldToHoldBack;
  }

  /** Another release runs the tasks, and this worker waits for it to go. */
  get waits(): boolean {
    return (this.assignment?.waits ?? null) !== null;
  }

  /** Another release waits for this one to go. */
  get awaited(): boolean {
    return this.assignment?.awaited ?? false;
  }

  /**
   * A former release of a reader may not know who writes what this one would write, and would stop at it. Those that hold
   * back themselves are waited for by nobody, else two topologies that read each other would wait for ever.
   */
  get holdsBack(): boolean {
    return this.readers.some(({ waits }) => waits);
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

  /** What the group is told, but for what is the worker's own. */
  claims(epochOf: (task: string) => number | undefined): GroupClaims {
    this.#toldToHoldBack = this.holdsBack;
    return {
      tasks: this.topology.tasks,
      graph: this.#release,
      runs: this.held.map(({ partition }) => partition),
      warm: this.desks.flatMap(({ id, partition }) => {
        const epoch = epochOf(id);
        return epoch === undefined ? [] : [{ partition, epoch }];
      }),
      first: this.first,
      tookPart: this.assignment !== undefined && takesPart(this.assignment),
      holdsBack: this.#toldToHoldBack,
    };
  }
}

type GroupClaims = Pick<Claims, 'tasks' | 'graph' | 'runs' | 'warm' | 'first' | 'tookPart' | 'holdsBack'>;
