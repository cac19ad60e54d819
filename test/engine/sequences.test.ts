import { expect, test } from 'vitest';
import { SequenceGap, TaskStopped } from '../../src/engine/errors.ts';
import { BatchBuilder, Kind, outside, type Producer } from '../../src/transport/record.ts';
import { intake, order, ordersByItem, sales, tally } from '../support/shop.ts';
import { World } from '../support/world.ts';

const producer: Producer = { name: 'intake/0', lineage: 0, epoch: 1 };

/** Appends the orders of these ids as the producer would, with sequences from `first` on. */
async function append(world: World, by: Producer, first: number, ids: readonly number[]): Promise<void> {
  const builder = new BatchBuilder(by, first);
  for (const id of ids) {
    const envelope = { kind: Kind.value, watermark: -Infinity, origin: 0, key: 'tea', trace: '' };
    builder.add(envelope, (buffer, at) => ordersByItem.schema.encode(order(id), buffer, at));
  }
  await world.transport.append([{ topic: ordersByItem.name, partition: 0, batches: builder.take() }]);
}

const counted = async (world: World): Promise<number[]> => (await world.output(sales)).map(sale => sale.order);

test('records that a producer repeats are dropped', async () => {
  const world = await World.of([intake, tally]);
  await append(world, producer, 0, [0, 1, 2]);
  await append(world, producer, 1, [1, 2, 3]);
  await append(world, producer, 0, [0]);
  await append(world, producer, 4, [4]);
  await (await world.open('tally')).step();
  expect(await counted(world)).toEqual([0, 1, 2, 3, 4]);
});

test('they are dropped also after a restart, and by a worker with an empty disk', async () => {
  const world = await World.of([intake, tally]);
  await append(world, producer, 0, [0, 1, 2]);
  await (await world.open('tally')).step();
  for (const store of [world.store, World.emptyStore()]) {
    await append(world, producer, 0, [0, 1, 2]);
    await (await world.open('tally', 0, { store })).step();
  }
  expect(await counted(world)).toEqual([0, 1, 2]);
});

test('records from outside have no sequence: none is dropped', async () => {
  const world = await World.of([intake, tally]);
  await append(world, outside, 0, [0]);
  await append(world, outside, 0, [0]);
  await (await world.open('tally')).step();
  expect(await counted(world)).toEqual([0, 0]);
});

test('each producer has sequences of its own', async () => {
  const world = await World.of([intake, tally], { partitions: 2 });
  await append(world, producer, 0, [0, 1]);
  await append(world, { ...producer, name: 'intake/1' }, 0, [2, 3]);
  await append(world, producer, 2, [4]);
  await (await world.open('tally')).step();
  expect(await counted(world)).toEqual([0, 1, 2, 3, 4]);
});

test.for([
  ['after a record', [0, 5]],
  ['at the beginning of the log', [5]],
] as const)('a gap %s stops the task, which says where', async ([, firsts]) => {
  const world = await World.of([intake, tally]);
  for (const first of firsts) await append(world, producer, first, [first]);
  const stopped = (await world.open('tally')).step();
  await expect(stopped).rejects.toThrow(SequenceGap);
  await expect(stopped).rejects.toThrow(/orders-by-item\/0 offset \d: intake\/0 goes from sequence -?\d to 5/);
  await expect(stopped).rejects.toThrow('restore the log, or backfill');
  expect(await counted(world)).toEqual([]);
});

test('a gap between two epochs stops the task too, and loses nothing that came before', async () => {
  const world = await World.of([intake, tally]);
  await append(world, producer, 0, [0]);
  const run = await world.open('tally');
  await run.step();
  await append(world, producer, 2, [2]);
  await expect(run.step()).rejects.toThrow(SequenceGap);
  expect(await counted(world)).toEqual([0]);
});

test('a producer that begins again has a greater lineage, and what is left of the old one is dropped', async () => {
  const world = await World.of([intake, tally]);
  await append(world, producer, 0, [0, 1]);
  await append(world, { ...producer, lineage: 1 }, 0, [10, 11]);
  await append(world, producer, 2, [2]);
  await (await world.open('tally')).step();
  expect(await counted(world)).toEqual([0, 1, 10, 11]);
});

test('a task that no topology declares as a producer stops its readers', async () => {
  const world = await World.of([intake, tally]);
  await append(world, { ...producer, name: 'stranger/0' }, 0, [0]);
  const stopped = (await world.open('tally')).step();
  await expect(stopped).rejects.toThrow(TaskStopped);
  await expect(stopped).rejects.toThrow("was written by task 'stranger/0', which no topology declares");
});
