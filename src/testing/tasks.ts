/** The tasks under test: stepped in an order, cut and rebuilt and crashed as chance decides. */
import { steps } from '../engine/epoch.ts';
import type { Graph } from '../engine/graph.ts';
import { type Observer, type RunnerOptions, TaskRunner } from '../engine/runner.ts';
import type { TaskRuntime } from '../engine/runtime.ts';
import type { Transport } from '../transport/port.ts';
import { TopologyTestError } from './errors.ts';
import type { Random } from './random.ts';

/** Thrown where a task is to die; nobody outside of this file sees it. */
class Crash extends Error {}

/** Where a task dies next: at a moment between two steps of an epoch, or in the middle of an append. */
type CrashPoint = { readonly step: string; readonly moment: 'before' | 'after' } | 'append';

const crashPoints: readonly CrashPoint[] = [
  'append',
  ...steps.flatMap(({ name }) => [
    { step: name, moment: 'before' as const },
    { step: name, moment: 'after' as const },
  ]),
];

interface Slot {
  readonly topology: string;
  readonly partition: number;
  readonly limits: { maxRecords: number; maxBytes: number };
  runner: TaskRunner | undefined;
  crash: CrashPoint | undefined;
}

/** How likely it is that a pipe is built anew after an epoch, and that a crash takes the local disk with it. */
const likelihood = { rebuild: 0.25, lostDisk: 0.5 };
/** A topology that always finds something to do would never let the test end. */
export const maxEpochs = 10_000;

export class TestTasks {
  readonly #options: Omit<RunnerOptions, 'limits'>;
  readonly #random: Random;
  readonly #slots: readonly Slot[];

  constructor(options: Omit<RunnerOptions, 'limits'>, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#slots = slotsOf(options.graph);
  }

  /** Epochs until no task has anything to do. */
  async settle(budget: { epochs: number }): Promise<void> {
    for (let worked = true; worked;) {
      worked = false;
      for (const slot of this.#random.shuffled(this.#slots)) {
        if (!(await this.#turn(slot))) continue;
        worked = true;
        if (budget.epochs++ >= maxEpochs) throw livelock(slot);
      }
    }
  }

  /** Every task that is running, restored where it was thrown away. */
  async running(): Promise<readonly TaskRuntime[]> {
    const tasks: TaskRuntime[] = [];
    for (const slot of this.#slots) tasks.push((await this.#runner(slot)).task);
    return tasks;
  }

  /** Throws all tasks away; each dies once more on the way back, and some find their disk empty. */
  crash(): void {
    for (const slot of this.#slots) {
      slot.runner = undefined;
      slot.crash = this.#random.pick(crashPoints);
      if (this.#random.chance(likelihood.lostDisk)) this.#options.store.discard(`${slot.topology}/${slot.partition}`);
    }
  }

  async #turn(slot: Slot): Promise<boolean> {
    slot.limits.maxRecords = this.#epochSize();
    try {
      const runner = await this.#runner(slot);
      const worked = await runner.step();
      if (worked && this.#random.chance(likelihood.rebuild)) slot.runner = undefined;
      return worked;
    } catch (error) {
      slot.runner = undefined;
      if (!(error instanceof Crash)) throw error;
      return true;
    }
  }

  #epochSize(): number {
    return this.#random.between(1, this.#random.pick([1, 10, 1_000]) ?? 1);
  }

  async #runner(slot: Slot): Promise<TaskRunner> {
    slot.runner ??= await TaskRunner.open(slot.topology, slot.partition, {
      ...this.#options,
      limits: slot.limits,
      transport: this.#mortal(slot),
      observer: observerOf(slot),
    });
    return slot.runner;
  }

  /** The log, of which an append may be the last thing that the task does. */
  #mortal(slot: Slot): Transport {
    const real = this.#options.transport;
    return {
      createTopic: (topic, options) => real.createTopic(topic, options),
      topics: () => real.topics(),
      deleteTopic: topic => real.deleteTopic(topic),
      partitions: topic => real.partitions(topic),
      bounds: place => real.bounds(place),
      offsetAt: (place, time) => real.offsetAt(place, time),
      read: request => real.read(request),
      append: async appends => {
        if (slot.crash !== 'append') return real.append(appends);
        slot.crash = undefined;
        await real.append(appends.slice(0, this.#random.below(appends.length + 1)));
        throw new Crash();
      },
      grown: (past, signal) => real.grown(past, signal),
      commit: (group, offsets) => real.commit(group, offsets),
      committed: group => real.committed(group),
      applyRetention: now => real.applyRetention(now),
      close: () => real.close(),
    };
  }
}

const slotsOf = (graph: Graph): Slot[] =>
  graph.topologies.flatMap(({ name, tasks }) =>
    Array.from({ length: tasks }, (_, partition) => ({
      topology: name,
      partition,
      limits: { maxRecords: 1, maxBytes: 1 << 22 },
      runner: undefined,
      crash: undefined,
    })),
  );

const observerOf = (slot: Slot): Observer => ({
  step: (_, step, moment) => {
    const { crash } = slot;
    if (crash === undefined || crash === 'append' || crash.step !== step || crash.moment !== moment) return;
    slot.crash = undefined;
    throw new Crash();
  },
  // What is away in memory does not come back.
  waiting: (_task, _what, error) => {
    throw error;
  },
});

const livelock = ({ topology, partition }: Slot): TopologyTestError =>
  new TopologyTestError(
    `There was no end after ${maxEpochs} epochs, the last one of ${topology}/${partition}`,
    'Look for topologies that feed each other, or send less in one call',
  );
