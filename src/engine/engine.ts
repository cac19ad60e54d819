/** The tasks of a process: opened together, run side by side, stopped together. */
import { Crew } from './crew/crew.ts';
import type { CrewOptions } from './crew/options.ts';
import { nobody } from './state/worker.ts';
import { Graph } from './graph.ts';
import { alone } from './membership.ts';
import type { TaskRunner } from './runner.ts';
import type { Topology } from './topology.ts';

export interface EngineOptions extends Omit<CrewOptions, 'graph' | 'run' | 'membership' | 'worker' | 'standbys'> {
  /** Every topology of the application: event time waits for producers, so all of them are declared. */
  readonly topologies: readonly Topology[];
  /** Names of those that run here; all where absent. */
  readonly run?: readonly string[];
  /** How the tasks are shared with other processes; where absent with none. */
  readonly membership?: CrewOptions['membership'];
  /** Who this process is to the others. */
  readonly worker?: CrewOptions['worker'];
  /** Warm standbys of each task; where absent none. */
  readonly standbys?: number;
}

export class Engine {
  readonly graph: Graph;
  readonly #crew: Crew;

  private constructor(graph: Graph, crew: Crew) {
    this.graph = graph;
    this.#crew = crew;
  }

  /** Restores every task that falls to this process. The topics have to be there. The signal ends the waiting. */
  static async open(options: EngineOptions, signal: AbortSignal = new AbortController().signal): Promise<Engine> {
    const graph = await graphOf(options);
    // Before the first record: whoever reads it next year finds the schema that it was written with.
    for (const definition of Graph.schemasOf(options.topologies)) await options.registry.register(definition);
    const { membership = alone(), worker = nobody, standbys = 0 } = options;
    const run = options.run ?? graph.topologies.map(({ name }) => name);
    for (const name of run) graph.tasks(name); // throws for a name that there is not
    const crew = new Crew({ ...options, graph, membership, worker, standbys, run });
    crew.join();
    await crew.restored(signal);
    return new Engine(graph, crew);
  }

  /** Those that run here now. */
  get runners(): readonly TaskRunner[] {
    return this.#crew.runners;
  }

  /** Runs until the signal aborts and every task has finished its epoch. One task that cannot go on stops all. */
  run(signal: AbortSignal): Promise<void> {
    return this.#crew.run(signal);
  }

  /** Runs until no task finds anything more to do, also in what others have written, and none has updates to tell. */
  runUntilCaughtUp(signal: AbortSignal): Promise<void> {
    return this.#crew.runUntilCaughtUp(signal);
  }
}

async function graphOf({ topologies, transport }: EngineOptions): Promise<Graph> {
  const partitions = new Map<string, number>();
  for (const topic of Graph.streamsOf(topologies)) partitions.set(topic, await transport.partitions(topic));
  return new Graph(topologies, partitions);
}
