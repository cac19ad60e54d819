/** All tasks of a process: opened together, run side by side, stopped together. */
import type { Clock } from './clock.ts';
import { Graph } from './graph.ts';
import { type RunnerOptions, TaskRunner } from './runner.ts';
import type { Limits } from './spans.ts';
import type { Topology } from './topology.ts';

export interface EngineOptions extends Omit<RunnerOptions, 'graph' | 'limits'> {
  /** Every topology of the application: event time waits for producers, so all of them are declared. */
  readonly topologies: readonly Topology[];
  /** Names of those that run here; all where absent. */
  readonly run?: readonly string[];
  /** Most records of an epoch. */
  readonly maxRecords: number;
  /** Bytes of records that the epochs of all tasks together may hold; each task has an equal share. */
  readonly budgetBytes: number;
}

export class Engine {
  readonly graph: Graph;
  readonly runners: readonly TaskRunner[];

  readonly #clock: Clock;

  private constructor(graph: Graph, runners: readonly TaskRunner[], clock: Clock) {
    this.graph = graph;
    this.runners = runners;
    this.#clock = clock;
  }

  /** Restores every task. The topics have to be there. */
  static async open(options: EngineOptions): Promise<Engine> {
    const graph = await graphOf(options);
    // Before the first record: whoever reads it next year finds the schema that it was written with.
    for (const definition of Graph.schemasOf(options.topologies)) await options.registry.register(definition);
    const names = options.run ?? graph.topologies.map(({ name }) => name);
    const tasks = names.flatMap(name =>
      Array.from({ length: graph.tasks(name) }, (_, partition) => ({ name, partition })),
    );
    const limits = limitsOf(options, tasks.length);
    const runners: TaskRunner[] = [];
    for (const { name, partition } of tasks)
      runners.push(await TaskRunner.open(name, partition, { ...options, graph, limits }));
    return new Engine(graph, runners, options.clock);
  }

  /** Runs until the signal aborts and every task has finished its epoch. One task that cannot go on stops all. */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const running = this.runners.map(async runner => {
      try {
        await runner.run(either);
      } catch (error) {
        failed.abort();
        throw error;
      }
    });
    for (const outcome of await Promise.allSettled(running)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Runs until no task finds anything more to do, also in what the others have written, and none has updates to tell. */
  async runUntilCaughtUp(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let worked = false;
      for (const runner of this.runners) worked = (await runner.drain(signal)) || worked;
      if (worked) continue;
      const due = Math.min(...this.runners.map(({ task }) => task.due));
      if (due === Infinity) return;
      await this.#clock.sleep(Math.max(1, due - this.#clock.now()), signal);
    }
  }
}

async function graphOf({ topologies, transport }: EngineOptions): Promise<Graph> {
  const partitions = new Map<string, number>();
  for (const topic of Graph.streamsOf(topologies)) partitions.set(topic, await transport.partitions(topic));
  return new Graph(topologies, partitions);
}

/** Decoded values take several times the bytes of their records. */
const decodedFactor = 4;

function limitsOf({ maxRecords, budgetBytes }: EngineOptions, tasks: number): Limits {
  return { maxRecords, maxBytes: Math.max(1, Math.floor(budgetBytes / decodedFactor / Math.max(1, tasks))) };
}
