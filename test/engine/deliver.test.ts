import { describe, expect, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import type { Delivery } from '../../src/engine/deliveries.ts';
import { BuildError } from '../../src/engine/errors.ts';
import { describe as described } from '../../src/engine/describe.ts';
import { mermaid } from '../../src/engine/mermaid.ts';
import { steps } from '../../src/engine/epoch.ts';
import { topology } from '../../src/engine/topology.ts';
import { Unavailable } from '../../src/errors.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

type Write = (values: readonly Alarm[], delivery: Delivery) => Promise<void>;

const delivering = (write: Write) =>
  topology('delivering', task => {
    task.read(alarms).subscribe(task.deliver('shelf', { write }));
  });

const some = (count: number): Alarm[] =>
  Array.from({ length: count }, (_, at) => ({ sensor: 's', text: `t${at}`, at }));
const textsOf = (values: readonly Alarm[]): string[] => values.map(({ text }) => text);

/** A sink that keeps its position with what it writes, as one is asked to. */
class Shelf {
  readonly kept: string[] = [];
  given = 0;
  #newest = { lineage: -1, epoch: -1 };

  readonly write: Write = async (values, { lineage, epoch }) => {
    this.given++;
    const isNew = lineage > this.#newest.lineage || (lineage === this.#newest.lineage && epoch > this.#newest.epoch);
    if (!isNew) return;
    this.kept.push(...textsOf(values));
    this.#newest = { lineage, epoch };
  };
}

test('a sink is given the values of each epoch, with a position that grows', async () => {
  const deliveries: Omit<Delivery, 'signal'>[] = [];
  const shelf = new Shelf();
  const world = await World.of(
    [
      delivering(async (values, delivery) => {
        const { signal: _, ...rest } = delivery;
        deliveries.push(rest);
        await shelf.write(values, delivery);
      }),
    ],
    { maxRecords: 2 },
  );
  await world.send(alarms, ...some(3));
  await world.drain();
  expect(shelf.kept).toEqual(['t0', 't1', 't2']);
  expect(deliveries.map(({ id, epoch }) => `${id} ${epoch}`)).toEqual([
    'delivering/0/shelf/0.1 1',
    'delivering/0/shelf/0.2 2',
  ]);
});

const moments = steps.flatMap(({ name }) => [`before ${name}`, `after ${name}`]);

test.for(moments)('a crash %s of every epoch loses no value and keeps none twice', async point => {
  const shelf = new Shelf();
  const world = await World.of([delivering(shelf.write)], { maxRecords: 4 });
  const crashed = new Set<number>();
  world.observer = {
    step: (task, name, moment) => {
      if (`${moment} ${name}` !== point || crashed.has(task.epoch)) return;
      crashed.add(task.epoch);
      throw new Crash();
    },
  };
  await world.send(alarms, ...some(30));
  expect(await settle(world)).toBeGreaterThan(5);
  expect(shelf.kept).toEqual(textsOf(some(30)));
});

test('a crash in the sink itself, before or after its work, does not either', async () => {
  const shelf = new Shelf();
  let calls = 0;
  const world = await World.of(
    [
      delivering(async (values, delivery) => {
        if (++calls % 3 === 1) throw new Crash();
        await shelf.write(values, delivery);
        if (calls % 3 === 2) throw new Crash();
      }),
    ],
    { maxRecords: 4 },
  );
  await world.send(alarms, ...some(30));
  expect(await settle(world)).toBeGreaterThan(5);
  expect(shelf.given).toBeGreaterThan(8);
  expect(shelf.kept).toEqual(textsOf(some(30)));
});

test('older epochs are not given again to a worker that finds an empty disk', async () => {
  const shelf = new Shelf();
  const world = await World.of([delivering(shelf.write)], { maxRecords: 2 });
  await world.send(alarms, ...some(8));
  await world.drain();
  expect(shelf.given).toBe(4);
  await world.open('delivering', 0, { store: World.emptyStore() });
  expect(shelf.given).toBe(5); // the newest, of which nobody knows whether it was flushed
});

test('a sink that is away is waited for; any other rejection stops the task and nothing is passed over', async () => {
  const kept: string[] = [];
  let problem: Error | undefined = new Unavailable('the shelf is away', 'Wait');
  const world = await World.of([
    delivering(async values => {
      const now = problem;
      problem = undefined;
      if (now !== undefined) throw now;
      kept.push(...textsOf(values));
    }),
  ]);
  await world.send(alarms, ...some(2));
  await world.drain();
  problem = new Error('the shelf is full');
  await world.send(alarms, ...some(1));
  await expect(world.drain()).rejects.toThrow('the shelf is full');
  await world.drain();
  expect(kept).toEqual(['t0', 't1', 't0']);
});

test('a value that its record fails with never reaches the sink', async () => {
  const kept: string[] = [];
  const world = await World.of([
    topology('delivering', task => {
      const shelf = task.deliver<Alarm>('shelf', { write: async values => void kept.push(...textsOf(values)) });
      const ways = task.branch(task.read(alarms), { odd: ({ at }: Alarm) => at % 2 === 1 });
      ways.odd.subscribe(shelf);
    }),
  ]);
  await world.send(alarms, ...some(4));
  await world.drain();
  expect(kept).toEqual(['t1', 't3']);
  expect(await world.output(deadLetters)).toHaveLength(2);
});

describe('the graph', () => {
  test('shows it', async () => {
    const { graph } = await World.of([delivering(async () => {})]);
    expect(described(graph)).toContain('alarms -> outside shelf');
    expect(mermaid(graph)).toContain('d0[("outside shelf")]');
  });

  test('has one sink of a name', async () => {
    const twice = topology('delivering', task => {
      task.read(alarms).subscribe(task.deliver('shelf', { write: async () => {} }));
      task.deliver('shelf', { write: async () => {} });
    });
    await expect(World.of([twice])).rejects.toThrow(BuildError);
  });
});
