/** Several workers of one world, each with its own disk, in turns that the test decides. */
import { Crew } from '../../../src/engine/crew/crew.ts';
import type { CrewOptions } from '../../../src/engine/crew/options.ts';
import type { WorkerIdentity } from '../../../src/engine/state/worker.ts';
import type { Assignment } from '../../../src/engine/assignment/claims.ts';
import type { Membership, Seat } from '../../../src/engine/membership.ts';
import type { Observer } from '../../../src/engine/runner.ts';
import type { StateStore } from '../../../src/engine/state/store.ts';
import { memorySnapshots } from '../../../src/testing/memory-snapshots.ts';
import { SimulatedGroups } from '../../support/simulated-groups.ts';
import { World } from '../../support/world.ts';

export interface Hand {
  readonly id: string;
  readonly crew: Crew;
  readonly store: StateStore;
  readonly seats: Seat[];
  /** Tasks that it runs no more, and why. */
  readonly left: (readonly [task: string, why: string])[];
  readonly assigned: (readonly [topology: string, assignment: Assignment])[];
  readonly signal: AbortSignal;
}

const forever = new AbortController().signal;

export class Fleet {
  readonly world: World;
  readonly groups = new SimulatedGroups();
  readonly snapshots = memorySnapshots();
  readonly #disks = new Map<string, { store: StateStore; ran: readonly string[] }>();
  readonly #own: (id: string) => Partial<CrewOptions>;

  constructor(world: World, own: (id: string) => Partial<CrewOptions> = () => ({})) {
    this.world = world;
    this.#own = own;
  }

  /** What a worker finds when it comes back. */
  diskOf(id: string): { store: StateStore; ran: readonly string[] } {
    const disk = this.#disks.get(id) ?? { store: World.emptyStore(), ran: [] };
    this.#disks.set(id, disk);
    return disk;
  }

  /** A worker that joins, with the disk that it had before if it had one. */
  hire(id: string): Hand {
    const disk = this.diskOf(id);
    const { graph, transport, documents, registry, clock } = this.world;
    const seats: Seat[] = [];
    const left: (readonly [string, string])[] = [];
    const assigned: (readonly [string, Assignment])[] = [];
    const observer: Observer = {
      left: (task, why) => void left.push([task, why]),
      assigned: (topology, assignment) => void assigned.push([topology, assignment]),
    };
    const crew = new Crew({
      graph,
      transport,
      documents,
      registry,
      clock,
      observer,
      store: disk.store,
      membership: remembering(this.groups.membership(id), seats),
      worker: identity(id, disk),
      run: graph.topologies.map(({ name }) => name),
      standbys: 1,
      maxRecords: 7,
      budgetBytes: 1 << 24,
      snapshots: { to: this.snapshots, everyEpochs: 50, keep: 2 },
      ...this.#own(id),
    });
    crew.join();
    return { id, crew, store: disk.store, seats, left, assigned, signal: forever };
  }

  /** Meetings and turns until there is nothing to do. */
  async settle(hands: readonly Hand[]): Promise<void> {
    for (let worked = true; worked;) {
      worked = false;
      while (this.groups.meet()) worked = true;
      for (const { crew, signal } of hands) worked = (await crew.turn(signal)) || worked;
    }
  }
}

/** Who runs what, by worker. */
export const tasksOf = ({ crew }: Hand): string[] => crew.runners.map(({ task }) => task.id).sort();

function identity(id: string, disk: { ran: readonly string[] }): WorkerIdentity {
  return { id, ran: disk.ran, members: new Map(), runs: tasks => void (disk.ran = tasks), joined: () => {} };
}

/** The seats are needed where a member comes back after it was given up. */
const remembering = (membership: Membership, seats: Seat[]): Membership => ({
  join: seat => {
    seats.push(seat);
    return membership.join(seat);
  },
});
