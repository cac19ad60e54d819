/** Which release a worker is of. Whoever operates it goes on to the next, and back where one has to end what it has begun. */
import type { Graph } from '../../src/engine/graph.ts';
import { decodePlan } from '../../src/engine/plan.ts';
import type { SnapshotPolicy } from '../../src/engine/snapshotter.ts';
import { memorySnapshots } from '../../src/testing/memory-snapshots.ts';
import type { Slot } from '../support/settle.ts';
import type { World } from '../support/world.ts';
import type { Play } from './plays/play.ts';

export class Releases {
  /** Tasks go from machine to machine: what one release leaves the next finds in a snapshot. */
  readonly snapshots: SnapshotPolicy | undefined;
  readonly #world: World;
  readonly #play: Play;
  readonly #graphs: Graph[];
  /** Tasks in which another release than the newest has something to end. */
  readonly #owed = new Map<Slot, Graph>();

  constructor(world: World, play: Play) {
    this.#world = world;
    this.#play = play;
    this.#graphs = [world.graph];
    if (play.releases !== undefined) this.snapshots = { to: memorySnapshots(), everyEpochs: 20, keep: 2 };
  }

  get areMore(): boolean {
    return this.#graphs.length <= (this.#play.releases?.length ?? 0);
  }

  async next(): Promise<void> {
    const topologies = this.#play.releases?.[this.#graphs.length - 1];
    if (topologies === undefined) throw new Error('There is no later release');
    await this.#world.deploy(topologies);
    this.#graphs.push(this.#world.graph);
  }

  graphOf(slot: Slot): Graph {
    return this.#owed.get(slot) ?? this.#world.graph;
  }

  owes(slot: Slot): boolean {
    return this.#owed.has(slot);
  }

  paid(slot: Slot): void {
    this.#owed.delete(slot);
  }

  /** The newest release was refused: the one that made the newest plan ends it. */
  async refused(slot: Slot): Promise<void> {
    const { journal } = this.#world.documents;
    const task = `${slot.topology}/${slot.partition}`;
    const head = await journal.head(task);
    const [newest] = await journal.after(task, (head?.epoch ?? 0) - 1, 1);
    const plan = decodePlan(task, newest?.plan ?? '');
    const maker = this.#graphs.find(graph => graph.release(slot.topology) === plan.release);
    if (maker === undefined || maker === this.graphOf(slot)) throw new Error(`${task} is refused by who made its plan`);
    this.#owed.set(slot, maker);
  }
}
