/** What joins of any kind are refused: the streams, the graphs, and the test. */
import { expect, test } from 'vitest';
import { BuildError } from '../../../src/engine/errors.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { stream, type Task, topology } from '../../../src/index.ts';
import { guests, type Visit, visit } from '../../support/encounters.ts';
import { World } from '../../support/world.ts';

export const clocks = stream<Visit>('clocks', {
  ...guests,
  cut: () => ({ producer: 'nobody', lineage: 0, epoch: 0, read: [], wrote: [] }),
});

type Wire = (task: Task) => void;

export const graphOf = (build: Wire, partitions: Readonly<Record<string, number>> = {}): Graph => {
  const topologies = [topology('meet', build)];
  const counts = [...Graph.streamsOf(topologies)].map(name => [name, partitions[name] ?? 1] as const);
  return new Graph(topologies, new Map(counts));
};

/** Visits that somebody commands: they lie in no partition. */
export const commandsOf = (task: Task) => {
  const source = { ready: () => [], taken: () => {}, wait: () => Promise.resolve() };
  return task.signals<Visit, Visit>('commands', { source, prepare: value => Promise.resolve(value) });
};

export type Refused = readonly (readonly [what: string, says: string, build: Wire])[];

export const testRefused = (refused: Refused): void =>
  test.for(refused)('the build refuses %s, before the first record', ([, says, build]) => {
    expect(() => graphOf(build)).toThrow(BuildError);
    expect(() => graphOf(build)).toThrow(says);
  });

/** How a task ends at its first record, and how it ends when it is opened again: for what is hidden from the build. */
export async function endsAtFirstRecord(build: Wire): Promise<readonly [first: unknown, again: unknown]> {
  const world = await World.of([topology('meet', build)]);
  await world.send(guests, visit(1, 100));
  const run = await world.open('meet');
  const ended = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
  return [await ended(run.step()), await ended(world.open('meet'))];
}
