/** Runs all tasks of a world until none has anything to do; one that crashes is opened anew, as a supervisor would. */
import type { RunnerOptions, TaskRunner } from '../../src/engine/runner.ts';
import type { World } from './world.ts';

/** The process is gone in the middle of what it did. */
export class Crash extends Error {}

export interface Slot {
  readonly topology: string;
  readonly partition: number;
}

export const slotsOf = (world: World): Slot[] =>
  world.graph.topologies.flatMap(({ name, tasks }) =>
    Array.from({ length: tasks }, (_, partition) => ({ topology: name, partition })),
  );

/** Answers how often a task crashed; `own` is asked for each worker, when it is opened. */
export async function settle(world: World, own: (slot: Slot) => Partial<RunnerOptions> = () => ({})): Promise<number> {
  const runners = new Map<Slot, TaskRunner>();
  let crashes = 0;
  const turn = async (slot: Slot): Promise<boolean> => {
    try {
      const runner = runners.get(slot) ?? (await world.open(slot.topology, slot.partition, own(slot)));
      runners.set(slot, runner);
      return await runner.step();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      crashes++;
      runners.delete(slot);
      return true;
    }
  };
  const slots = slotsOf(world);
  for (let worked = true; worked;) {
    worked = false;
    for (const slot of slots) worked = (await turn(slot)) || worked;
  }
  return crashes;
}
