/** Windows over a re-keyed stream: event time has to wait for the upstream task that is furthest behind. */
import { expect, test } from 'vitest';
import type { Rating } from '../../schemas/types.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { intake } from '../../topologies/intake.ts';
import { itemTrends, ratings } from '../../topologies/streams.ts';
import { trends } from '../../topologies/trends.ts';
import { consumed } from '../support/consumer.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { World } from '../support/world.ts';
import { day, hour, rating, start } from './events.ts';

const partitions = 2;
const userOf = (partition: number): string =>
  ['ann', 'bob', 'cyd', 'dan', 'eve'].find(name => partitionOf(name, partitions) === partition) ?? '';

/** The users of partition 0 live four days after those of partition 1. */
async function daysApart(): Promise<{ world: World; sent: Rating[] }> {
  const world = await World.of([intake, trends], { partitions, maxRecords: 7 });
  world.clock.time = start + 10 * 24 * hour;
  const sent = [0, 1].flatMap(partition =>
    Array.from({ length: 40 }, (_, n) =>
      rating({
        userId: userOf(partition),
        itemId: ['heat', 'alien', 'up'][n % 3] ?? '',
        time: day + (partition === 0 ? 4 * 24 * hour : 0) + n * hour,
      }),
    ),
  );
  await world.send(ratings, ...sent);
  return { world, sent };
}

async function drain(world: World, topology: string, partition: number): Promise<void> {
  const run = await world.open(topology, partition);
  while (await run.step());
}

/** Ratings by item and day, counted from what was sent. */
function daily(sent: readonly Rating[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { itemId, time } of sent) {
    const id = `${itemId} ${Math.floor((time - day) / (24 * hour))}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

async function found(world: World): Promise<Map<string, number>> {
  const all = (await consumed(world.transport, itemTrends)).filter(({ window }) => window === 'daily');
  return new Map(all.map(({ itemId, start: from, count }) => [`${itemId} ${(from - day) / (24 * hour)}`, count]));
}

async function afterSilence(world: World): Promise<void> {
  for (let hours = 0; hours < 36; hours++) {
    world.clock.time += hour;
    for (const topology of ['intake', 'trends'])
      for (const partition of [0, 1]) await drain(world, topology, partition);
  }
}

test.for([0, 1])('nothing is late although upstream task %i is through before the other begins', async first => {
  const { world, sent } = await daysApart();
  await drain(world, 'intake', first);
  for (const partition of [0, 1]) await drain(world, 'trends', partition);
  await drain(world, 'intake', 1 - first);
  await afterSilence(world);
  expect(await consumed(world.transport, deadLetters)).toEqual([]);
  expect(await found(world)).toEqual(daily(sent));
});

test('the task that is ahead is taken over by a worker with an empty disk, and still nothing is late', async () => {
  const { world, sent } = await daysApart();
  await drain(world, 'intake', 0);
  for (const partition of [0, 1]) await drain(world, 'trends', partition);
  world.store = World.emptyStore();
  for (const [topology, partition] of [
    ['trends', 0],
    ['intake', 0],
    ['trends', 1],
    ['intake', 1],
  ] as const) {
    await drain(world, topology, partition);
  }
  await afterSilence(world);
  expect(await consumed(world.transport, deadLetters)).toEqual([]);
  expect(await found(world)).toEqual(daily(sent));
});

test('a partition without any record holds no window open', async () => {
  const world = await World.of([intake, trends], { partitions, maxRecords: 7 });
  world.clock.time = start;
  await world.send(ratings, rating({ userId: userOf(1) }));
  await afterSilence(world);
  // What is left is when the steps have last told something, for their throttle.
  for (const task of ['trends/0', 'trends/1']) {
    expect([...world.store.entries(task)].filter(({ key }) => key !== '~')).toEqual([]);
  }
  expect(await found(world)).toEqual(new Map([['heat 0', 1]]));
});
